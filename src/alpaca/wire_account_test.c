/* wire_account_test.c: account, positions, activities, clock, sessions and assets, read: the
 * vendor's examples, and what is to be refused. */
#include "alpaca/wire_test.h"

#include <stdio.h>

/* ---- the account ---- */

#define ACCOUNT                                                                                    \
    "{'id':'0d6b1f52-53f0-4c61-8f0a-9a0b6c0f2a11','account_number':'PA3X7Q2LOCAL',"                \
    "'status':'ACTIVE','crypto_status':'ACTIVE','currency':'USD','cash':'84250',"                  \
    "'portfolio_value':'100120','equity':'100120','last_equity':'100000','buying_power':'184370'," \
    "'multiplier':'2','balance_asof':'2026-03-13','trading_blocked':false,"                        \
    "'transfers_blocked':false,'account_blocked':false,'trade_suspended_by_user':false,"           \
    "'shorting_enabled':true,'options_approved_level':3}"

Test(wire_account, an_account)
{
    struct wire_account account;
    cr_assert_eq(wire_read_account(said(ACCOUNT), &account), ERR_OK);
    cr_expect_str_eq(account.id, "0d6b1f52-53f0-4c61-8f0a-9a0b6c0f2a11");
    cr_expect_str_eq(account.number, "PA3X7Q2LOCAL");
    cr_expect_str_eq(account.status, "ACTIVE");
    cr_expect(account.active && !account.blocked && account.shorting);
    cr_expect_eq(account.cash_e9, E9(84250, 0));
    cr_expect_eq(account.equity_e9, E9(100120, 0));
    cr_expect_eq(account.buying_power_e9, E9(184370, 0));
    cr_expect_eq(account.last_equity_e9, E9(100000, 0));
    cr_expect_eq(account.multiplier, 2);
    static const char *const blocks[] = {"trading_blocked", "account_blocked",
                                         "trade_suspended_by_user"};
    for (size_t i = 0; i < 3; i++) {
        char off[64], on[64], missing[64];
        (void)snprintf(off, sizeof off, "'%s':false", blocks[i]);
        (void)snprintf(on, sizeof on, "'%s':true", blocks[i]);
        (void)snprintf(missing, sizeof missing, "'%s':null", blocks[i]);
        cr_assert_eq(READ_WITH(wire_read_account, ACCOUNT, off, on, &account), ERR_OK);
        cr_expect(account.blocked, "%s", blocks[i]);
        cr_expect_eq(READ_WITH(wire_read_account, ACCOUNT, off, missing, &account), ERR_FORMAT);
    }
    cr_assert_eq(
        READ_WITH(wire_read_account, ACCOUNT, "'status':'ACTIVE'", "'status':'LIMITED'", &account),
        ERR_OK);
    cr_expect(!account.active);
    cr_assert_eq(READ_WITH(wire_read_account, ACCOUNT, "'84250'", "'-0.1234567895'", &account),
                 ERR_OK);
    cr_expect_eq(account.cash_e9, -123456790);
}

