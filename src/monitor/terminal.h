/* terminal.h: the terminal while the view has it: alternate screen, no cursor, keys one by one.
 *
 * However the program ends, other than by a signal that nobody can catch, the terminal is what it
 * was: terminal_restore() runs at exit and from the handlers of crashes, too. What is written to
 * stderr meanwhile is kept and appears after it. Writing never waits for a slow terminal. */
#ifndef MONITOR_TERMINAL_H
#define MONITOR_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Whether stdin and stdout are one that a view can be drawn on (TERM is not "dumb"). */
bool terminal_is_there(void);

/* What the environment says: UTF-8 by LC_ALL, LC_CTYPE or LANG; colour unless NO_COLOR is set. */
bool terminal_has_utf8(void);
bool terminal_has_color(void);

/* Takes the terminal; false when it cannot be had. Once per process. */
bool terminal_enter(void);

/* Gives it back; nothing when it was not taken. May be called from a signal handler. */
void terminal_restore(void);

/* Columns and rows as they are now. */
void terminal_size(int *columns, int *rows);

/* The next key that was pressed; 0: none. Escape sequences are read over. */
char terminal_key(void);

/* Writes what the terminal takes without waiting and returns how much: 0 when it takes nothing. */
size_t terminal_write(const char *text, size_t length);

#endif
