/* cmd_data_ticks.c: quotes and trades in what `data info` says. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd_data.h"

enum { SHOWN_SYMBOLS_MAX = 20 };

void data_print_ticks(const struct bars *bars, const struct tick_facts *ticks)
{
    printf("ticks       quotes (locked, one-sided, mean spread), trades (of volume only), from, "
           "to\n");
    for (uint32_t i = 0; i < bars->instrument_count && i < SHOWN_SYMBOLS_MAX; i++) {
        const struct tick_facts *facts = &ticks[i];
        char first[UTC_TEXT_SIZE] = "";
        char last[UTC_TEXT_SIZE] = "";
        if (facts->quotes + facts->trades > 0) {
            (void)utc_format(facts->first_ns, first);
            (void)utc_format(facts->last_ns, last);
        }
        printf("            %-15s %8" PRIu64 " (%" PRIu64 ", %" PRIu64 ", %.2f bps), %" PRIu64
               " (%" PRIu64 "), %s  %s\n",
               bars->instruments[i].symbol, facts->quotes, facts->locked, facts->one_sided,
               facts->spread_bps, facts->trades, facts->volume_only, first, last);
    }
    if (bars->instrument_count > SHOWN_SYMBOLS_MAX) {
        printf("            ... and %" PRIu32 " more (--json lists all)\n",
               bars->instrument_count - SHOWN_SYMBOLS_MAX);
    }
}

void data_json_ticks(struct json_writer *json, const struct tick_facts *facts)
{
    const struct {
        const char *key;
        uint64_t value;
    } members[] = {
        {"quotes",           facts->quotes     },
        {"quotes_locked",    facts->locked     },
        {"quotes_one_sided", facts->one_sided  },
        {"trades",           facts->trades     },
        {"trades_no_price",  facts->volume_only},
        {"trades_volume",    facts->volume     },
    };
    char spread[48];
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        json_key(json, members[i].key);
        json_uint(json, members[i].value);
    }
    (void)snprintf(spread, sizeof spread, "%.4f", facts->spread_bps); /* fits */
    json_key(json, "mean_spread_bps");
    json_string(json, spread);
}
