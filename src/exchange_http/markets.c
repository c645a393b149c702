#include "exchange_http/markets.h"

#include <stddef.h>
#include <string.h>

static const struct public_market markets[] = {
    {"NYSE",   "XNYS", "New York Stock Exchange",           true },
    {"NASDAQ", "XNAS", "Nasdaq",                            true },
    {"IEX",    "IEXG", "Investors Exchange",                true },
    {"OTC",    "OTCM", "OTC Markets",                       true },
    {"OPRA",   NULL,   "Options Price Reporting Authority", false},
};

const struct public_market *const market_default = &markets[0];

const struct public_market *market_named(const char *name)
{
    for (size_t i = 0; i < sizeof markets / sizeof markets[0]; i++) {
        if (strcmp(markets[i].acronym, name) == 0 ||
            (markets[i].mic != NULL && strcmp(markets[i].mic, name) == 0)) {
            return &markets[i];
        }
    }
    return NULL;
}

void public_market_json(struct json_writer *json, const struct public_market *market,
                        const char *timezone)
{
    json_begin_object(json);
    if (market->mic != NULL) {
        json_member_string(json, "mic", market->mic);
    }
    json_member_string(json, "acronym", market->acronym);
    json_member_string(json, "name", market->name);
    json_member_string(json, "timezone", timezone);
    json_end_object(json);
}
