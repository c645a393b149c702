/* err.h: the errors a function can return, one list for codes and texts.
 *
 * An error says that the world failed (a file, a number out of range, bytes that do not parse).
 * A refusal by a gate is an answer, not an error; a broken promise of the programmer is a CHECK. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_LIST(X)                                                                                \
    X(OK, "no error")                                                                              \
    X(IO, "read or write failed")                                                                  \
    X(RANGE, "value outside the allowed range")                                                    \
    X(FORMAT, "text or bytes are not of the expected form")                                        \
    X(DAMAGED, "stored data fails its own checks")                                                 \
    X(FULL, "a fixed table or the disk is full")                                                   \
    X(NOT_FOUND, "not found")                                                                      \
    X(BUSY, "in use by another instance")                                                          \
    X(USAGE, "wrong usage or configuration")                                                       \
    X(REFUSED, "refused by a safety rule")                                                         \
    X(DIFFERS, "two things that must be equal differ")

enum err {
#define X(code, text) ERR_##code,
    ERR_LIST(X)
#undef X
};

/* A short constant text in plain English, for example "value outside the allowed range". */
const char *err_text(enum err err);

#endif
