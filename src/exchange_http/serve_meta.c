/* serve_meta.c: what the one-letter codes of market data mean, as the exchanges' tapes publish it.
 */
#include <stddef.h>
#include <string.h>

#include "exchange_http/data_query.h"
#include "exchange_http/routes_data.h"

struct code {
    const char *code;
    const char *name;
};

/* Tapes A and B: the plan of the Consolidated Tape Association. */
static const struct code trades_ab[] = {
    {" ",  "Regular Sale"                                            },
    {"4",  "Derivatively Priced"                                     },
    {"5",  "Market Center Reopening Trade"                           },
    {"6",  "Market Center Closing Trade"                             },
    {"7",  "Qualified Contingent Trade"                              },
    {"9",  "Corrected Consolidated Close Price As Per Listing Market"},
    {"B",  "Average Price Trade"                                     },
    {"C",  "Cash Trade (Same Day Clearing)"                          },
    {"E",  "Automatic Execution"                                     },
    {"F",  "Inter-market Sweep Order"                                },
    {"H",  "Price Variation Trade"                                   },
    {"I",  "Odd Lot Trade"                                           },
    {"K",  "Rule 127 (NYSE only) or Rule 155 (NYSE MKT only)"        },
    {"L",  "Sold Last (Late Reporting)"                              },
    {"M",  "Market Center Official Close"                            },
    {"N",  "Next Day Trade (Next Day Clearing)"                      },
    {"O",  "Market Center Opening Trade"                             },
    {"P",  "Prior Reference Price"                                   },
    {"Q",  "Market Center Official Open"                             },
    {"R",  "Seller"                                                  },
    {"T",  "Extended Hours Trade"                                    },
    {"U",  "Extended Hours Sold (Out Of Sequence)"                   },
    {"V",  "Contingent Trade"                                        },
    {"X",  "Cross Trade"                                             },
    {"Z",  "Sold (Out Of Sequence)"                                  },
    {NULL, NULL                                                      },
};

/* Tape C: the plan of Nasdaq's Unlisted Trading Privileges. */
static const struct code trades_c[] = {
    {"1",  "Stopped Stock (Regular Trade)"                    },
    {"4",  "Derivatively Priced"                              },
    {"5",  "Re-Opening Prints"                                },
    {"6",  "Closing Prints"                                   },
    {"7",  "Qualified Contingent Trade"                       },
    {"9",  "Corrected Consolidated Close (Per Listing Market)"},
    {"@",  "Regular Sale"                                     },
    {"A",  "Acquisition"                                      },
    {"B",  "Bunched Trade"                                    },
    {"C",  "Cash Sale"                                        },
    {"D",  "Distribution"                                     },
    {"F",  "Intermarket Sweep"                                },
    {"G",  "Bunched Sold Trade"                               },
    {"H",  "Price Variation Trade"                            },
    {"I",  "Odd Lot Trade"                                    },
    {"K",  "Rule 155 Trade (AMEX)"                            },
    {"L",  "Sold Last"                                        },
    {"M",  "Market Center Official Close"                     },
    {"N",  "Next Day"                                         },
    {"O",  "Opening Prints"                                   },
    {"P",  "Prior Reference Price"                            },
    {"Q",  "Market Center Official Open"                      },
    {"R",  "Seller"                                           },
    {"S",  "Split Trade"                                      },
    {"T",  "Form T"                                           },
    {"U",  "Extended Hours (Sold Out Of Sequence)"            },
    {"V",  "Contingent Trade"                                 },
    {"W",  "Average Price Trade"                              },
    {"X",  "Cross Trade"                                      },
    {"Y",  "Yellow Flag Regular Trade"                        },
    {"Z",  "Sold (Out Of Sequence)"                           },
    {NULL, NULL                                               },
};

static const struct code quotes_ab[] = {
    {"4",  "On Demand Intra-Day Auction"      },
    {"A",  "Slow Quote Offer Side"            },
    {"B",  "Slow Quote Bid Side"              },
    {"C",  "Closing Quote"                    },
    {"E",  "Slow Quote LRP Bid Side"          },
    {"F",  "Slow Quote LRP Offer Side"        },
    {"H",  "Slow Quote Bid And Offer Side"    },
    {"L",  "Market Maker Quotes Closed"       },
    {"N",  "Non-Firm Quote"                   },
    {"O",  "Opening Quote"                    },
    {"R",  "Regular Market Maker Open"        },
    {"U",  "Slow Quote LRP Bid And Offer Side"},
    {"W",  "Slow Quote Set Slow List"         },
    {NULL, NULL                               },
};

static const struct code quotes_c[] = {
    {"4",  "Intraday Auction"              },
    {"A",  "Manual Ask Automated Bid"      },
    {"B",  "Manual Bid Automated Ask"      },
    {"F",  "Fast Trading"                  },
    {"H",  "Manual Bid And Ask"            },
    {"I",  "Order Imbalance"               },
    {"L",  "Closed Quote"                  },
    {"N",  "Non Firm Quote"                },
    {"O",  "Opening Quote Automated"       },
    {"R",  "Regular Two Sided Open"        },
    {"U",  "Manual Bid And Ask Non Firm"   },
    {"X",  "Order Influx"                  },
    {"Y",  "No Offer No Bid One Sided Open"},
    {"Z",  "No Open No Resume"             },
    {NULL, NULL                            },
};

static const struct code exchanges[] = {
    {"A",  "NYSE American (AMEX)"             },
    {"B",  "NASDAQ OMX BX"                    },
    {"C",  "National Stock Exchange"          },
    {"D",  "FINRA ADF"                        },
    {"E",  "Market Independent"               },
    {"H",  "MIAX"                             },
    {"I",  "International Securities Exchange"},
    {"J",  "Cboe EDGA"                        },
    {"K",  "Cboe EDGX"                        },
    {"L",  "Long Term Stock Exchange"         },
    {"M",  "Chicago Stock Exchange"           },
    {"N",  "New York Stock Exchange"          },
    {"P",  "NYSE Arca"                        },
    {"Q",  "NASDAQ OMX"                       },
    {"S",  "NASDAQ Small Cap"                 },
    {"T",  "NASDAQ Int"                       },
    {"U",  "Members Exchange"                 },
    {"V",  "IEX"                              },
    {"W",  "CBOE"                             },
    {"X",  "NASDAQ OMX PSX"                   },
    {"Y",  "Cboe BYX"                         },
    {"Z",  "Cboe BZX"                         },
    {NULL, NULL                               },
};

static void write_codes(struct json_writer *json, const struct code *codes)
{
    json_begin_object(json);
    for (; codes->code != NULL; codes++) {
        json_member_string(json, codes->code, codes->name);
    }
    json_end_object(json);
}

void serve_conditions(struct call *call)
{
    const char *tape = call_query(call, "tape");
    bool trades = strcmp(call->arguments[0], "trade") == 0;
    if (!trades && strcmp(call->arguments[0], "quote") != 0) {
        (void)data_fail(call, 400, "invalid ticktype: %s: it is trade or quote",
                        call->arguments[0]);
        return;
    }
    if (tape == NULL || strlen(tape) != 1 || strchr("ABC", tape[0]) == NULL) {
        (void)data_fail(call, 400, "invalid tape: %s: it is A, B or C", tape != NULL ? tape : "");
        return;
    }
    bool nasdaq = tape[0] == 'C';
    write_codes(call->json,
                trades ? (nasdaq ? trades_c : trades_ab) : (nasdaq ? quotes_c : quotes_ab));
}

void serve_exchanges(struct call *call)
{
    write_codes(call->json, exchanges);
}
