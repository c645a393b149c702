/* code_text.h: the text of a code, out of the list (X-macro) that makes its enum.
 *
 *   #define COLOUR(name, text) CASE_TEXT(COLOUR_##name, text)
 *   CODE_TEXT(colour_text, enum colour, COLOUR_LIST(COLOUR), "unknown")
 *
 * defines colour_text(). The switch has no default, so a code without a text does not compile. */
#ifndef BASE_CODE_TEXT_H
#define BASE_CODE_TEXT_H

#define CASE_TEXT(code, text)                                                                      \
    case code:                                                                                     \
        return text;

/* const char *function(uint8_t code); `otherwise` is for a number that is no code of the enum. */
#define CODE_TEXT(function, type, cases, otherwise)                                                \
    const char *function(uint8_t code)                                                             \
    {                                                                                              \
        switch ((type)code) {                                                                      \
            cases                                                                                  \
        }                                                                                          \
        return otherwise;                                                                          \
    }

#endif
