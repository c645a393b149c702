/* refusal.h: a no in Alpaca's words: HTTP status, code, message, and the keys that some of them
 * carry beside the message. */
#ifndef VENUE_REFUSAL_H
#define VENUE_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

#define REFUSAL_MESSAGE_SIZE 256
#define REFUSAL_EXTRAS_MAX   12

struct refusal_extra {
    const char *key; /* constant */
    char text[64];   /* sent as a JSON string */
    bool list;       /* an element of an array; those of one key follow each other */
};

struct refusal {
    int status; /* 0: nothing was refused */
    int code;
    char message[REFUSAL_MESSAGE_SIZE];
    struct refusal_extra extras[REFUSAL_EXTRAS_MAX];
    uint32_t extra_count;
};

/* Codes of the vendor's error texts. */
#define CODE_BAD_REQUEST    40010000
#define CODE_BAD_VALUE      40010001 /* with status 422: a field is missing or malformed */
#define CODE_UNAUTHORIZED   40110000
#define CODE_FORBIDDEN      40310000
#define CODE_NOT_FOUND      40410000
#define CODE_NO_SUCH_METHOD 40510000
#define CODE_UNACCEPTABLE   42210000 /* with status 422: well-formed and not to be had */
#define CODE_TOO_MANY       42910000

/* Fills it in; returns false, so that a check can end with `return refuse(...)`. */
bool refuse(struct refusal *refusal, int status, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a key; amounts as decimal text; to a list another element, as long as there is room. */
void refusal_add(struct refusal *refusal, const char *key, const char *text);
void refusal_add_amount(struct refusal *refusal, const char *key, int64_t amount_e9);
void refusal_add_list(struct refusal *refusal, const char *key, const char *text);

#endif
