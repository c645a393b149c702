/* words.h: short texts handed around by value, for messages. */
#ifndef CONFIG_WORDS_H
#define CONFIG_WORDS_H

/* A short text handed around by value; what does not fit is cut. */
struct words {
    char text[512];
};

/* printf's output. */
struct words words(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text in quotation marks, safe to print: long texts are cut, control characters become '?'. */
struct words shown(const char *text);

#endif
