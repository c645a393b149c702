/* err.c: the texts of enum err. */
#include "base/err.h"

const char *err_text(enum err err)
{
    switch (err) {
#define X(code, text)                                                                              \
    case ERR_##code:                                                                               \
        return text;
        ERR_LIST(X)
#undef X
    }
    return "unknown error";
}
