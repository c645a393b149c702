/* terminal.c: see terminal.h. A terminal is one for the whole process and is put right from signal
 * handlers, so its state is the file's own; the handlers use async-signal-safe calls only. */
#include "monitor/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define ENTER "\033[?1049h\033[?25l\033[2J" /* alternate screen, no cursor, empty */
#define LEAVE "\033[0m\033[?25h\033[?1049l"

static struct {
    volatile sig_atomic_t taken;
    struct termios before;
    int screen;    /* its own file description, so that only our writes do not wait */
    int stderr_fd; /* the real one while `kept` stands for it; -1 */
    int kept;
} terminal = {.screen = -1, .stderr_fd = -1, .kept = -1};

bool terminal_is_there(void)
{
    const char *term = getenv("TERM");
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && term != NULL &&
           strcmp(term, "dumb") != 0;
}

bool terminal_has_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strcasestr(value, "UTF-8") != NULL || strcasestr(value, "UTF8") != NULL;
        }
    }
    return false;
}

bool terminal_has_color(void)
{
    const char *value = getenv("NO_COLOR");
    return value == NULL || value[0] == '\0';
}

/* ---- stderr ---- */

static void keep_stderr(void)
{
    if (isatty(STDERR_FILENO) != 1) {
        return; /* it goes elsewhere and does not disturb */
    }
    terminal.kept = memfd_create("stderr", MFD_CLOEXEC);
    terminal.stderr_fd = terminal.kept < 0 ? -1 : fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (terminal.stderr_fd >= 0) {
        (void)dup2(terminal.kept, STDERR_FILENO); /* else it shows on the screen */
    }
}

static void show_stderr(void)
{
    char text[512];
    ssize_t got;
    if (terminal.stderr_fd < 0) {
        return;
    }
    (void)dup2(terminal.stderr_fd, STDERR_FILENO);
    terminal.stderr_fd = -1;
    (void)lseek(terminal.kept, 0, SEEK_SET);
    while ((got = read(terminal.kept, text, sizeof text)) > 0) {
        if (write(STDERR_FILENO, text, (size_t)got) < 0) {
            return;
        }
    }
}

/* ---- enter and leave ---- */

static void write_now(const char *text, size_t length)
{
    ssize_t written = write(STDOUT_FILENO, text, length);
    (void)written; /* a terminal that is gone needs nothing */
}

void terminal_restore(void)
{
    int saved = errno;
    if (terminal.taken != 0) {
        terminal.taken = 0;
        write_now(LEAVE, sizeof LEAVE - 1);
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before); /* no other way if it fails */
        show_stderr();
    }
    errno = saved;
}

/* A crash: the handler is gone by now, so raising the signal again ends the program as it would
 * have. */
static void on_crash(int signal_number)
{
    terminal_restore();
    (void)raise(signal_number);
}

static void watch_crashes(void)
{
    static const int signals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGQUIT};
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        (void)sigaction(signals[i], &action, NULL); /* cannot fail for these signals */
    }
}

bool terminal_enter(void)
{
    if (tcgetattr(STDIN_FILENO, &terminal.before) != 0) {
        return false;
    }
    terminal.screen = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (terminal.screen < 0) {
        return false;
    }
    struct termios keys = terminal.before;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_iflag &= ~(tcflag_t)IXON; /* Ctrl-S is no way to stop an engine */
    keys.c_cc[VMIN] = 0;
    keys.c_cc[VTIME] = 0;
    keys.c_cc[VSUSP] = _POSIX_VDISABLE; /* a stopped engine would leave its screen behind */
    watch_crashes();
    (void)atexit(terminal_restore); /* cannot fail: there are 32 places */
    terminal.taken = 1;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &keys) != 0) {
        terminal.taken = 0;
        return false;
    }
    keep_stderr();
    write_now(ENTER, sizeof ENTER - 1);
    return true;
}

/* ---- use ---- */

void terminal_size(int *columns, int *rows)
{
    struct winsize size = {0};
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = known ? size.ws_col : 80;
    *rows = known ? size.ws_row : 24;
}

char terminal_key(void)
{
    char bytes[64];
    ssize_t got = read(STDIN_FILENO, bytes, 1);
    if (got != 1) {
        return 0;
    }
    if (bytes[0] != '\033') {
        return bytes[0];
    }
    (void)!read(STDIN_FILENO, bytes, sizeof bytes); /* arrows and the like come at once */
    return 0;
}

size_t terminal_write(const char *text, size_t length)
{
    ssize_t written = write(terminal.screen, text, length);
    return written > 0 ? (size_t)written : 0;
}
