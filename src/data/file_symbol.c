/* file_symbol.c: cuts a file's name down to its symbol, one known wrapping after the other. */
#include "data/file_symbol.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "data/symbol_table.h"

/* Cuts the ending off if the name has it and something before it. */
static void cut_ending(char *name, const char *ending)
{
    size_t length = strlen(name);
    size_t cut = strlen(ending);
    if (length > cut && strcasecmp(name + length - cut, ending) == 0) {
        name[length - cut] = '\0';
    }
}

static void upper_case(char *name)
{
    for (; *name != '\0'; name++) {
        if (*name >= 'a' && *name <= 'z') {
            *name = (char)(*name - 'a' + 'A');
        }
    }
}

bool file_symbol(const char *path, struct instrument *instrument)
{
    static const char *const endings[] = {
        ".gz",   ".csv", ".txt", ".tsv", ".jsonl", ".json", /* of the file */
        ".Last", ".Bid", ".Ask",                            /* NinjaTrader */
        "_d",    "_us",  ".us",                             /* Stooq */
    };
    const char *slash = strrchr(path, '/');
    char name[256];
    int length = snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : path);
    if (length < 0 || (size_t)length >= sizeof name) {
        return false;
    }
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        cut_ending(name, endings[i]);
    }
    char *start = name;
    char *comma = strchr(name, ',');
    if (comma != NULL) { /* TradingView: EXCHANGE_SYMBOL, FRAME */
        *comma = '\0';
        char *exchange_end = strchr(name, '_');
        start = exchange_end != NULL ? exchange_end + 1 : name;
    }
    upper_case(start);
    return start[0] >= 'A' && start[0] <= 'Z' && symbol_parse(start, strlen(start), instrument);
}
