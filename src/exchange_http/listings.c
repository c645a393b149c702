#include "exchange_http/listings.h"

#include <stdlib.h>
#include <string.h>

struct listing {
    const char *symbol;
    const char *exchange;
};

/* By symbol, for the search. */
static const struct listing listings[] = {
    {"AAPL",  "NASDAQ"},
    {"ADBE",  "NASDAQ"},
    {"AMD",   "NASDAQ"},
    {"AMZN",  "NASDAQ"},
    {"AVGO",  "NASDAQ"},
    {"CMCSA", "NASDAQ"},
    {"COST",  "NASDAQ"},
    {"CSCO",  "NASDAQ"},
    {"DIA",   "ARCA"  },
    {"EEM",   "ARCA"  },
    {"EFA",   "ARCA"  },
    {"GLD",   "ARCA"  },
    {"GOOG",  "NASDAQ"},
    {"GOOGL", "NASDAQ"},
    {"IEF",   "NASDAQ"},
    {"INTC",  "NASDAQ"},
    {"IWM",   "ARCA"  },
    {"META",  "NASDAQ"},
    {"MSFT",  "NASDAQ"},
    {"MU",    "NASDAQ"},
    {"NFLX",  "NASDAQ"},
    {"NVDA",  "NASDAQ"},
    {"PEP",   "NASDAQ"},
    {"PLTR",  "NASDAQ"},
    {"QCOM",  "NASDAQ"},
    {"QQQ",   "NASDAQ"},
    {"SLV",   "ARCA"  },
    {"SMH",   "NASDAQ"},
    {"SPY",   "ARCA"  },
    {"TLT",   "NASDAQ"},
    {"TSLA",  "NASDAQ"},
    {"TXN",   "NASDAQ"},
    {"USO",   "ARCA"  },
    {"VOO",   "ARCA"  },
    {"VTI",   "ARCA"  },
    {"VXX",   "BATS"  },
    {"XLE",   "ARCA"  },
    {"XLF",   "ARCA"  },
    {"XLI",   "ARCA"  },
    {"XLK",   "ARCA"  },
    {"XLP",   "ARCA"  },
    {"XLU",   "ARCA"  },
    {"XLV",   "ARCA"  },
    {"XLY",   "ARCA"  },
};

static int compare_symbol(const void *symbol, const void *listing)
{
    return strcmp(symbol, ((const struct listing *)listing)->symbol);
}

const char *listing_exchange(const char *symbol)
{
    const struct listing *found = bsearch(symbol, listings, sizeof listings / sizeof listings[0],
                                          sizeof listings[0], compare_symbol);
    return found == NULL ? "NYSE" : found->exchange;
}
