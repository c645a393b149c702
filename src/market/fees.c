/* fees.c: dated fee tables, one row from its day on; days before the first row take the first row.
 *
 * SEC fee: Section 31 of the Exchange Act, dollars per million of sales. Rows marked N are from
 * FINRA's information notices (3/3/14, 5/7/18, 2019, 2/3/20, 2/16/21), F from the Federal Register
 * (2025-06214); the others are as commonly published and were not compared with a
 * notice. Trading activity fee: FINRA By-Laws, Schedule A, section 1 (Regulatory Notices 11-27,
 * 12-06; Federal Register 2012-15806 for July 2012; FINRA's fee page for 2024 and 2026), per share
 * sold and at most so much a trade.
 *
 * The fees of the consolidated audit trail are left out: they are charged to executing brokers, who
 * pass them on or do not. Brokers round each fee up to the cent; so do we, fill by fill. */
#include "market/fees.h"

#include <stddef.h>

#include "base/money.h"
#include "base/utc.h"

#define CENT (MONEY_E9 / 100)

struct sec_rate {
    struct utc_date from;
    int64_t cents_per_million;
};

static const struct sec_rate sec_rates[] = {
    {{2012, 4, 1},  2240},
    {{2013, 5, 25}, 1740},
    {{2014, 3, 18}, 2210}, /* N */
    {{2015, 2, 14}, 1840},
    {{2016, 2, 16}, 2180},
    {{2017, 7, 4},  2310},
    {{2018, 5, 22}, 1300}, /* N */
    {{2019, 4, 16}, 2070}, /* N */
    {{2020, 2, 18}, 2210}, /* N */
    {{2021, 2, 25}, 510 }, /* N */
    {{2022, 5, 14}, 2290},
    {{2023, 2, 27}, 800 },
    {{2024, 5, 22}, 2780},
    {{2025, 5, 14}, 0   }, /* F */
    {{2026, 4, 4},  2060},
};

struct taf_rate {
    struct utc_date from;
    int64_t per_share_e9;
    int64_t most_e9;
};

static const struct taf_rate taf_rates[] = {
    {{2011, 1, 1}, 75000,  375 * CENT},
    {{2011, 7, 1}, 90000,  450 * CENT},
    {{2012, 3, 1}, 95000,  475 * CENT},
    {{2012, 7, 1}, 119000, 595 * CENT},
    {{2022, 1, 1}, 130000, 649 * CENT},
    {{2023, 1, 1}, 145000, 727 * CENT},
    {{2024, 1, 1}, 166000, 830 * CENT},
    {{2026, 1, 1}, 195000, 979 * CENT},
};

static int64_t sec_rate_at(int64_t day)
{
    size_t i = sizeof sec_rates / sizeof sec_rates[0] - 1;
    while (i > 0 && day < utc_days(sec_rates[i].from)) {
        i--;
    }
    return sec_rates[i].cents_per_million;
}

static const struct taf_rate *taf_rate_at(int64_t day)
{
    size_t i = sizeof taf_rates / sizeof taf_rates[0] - 1;
    while (i > 0 && day < utc_days(taf_rates[i].from)) {
        i--;
    }
    return &taf_rates[i];
}

/* value * a / b, rounded up to the cent. */
static enum err whole_cents(int64_t value_e9, int64_t a, int64_t b, int64_t *cents_e9)
{
    int64_t exact_e9;
    int64_t cents;
    enum err err = money_mul_div(value_e9, a, b, ROUND_UP, &exact_e9);
    if (err == ERR_OK) {
        err = money_mul_div(exact_e9, 1, CENT, ROUND_UP, &cents);
    }
    return err == ERR_OK ? money_mul_div(cents, CENT, 1, ROUND_UP, cents_e9) : err;
}

enum err fees_of_fill(int64_t ts_ns, bool buys, int64_t qty_e9, int64_t price_e9, int64_t *fees_e9)
{
    if (buys) {
        *fees_e9 = 0;
        return ERR_OK;
    }
    int64_t day = utc_day_of(ts_ns);
    const struct taf_rate *taf = taf_rate_at(day);
    int64_t value_e9;
    int64_t sec_e9;
    int64_t taf_e9;
    enum err err = money_notional(price_e9, qty_e9, ROUND_EVEN, &value_e9);
    if (err == ERR_OK) {
        err = whole_cents(value_e9, sec_rate_at(day), 100 * INT64_C(1000000), &sec_e9);
    }
    if (err == ERR_OK) {
        err = whole_cents(qty_e9, taf->per_share_e9, MONEY_E9, &taf_e9);
    }
    if (err != ERR_OK) {
        return err;
    }
    return money_add(sec_e9, taf_e9 < taf->most_e9 ? taf_e9 : taf->most_e9, fees_e9);
}