Test(wire_account, accounts_that_are_refused)
{
    static const char *const cases[][2] = {
        {"'cash':'84250',",                 ""                                                   },
        {"'cash':'84250'",                  "'cash':'a lot'"                                     },
        {"'cash':'84250'",                  "'cash':'99999999999'"                               },
        {"'equity':'100120',",              ""                                                   },
        {"'multiplier':'2'",                "'multiplier':'2.5'"                                 },
        {"'multiplier':'2'",                "'multiplier':'0'"                                   },
        {"'multiplier':'2'",                "'multiplier':null"                                  },
        {"'status':'ACTIVE'",               "'status':null"                                      },
        {"'trading_blocked':false",         "'trading_blocked':'false'"                          },
        {"'account_number':'PA3X7Q2LOCAL'", "'account_number':'01234567890123456789012345678901'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_account account;
        cr_expect_neq(READ_WITH(wire_read_account, ACCOUNT, cases[i][0], cases[i][1], &account),
                      ERR_OK, "%s", cases[i][1]);
    }
}

/* ---- positions ---- */

#define POSITION                                                                                   \
    "{'asset_id':'b0b6dd9d-8b9b-48a9-ba46-b9d54906e415','symbol':'AAPL','exchange':'NASDAQ',"      \
    "'qty':'10','qty_available':'7','avg_entry_price':'212.37','side':'long',"                     \
    "'market_value':'2143','unrealized_plpc':'0.0090879126053586'}"

Test(wire_account, a_position)
{
    struct wire_position position;
    cr_assert_eq(wire_read_position(said(POSITION), &position), ERR_OK);
    cr_expect_str_eq(position.symbol, "AAPL");
    cr_expect_eq(position.qty_e9, E9(10, 0));
    cr_expect_eq(position.qty_available_e9, E9(7, 0));
    cr_expect_eq(position.average_price_e9, E9(212, 370000000));
    cr_assert_eq(
        READ_WITH(wire_read_position, POSITION, "'side':'long'", "'side':'short'", &position),
        ERR_OK);
    cr_expect_eq(position.qty_e9, -E9(10, 0));
    cr_expect_eq(position.qty_available_e9, -E9(7, 0));
    cr_assert_eq(wire_read_position(said("{'symbol':'F','qty':'-5','avg_entry_price':"
                                         "'10.0000000005','side':'short'}"),
                                    &position),
                 ERR_OK);
    cr_expect_eq(position.qty_e9, -E9(5, 0));
    cr_expect_eq(position.qty_available_e9, -E9(5, 0));
    cr_expect_eq(position.average_price_e9, E9(10, 0));
    cr_expect_eq(READ_WITH(wire_read_position, POSITION, "'qty':'10'", "'qty':'-10'", &position),
                 ERR_FORMAT, "long and negative");
    cr_expect_eq(
        READ_WITH(wire_read_position, POSITION, "'side':'long'", "'side':'wide'", &position),
        ERR_FORMAT);
    cr_expect_eq(READ_WITH(wire_read_position, POSITION, "'side':'long'", "'side':null", &position),
                 ERR_FORMAT);
    cr_expect_eq(READ_WITH(wire_read_position, POSITION, "'qty':'10',", "", &position), ERR_FORMAT);
}

/* ---- activities ---- */

#define EXECUTION                                                                                  \
    "{'id':'20260316143801942::8f0c9c0e-7a5e-4b6f-9b4e-3d6b6a0c1f44','activity_type':'FILL',"      \
    "'transaction_time':'2026-03-16T18:38:01.942Z','type':'fill','price':'212.37','qty':'10',"     \
    "'side':'buy','symbol':'AAPL','leaves_qty':'0','order_id':"                                    \
    "'61e69015-8549-4bfd-b9c3-01e75843f47d','cum_qty':'30','order_status':'filled'}"

#define ENTRY                                                                                      \
    "{'id':'20260320000000000::2f2e3d4c-0000-4000-8000-0123456789ab','activity_type':'OPTRD',"     \
    "'date':'2026-03-20','net_amount':'-20000','description':'Option Trade','symbol':'AAPL',"      \
    "'qty':'100','price':'200','status':'executed'}"

Test(wire_account, activities)
{
    struct wire_activity activity;
    cr_assert_eq(wire_read_activity(said(EXECUTION), &activity), ERR_OK);
    cr_expect(activity.trades && activity.known && activity.buys);
    cr_expect_str_eq(activity.id, "20260316143801942::8f0c9c0e-7a5e-4b6f-9b4e-3d6b6a0c1f44");
    cr_expect_str_eq(activity.type, "FILL");
    cr_expect_str_eq(activity.symbol, "AAPL");
    cr_expect_str_eq(activity.order_id, "61e69015-8549-4bfd-b9c3-01e75843f47d");
    cr_expect_eq(activity.price_e9, E9(212, 370000000));
    cr_expect_eq(activity.qty_e9, E9(10, 0));
    cr_expect_eq(activity.cum_qty_e9, E9(30, 0));
    cr_expect_eq(activity.ts_ns, at("2026-03-16T18:38:01.942Z"));
    cr_assert_eq(
        READ_WITH(wire_read_activity, EXECUTION, "'side':'buy'", "'side':'sell_short'", &activity),
        ERR_OK);
    cr_expect(!activity.buys);

    cr_assert_eq(wire_read_activity(said(ENTRY), &activity), ERR_OK);
    cr_expect(!activity.trades && activity.known);
    cr_expect_eq(activity.net_amount_e9, -E9(20000, 0));
    cr_expect_eq(activity.qty_e9, E9(100, 0));
    cr_expect_eq(activity.ts_ns, at("2026-03-20T00:00:00Z"));
    cr_assert_eq(wire_read_activity(said("{'id':'a','activity_type':'A_WORD_OF_TOMORROW',"
                                         "'date':'2026-03-20','net_amount':null}"),
                                    &activity),
                 ERR_OK);
    cr_expect(!activity.trades && !activity.known);
    cr_expect_str_eq(activity.type, "A_WORD_OF_TOMOR");
}

Test(wire_account, activities_that_are_refused)
{
    static const char *const cases[][2] = {
        {"'cum_qty':'30'",                                 "'cum_qty':'9'"                },
        {"'qty':'10'",                                     "'qty':'0'"                    },
        {"'qty':'10'",                                     "'qty':'-10'"                  },
        {"'price':'212.37',",                              ""                             },
        {"'side':'buy',",                                  ""                             },
        {"'symbol':'AAPL',",                               ""                             },
        {"'cum_qty':'30',",                                ""                             },
        {"'transaction_time':'2026-03-16T18:38:01.942Z',", ""                             },
        {"'activity_type':'FILL',",                        ""                             },
        {"'activity_type':'FILL'",                         "'activity_type':''"           },
        {"'activity_type':'FILL'",                         "'activity_type':'FILL\\u0000'"},
    };
    struct wire_activity activity;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_neq(READ_WITH(wire_read_activity, EXECUTION, cases[i][0], cases[i][1], &activity),
                      ERR_OK, "%s", cases[i][1]);
    }
    cr_expect_neq(READ_WITH(wire_read_activity, ENTRY, "2026-03-20'", "2026-02-30'", &activity),
                  ERR_OK);
    cr_expect_neq(READ_WITH(wire_read_activity, ENTRY, "'date':'2026-03-20',", "", &activity),
                  ERR_OK);
    cr_expect_neq(READ_WITH(wire_read_activity, ENTRY, "'-20000'", "'-2e4'", &activity), ERR_OK);
}

/* ---- clock, sessions, assets ---- */

Test(wire_account, a_clock)
{
    struct wire_clock clock;
    cr_assert_eq(wire_read_clock(said("{'timestamp':'2026-03-16T14:38:02.118-04:00','is_open':true,"
                                      "'next_open':'2026-03-17T09:30:00-04:00',"
                                      "'next_close':'2026-03-16T16:00:00-04:00'}"),
                                 &clock),
                 ERR_OK);
    cr_expect_eq(clock.ts_ns, at("2026-03-16T18:38:02.118Z"));
    cr_expect(clock.is_open);
    cr_expect_eq(clock.next_open_ns, at("2026-03-17T13:30:00Z"));
    cr_expect_eq(clock.next_close_ns, at("2026-03-16T20:00:00Z"));
    cr_assert_eq(wire_read_clock(said("{'timestamp':'2026-12-16T14:38:02.118405523+05:30',"
                                      "'is_open':false,'next_open':null}"),
                                 &clock),
                 ERR_OK);
    cr_expect_eq(clock.ts_ns, at("2026-12-16T09:08:02.118405523Z"));
    cr_expect_eq(clock.next_open_ns, 0);
    cr_expect_eq(wire_read_clock(said("{'is_open':true}"), &clock), ERR_FORMAT);
    cr_expect_eq(wire_read_clock(said("{'timestamp':'2026-12-16T14:38:02Z'}"), &clock), ERR_FORMAT);
}

Test(wire_account, sessions)
{
    static const struct {
        const char *text, *open, *close;
    } cases[] = {
        {"{'date':'2026-03-16','open':'09:30','close':'16:00','session_open':'0400',"
         "'session_close':'2000','settlement_date':'2026-03-17'}", "2026-03-16T13:30:00Z", "2026-03-16T20:00:00Z"},
        {"{'date':'2026-01-05','open':'09:30','close':'16:00'}",            "2026-01-05T14:30:00Z",
         "2026-01-05T21:00:00Z"                                                                                           },
        {"{'date':'2025-11-28','open':'09:30','close':'13:00'}",            "2025-11-28T14:30:00Z",
         "2025-11-28T18:00:00Z"                                                                                           },
        {"{'date':'2026-07-04','open':'00:00','close':'24:00'}",            "2026-07-04T04:00:00Z",
         "2026-07-05T04:00:00Z"                                                                                           },
    };
    struct wire_session session;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_eq(wire_read_session(said(cases[i].text), &session), ERR_OK);
        cr_expect_eq(session.open_ns, at(cases[i].open), "%s", cases[i].text);
        cr_expect_eq(session.close_ns, at(cases[i].close), "%s", cases[i].text);
    }
    cr_expect_eq(session.date, 20638);
    static const char *const bad[] = {"'09:3'",  "'9:30'",     "'0930'",  "'09-30'", "'09:60'",
                                      "'24:01'", "'25:00'",    "'16:00'", "''",      "null",
                                      "930",     "'09:30:00'", "'aa:bb'"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        cr_expect_neq(READ_WITH(wire_read_session, cases[0].text, "'09:30'", bad[i], &session),
                      ERR_OK, "%s", bad[i]);
    }
    cr_expect_neq(
        READ_WITH(wire_read_session, cases[0].text, "'2026-03-16'", "'2026-3-16'", &session),
        ERR_OK);
}

Test(wire_account, an_asset)
{
    static const char text[] = "{'id':'b0b6','class':'us_equity','exchange':'NASDAQ','symbol':"
                               "'AAPL','status':'active','tradable':true,'marginable':true,"
                               "'shortable':true,'fractionable':true,"
                               "'maintenance_margin_requirement':30,'attributes':['has_options']}";
    struct wire_asset asset;
    cr_assert_eq(wire_read_asset(said(text), &asset), ERR_OK);
    cr_expect_str_eq(asset.symbol, "AAPL");
    cr_expect(asset.active && asset.tradable && asset.shortable && asset.fractionable);
    cr_assert_eq(READ_WITH(wire_read_asset, text, "'active'", "'retired'", &asset), ERR_OK);
    cr_expect(!asset.active);
    cr_assert_eq(READ_WITH(wire_read_asset, text, "'shortable':true,", "", &asset), ERR_OK);
    cr_expect(!asset.shortable);
    cr_expect_neq(READ_WITH(wire_read_asset, text, "'tradable':true,", "", &asset), ERR_OK);
    cr_expect_neq(READ_WITH(wire_read_asset, text, "'tradable':true", "'tradable':1", &asset),
                  ERR_OK);
    cr_expect_neq(READ_WITH(wire_read_asset, text, "'status':'active',", "", &asset), ERR_OK);
}
