/* order_rules_test.c: each rule of orders has a row: what is sent, and the refusal in Alpaca's
 * words (section 3.1 of the API's description), on an account that has 100,000 and an open market:
 * AAPL 211.98 / 212.00, SPY 500.00 / 500.02, PENNY 0.50 / 0.51. */
#include "exchange_http/served_test.h"

enum tweak {
    AS_IT_IS,
    SUSPENDED,
    ACCOUNT_BLOCKED,
    TRADING_BLOCKED,
    NO_SHORTING,
    NO_FRACTIONS,
    POOR, /* 1,500 */
    INACTIVE,
    NOT_TRADABLE,
    NOT_SHORTABLE,
    NOT_FRACTIONABLE,
    EVENING, /* 18:00 */
    MORNING, /* 08:00 */
};

struct rule_case {
    const char *what;
    int status;
    const char *code;
    enum tweak tweak;
    const char *before; /* orders sent first, a | between them; or NULL */
    const char *body;
    const char *message;
};

/* Rows look like calls, which clang-format can lay out. */
#define ROW(...)                                                                                   \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define TAKEN(what, tweak, before, body)                                                           \
    {                                                                                              \
        what, 200, NULL, tweak, before, body, NULL                                                 \
    }

#define BUY(rest)   "{'symbol':'AAPL','side':'buy'," rest "}"
#define SELL(rest)  "{'symbol':'AAPL','side':'sell'," rest "}"
#define DAY         ",'time_in_force':'day'"
#define GTC         ",'time_in_force':'gtc'"
#define MARKET      "'type':'market'"
#define LIMIT(p)    "'type':'limit','limit_price':'" p "'"
#define STOP(p)     "'type':'stop','stop_price':'" p "'"
#define QTY(n)      ",'qty':'" n "'"
#define EXITS(t, s) ",'take_profit':{'limit_price':'" t "'},'stop_loss':{'stop_price':'" s "'}"
#define CLASS(c)    ",'order_class':'" c "'"

#define BAD  "40010001"
#define NOT  "42210000"
#define FORB "40310000"

static const struct rule_case post_cases[] = {
    /* the body by itself */
    ROW("no JSON", 400, "40010000", AS_IT_IS, NULL, "{", "failed to decode request body"),
    ROW("an array", 400, "40010000", AS_IT_IS, NULL, "[]", "request body format is invalid"),
    ROW("a symbol that is a number", 400, "40010000", AS_IT_IS, NULL, "{'symbol':1}",
        "request body format is invalid"),
    ROW("no symbol", 422, BAD, AS_IT_IS, NULL, "{'side':'buy'}", "symbol is required"),
    ROW("an unknown symbol", 422, NOT, AS_IT_IS, NULL, "{'symbol':'XYZ'}",
        "asset \"XYZ\" not found"),
    ROW("small letters", 422, NOT, AS_IT_IS, NULL, "{'symbol':'aapl'}", "asset \"aapl\" not found"),
    ROW("no quantity", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY), "qty or notional is required"),
    ROW("both quantities", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY QTY("1") ",'notional':5"),
        "only one of qty or notional is accepted"),
    ROW("none of a share", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY QTY("0")), "qty must be > 0"),
    ROW("less than none", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY ",'qty':-1.5"),
        "qty must be > 0"),
    ROW("a quantity in words", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY QTY("ten")), "invalid qty"),
    ROW("ten decimals", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY QTY("1.0000000001")),
        "invalid qty"),
    ROW("half a dollar", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY ",'notional':'0.5'"),
        "notional must be >= 1.00"),
    ROW("mills", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY ",'notional':'5.005'"),
        "notional value must be limited to 2 decimal places"),
    ROW("no side", 422, BAD, AS_IT_IS, NULL, "{'symbol':'AAPL','qty':1," MARKET DAY "}",
        "invalid side"),
    ROW("no type", 422, BAD, AS_IT_IS, NULL, BUY("'qty':1" DAY), "invalid order type"),
    ROW("no time", 422, BAD, AS_IT_IS, NULL, BUY(MARKET QTY("1")), "invalid time_in_force"),
    ROW("a strange time", 422, BAD, AS_IT_IS, NULL, BUY(MARKET QTY("1") ",'time_in_force':'gtd'"),
        "invalid time_in_force"),
    ROW("a strange class", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY QTY("1") CLASS("iceberg")),
        "invalid order_class"),
    ROW("a strange intent", 422, BAD, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1") ",'position_intent':'hold'"), "invalid position_intent"),
    ROW("a limit without one", 422, BAD, AS_IT_IS, NULL, BUY("'type':'limit'" DAY QTY("1")),
        "limit orders require a limit price"),
    ROW("a stop without one", 422, BAD, AS_IT_IS, NULL, BUY("'type':'stop'" DAY QTY("1")),
        "stop orders require a stop price"),
    ROW("half a stop limit", 422, BAD, AS_IT_IS, NULL,
        BUY("'type':'stop_limit','stop_price':220" DAY QTY("1")),
        "stop limit orders require both stop and limit price"),
    ROW("a market order with a limit", 422, BAD, AS_IT_IS, NULL,
        BUY(MARKET ",'limit_price':5" DAY QTY("1")),
        "market orders require no stop or limit price"),
    ROW("a limit of nothing", 422, BAD, AS_IT_IS, NULL, BUY(LIMIT("0") DAY QTY("1")),
        "limit price must be > 0"),
    ROW("a stop below nothing", 422, BAD, AS_IT_IS, NULL, BUY(STOP("-3") DAY QTY("1")),
        "stop price must be > 0"),
    ROW("no trail", 422, BAD, AS_IT_IS, NULL, SELL("'type':'trailing_stop'" DAY QTY("1")),
        "trailing stop orders must specify one of trail_price or trail_percent"),
    ROW("two trails", 422, BAD, AS_IT_IS, NULL,
        SELL("'type':'trailing_stop','trail_price':1,'trail_percent':1" DAY QTY("1")),
        "trailing stop orders must specify one of trail_price or trail_percent"),
    ROW("a narrow trail", 422, BAD, AS_IT_IS, NULL,
        SELL("'type':'trailing_stop','trail_percent':'0.05'" DAY QTY("1")),
        "trail_percent must be greater than or equal to 0.1"),
    ROW("a trail of all", 422, BAD, AS_IT_IS, NULL,
        SELL("'type':'trailing_stop','trail_percent':100" DAY QTY("1")),
        "trail_percent must be less than 100"),
    ROW("a bracket on a stop", 422, BAD, AS_IT_IS, NULL,
        BUY(STOP("220") DAY QTY("1") CLASS("bracket") EXITS("230", "200")),
        "bracket orders must be market or limit orders"),
    ROW("a bracket without target", 422, BAD, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1") CLASS("bracket") ",'stop_loss':{'stop_price':200}"),
        "bracket orders require take_profit.limit_price"),
    ROW("a target that is no object", 400, "40010000", AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1") CLASS("bracket") ",'take_profit':230"),
        "request body format is invalid"),
    ROW("a bracket without stop", 422, BAD, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1") CLASS("bracket") ",'take_profit':{'limit_price':230}"),
        "bracket orders require stop_loss.stop_price"),
    ROW("exits of no class", 422, BAD, AS_IT_IS, NULL, BUY(MARKET DAY QTY("1") EXITS("230", "200")),
        "take_profit and stop_loss require order_class bracket, oco or oto"),
    ROW("an oto with both", 422, BAD, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1") CLASS("oto") EXITS("230", "200")),
        "oto orders require one of take_profit.limit_price or stop_loss.stop_price"),
    ROW("an oco at market", 422, BAD, AS_IT_IS, NULL,
        SELL(MARKET DAY QTY("1") CLASS("oco") EXITS("230", "200")),
        "oco orders must be limit orders"),
    ROW("a strategy of options", 403, FORB, AS_IT_IS, NULL,
        "{'qty':1,'order_class':'mleg','legs':[]}", "submit mleg order is disabled"),
    ROW("an id used before", 422, BAD, AS_IT_IS, BUY(MARKET DAY QTY("1") ",'client_order_id':'a'"),
        BUY(MARKET DAY QTY("1") ",'client_order_id':'a'"), "client_order_id must be unique"),
    /* the account and the asset */
    ROW("suspended by its owner", 403, FORB, SUSPENDED, NULL, BUY(MARKET DAY QTY("1")),
        "new orders are rejected by user request"),
    ROW("a blocked account", 403, FORB, ACCOUNT_BLOCKED, NULL, BUY(MARKET DAY QTY("1")),
        "account is blocked"),
    ROW("blocked trading", 403, FORB, TRADING_BLOCKED, NULL, BUY(MARKET DAY QTY("1")),
        "trading is blocked"),
    ROW("an inactive asset", 422, NOT, INACTIVE, NULL, BUY(MARKET DAY QTY("1")),
        "asset \"AAPL\" is not active"),
    ROW("one that is not traded", 422, NOT, NOT_TRADABLE, NULL, BUY(MARKET DAY QTY("1")),
        "asset \"AAPL\" is not tradable"),
    ROW("one that cannot be borrowed", 422, NOT, NOT_SHORTABLE, NULL, SELL(MARKET DAY QTY("1")),
        "asset \"AAPL\" cannot be sold short"),
    ROW("one that cannot be cut", 403, FORB, NOT_FRACTIONABLE, NULL, BUY(MARKET DAY QTY("1.5")),
        "asset \"AAPL\" is not fractionable"),
    ROW("fractions switched off", 403, FORB, NO_FRACTIONS, NULL, BUY(MARKET DAY QTY("1.5")),
        "account is not allowed to trade fractional shares"),
    /* times */
    ROW("a stop at once", 422, BAD, AS_IT_IS, NULL,
        BUY(STOP("220") QTY("1") ",'time_in_force':'ioc'"), "invalid time_in_force"),
    ROW("a trail for the close", 422, BAD, AS_IT_IS, NULL,
        SELL("'type':'trailing_stop','trail_price':1,'time_in_force':'cls'" QTY("1")),
        "invalid time_in_force"),
    ROW("early, at market", 422, NOT, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1") ",'extended_hours':true"),
        "extended hours order must be DAY or GTC limit orders"),
    ROW("early, at once", 422, NOT, AS_IT_IS, NULL,
        BUY(LIMIT("212") QTY("1") ",'time_in_force':'ioc','extended_hours':true"),
        "extended hours order must be DAY or GTC limit orders"),
    ROW("an open that is over", 403, FORB, AS_IT_IS, NULL,
        BUY(MARKET QTY("1") ",'time_in_force':'opg'"),
        "opg orders must be submitted after 7:00pm and before 9:28am"),
    ROW("a close that is over", 403, FORB, EVENING, NULL,
        BUY(MARKET QTY("1") ",'time_in_force':'cls'"),
        "cls orders must be submitted after 7:00pm and before 3:55pm"),
    ROW("a bracket at once", 422, NOT, AS_IT_IS, NULL,
        BUY(MARKET QTY("1") ",'time_in_force':'ioc'" CLASS("bracket") EXITS("230", "200")),
        "bracket orders must be DAY or GTC orders"),
    /* parts of shares */
    ROW("a part for long", 422, NOT, AS_IT_IS, NULL, BUY(LIMIT("210") GTC QTY("0.5")),
        "fractional orders must be DAY orders"),
    ROW("a part with exits", 422, NOT, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1.5") CLASS("bracket") EXITS("230", "200")),
        "fractional orders must be simple orders"),
    ROW("a part sold short", 422, NOT, AS_IT_IS, NULL, SELL(MARKET DAY QTY("1.5")),
        "fractional orders cannot be sold short"),
    ROW("an amount at a limit", 422, NOT, AS_IT_IS, NULL, BUY(LIMIT("210") DAY ",'notional':100"),
        "notional orders must be market orders"),
    ROW("a part that trails", 422, NOT, AS_IT_IS, NULL,
        BUY("'type':'trailing_stop','trail_price':1" DAY QTY("1.5")),
        "fractional orders cannot be trailing stop orders"),
    ROW("less than a dollar", 403, FORB, AS_IT_IS, NULL, BUY(MARKET DAY QTY("0.004")),
        "cost basis must be >= minimal amount of order 1"),
    ROW("an amount beside an exit", 422, NOT, AS_IT_IS,
        BUY(MARKET DAY QTY("5")) "|" SELL(LIMIT("230") DAY QTY("5")),
        BUY(MARKET DAY ",'notional':100"),
        "unable to open new notional orders while having open closing position orders"),
    /* prices */
    ROW("mills in a limit", 422, NOT, AS_IT_IS, NULL, BUY(LIMIT("209.123") DAY QTY("1")),
        "invalid limit_price 209.123. sub-penny increment does not fulfill minimum pricing "
        "criteria"),
    ROW("what floats do", 422, NOT, AS_IT_IS, NULL,
        BUY("'type':'limit','limit_price':150.10000000000002" DAY QTY("1")),
        "invalid limit_price 150.10000000000002. sub-penny increment does not fulfill minimum "
        "pricing "
        "criteria"),
    ROW("mills in a stop", 422, NOT, AS_IT_IS, NULL, BUY(STOP("220.005") DAY QTY("1")),
        "invalid stop_price 220.005. sub-penny increment does not fulfill minimum pricing "
        "criteria"),
    ROW("five decimals below a dollar", 422, NOT, AS_IT_IS, NULL,
        "{'symbol':'PENNY','side':'buy'," LIMIT("0.49995") DAY QTY("1") "}",
        "invalid limit_price 0.49995. sub-penny increment does not fulfill minimum pricing "
        "criteria"),
    ROW("mills in an exit", 422, NOT, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("1") CLASS("bracket") EXITS("230.001", "200")),
        "invalid take_profit.limit_price 230.001. sub-penny increment does not fulfill minimum "
        "pricing "
        "criteria"),
    ROW("a stop above the market", 422, NOT, AS_IT_IS, BUY(MARKET DAY QTY("5")),
        SELL(STOP("215") DAY QTY("5")), "stop price must be less than current price"),
    /* groups */
    ROW("a bracket that closes", 422, NOT, AS_IT_IS, BUY(MARKET DAY QTY("5")),
        SELL(MARKET DAY QTY("5") CLASS("bracket") EXITS("200", "230")),
        "bracket orders must be entry orders"),
    ROW("an oto that closes", 422, NOT, AS_IT_IS, BUY(MARKET DAY QTY("5")),
        SELL(MARKET DAY QTY("5") CLASS("oto") ",'take_profit':{'limit_price':200}"),
        "oto orders must be entry orders"),
    ROW("an oco without position", 422, NOT, AS_IT_IS, NULL,
        SELL("'type':'limit'" DAY QTY("5") CLASS("oco") EXITS("230", "200")),
        "oco orders must be exit orders"),
    ROW("a target below its stop", 422, NOT, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("5") CLASS("bracket") EXITS("200", "230")),
        "take_profit.limit_price must be > stop_loss.stop_price"),
    ROW("a short target above its stop", 422, NOT, AS_IT_IS, NULL,
        SELL(MARKET DAY QTY("5") CLASS("bracket") EXITS("230", "200")),
        "take_profit.limit_price must be < stop_loss.stop_price"),
    ROW("a target below the entry", 422, NOT, AS_IT_IS, NULL,
        BUY(LIMIT("210") DAY QTY("5") CLASS("bracket") EXITS("210", "200")),
        "take_profit.limit_price must be >= base_price + 0.01"),
    ROW("a stop at the market", 422, NOT, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("5") CLASS("bracket") EXITS("230", "211.98")),
        "stop_loss.stop_price must be <= base_price - 0.01"),
    ROW("a short stop at the entry", 422, NOT, AS_IT_IS, NULL,
        SELL(LIMIT("220") DAY QTY("5") CLASS("bracket") EXITS("210", "220")),
        "stop_loss.stop_price must be >= base_price + 0.01"),
    ROW("an oco whose stop is reached", 422, NOT, AS_IT_IS, BUY(MARKET DAY QTY("5")),
        SELL("'type':'limit'" DAY QTY("5") CLASS("oco") EXITS("230", "215")),
        "stop price must be less than current price"),
    /* the position */
    ROW("another intent", 422, NOT, AS_IT_IS, NULL,
        BUY(MARKET DAY QTY("5") ",'position_intent':'buy_to_close'"),
        "position intent mismatch, inferred: buy_to_open, specified: buy_to_close"),
    ROW("shorting switched off", 403, FORB, NO_SHORTING, NULL, SELL(MARKET DAY QTY("5")),
        "account is not allowed to short"),
    ROW("shorting with 1,500", 403, FORB, POOR, NULL, SELL(MARKET DAY QTY("1")),
        "account is not allowed to short"),
    ROW("more than is held", 403, FORB, AS_IT_IS, BUY(MARKET DAY QTY("5")),
        SELL(MARKET DAY QTY("6")),
        "insufficient qty available for order (requested: 6, available: 5)"),
    ROW("what another order closes", 403, FORB, AS_IT_IS,
        BUY(MARKET DAY QTY("5")) "|" SELL(LIMIT("230") DAY QTY("3")), SELL(MARKET DAY QTY("5")),
        "insufficient qty available for order (requested: 5, available: 2)"),
    ROW("short beside a long order", 403, FORB, AS_IT_IS, BUY(LIMIT("200") DAY QTY("5")),
        SELL(LIMIT("230") DAY QTY("5")), "cannot open a short sell while a long buy order is open"),
    ROW("long beside a short order", 403, FORB, AS_IT_IS, SELL(LIMIT("230") DAY QTY("5")),
        BUY(LIMIT("200") DAY QTY("5")), "cannot open a long buy while a short sell order is open"),
    ROW("a wash against a stop", 403, FORB, AS_IT_IS,
        BUY(MARKET DAY QTY("5")) "|" SELL(STOP("200") DAY QTY("5")), BUY(LIMIT("190") DAY QTY("5")),
        "potential wash trade detected. use complex orders"),
    ROW("a wash of two limits", 403, FORB, AS_IT_IS,
        BUY(MARKET DAY QTY("5")) "|" SELL(LIMIT("230") DAY QTY("5")),
        BUY(LIMIT("230") DAY QTY("5")), "potential wash trade detected. use complex orders"),
    ROW("a wash at market", 403, FORB, AS_IT_IS,
        BUY(MARKET DAY QTY("5")) "|" SELL(LIMIT("230") DAY QTY("5")), BUY(MARKET DAY QTY("5")),
        "potential wash trade detected. use complex orders"),
    /* the money */
    ROW("too dear", 403, FORB, AS_IT_IS, NULL, BUY(LIMIT("300") DAY QTY("1000")),
        "insufficient buying power"),
    ROW("too dear beside another", 403, FORB, AS_IT_IS, BUY(LIMIT("200") DAY QTY("900")),
        BUY(LIMIT("201") DAY QTY("100")), "insufficient buying power"),
    ROW("nothing is lent to 1,500", 403, FORB, POOR, NULL, BUY(MARKET DAY QTY("10")),
        "insufficient buying power"),
};

/* Taken: what looks like a breach and is none. */
static const struct rule_case taken_cases[] = {
    TAKEN("numbers", AS_IT_IS, NULL,
          "{'symbol':'AAPL','qty':1.0,'side':'buy','type':'limit',"
          "'limit_price':150.1,'time_in_force':'day'}"),
    TAKEN("an exponent", AS_IT_IS, NULL, BUY(MARKET DAY ",'qty':1e-02")),
    TAKEN("zeros behind", AS_IT_IS, NULL, BUY(LIMIT("209.40000") DAY QTY("1.000000000000"))),
    TAKEN("four decimals below a dollar", AS_IT_IS, NULL,
          "{'symbol':'PENNY','side':'buy'," LIMIT("0.4999") DAY QTY("1") "}"),
    TAKEN("null members and unknown ones", AS_IT_IS, NULL,
          BUY(MARKET DAY QTY("1") ",'limit_price':null,'legs':null,'advanced_instructions':"
                                  "{'algorithm':'TWAP'},'colour':[1,{}]")),
    TAKEN("another name of a side", AS_IT_IS, NULL,
          "{'symbol':'AAPL','side':'sell_short'," MARKET DAY QTY("1") "}"),
    TAKEN("a part of a share", AS_IT_IS, NULL, BUY(LIMIT("210") DAY QTY("0.123456789"))),
    TAKEN("an amount", AS_IT_IS, NULL, BUY(MARKET DAY ",'notional':'100.25'")),
    TAKEN("early at a limit", AS_IT_IS, NULL,
          BUY(LIMIT("210") GTC QTY("1") ",'extended_hours':true")),
    TAKEN("for the open, early", MORNING, NULL, BUY(MARKET QTY("1") ",'time_in_force':'opg'")),
    TAKEN("for the close", AS_IT_IS, NULL, BUY(MARKET QTY("1") ",'time_in_force':'cls'")),
    TAKEN("a stop below the market to buy", AS_IT_IS, NULL, BUY(STOP("200") DAY QTY("1"))),
    TAKEN("limits that do not cross", AS_IT_IS,
          BUY(MARKET DAY QTY("5")) "|" SELL(LIMIT("230") DAY QTY("5")),
          BUY(LIMIT("229.99") DAY QTY("5"))),
    TAKEN("a trail beside a limit", AS_IT_IS,
          BUY(MARKET DAY QTY("5")) "|" SELL("'type':'trailing_stop','trail_price':3" GTC QTY("5")),
          BUY(MARKET DAY QTY("5"))),
    TAKEN("beside a bracket's exits", AS_IT_IS,
          BUY(MARKET DAY QTY("5") CLASS("bracket") EXITS("230", "200")), BUY(MARKET DAY QTY("5"))),
    TAKEN("an oco with its limit in front", AS_IT_IS, BUY(MARKET DAY QTY("5")),
          SELL(LIMIT("230") DAY QTY("5") CLASS("oco") ",'stop_loss':{'stop_price':200}")),
    TAKEN("1,500 at one to one", POOR, NULL, BUY(MARKET DAY QTY("7"))),
};

static void tweak(struct served *served, enum tweak tweak)
{
    static struct market_asset assets[SERVED_SYMBOLS];
    struct account *account = served->account;
    assets[AAPL] = (struct market_asset){.inactive = tweak == INACTIVE,
                                         .not_tradable = tweak == NOT_TRADABLE,
                                         .not_shortable = tweak == NOT_SHORTABLE,
                                         .not_fractionable = tweak == NOT_FRACTIONABLE};
    served->venue->market.assets = assets;
    account->settings.suspend_trade = tweak == SUSPENDED;
    account->settings.no_shorting = tweak == NO_SHORTING;
    account->settings.fractional_trading = tweak != NO_FRACTIONS;
    account->blocks.account = tweak == ACCOUNT_BLOCKED;
    account->blocks.trading = tweak == TRADING_BLOCKED;
    if (tweak == EVENING) {
        venue_advance(served->venue, served_time(18, 0, 0));
    }
}

static void begin(struct served *served, const struct rule_case *rule)
{
    served_init(served);
    if (rule->tweak == POOR) {
        served->plan.exchange.cash_e9 = 1500 * MONEY_E9;
    }
    if (rule->tweak == MORNING) {
        served->plan.start_ns = served_time(8, 0, 0);
        served->data->count = 3; /* Friday alone */
        served->data->quote_count = 0;
    }
    served_start(served);
    char before[1024];
    (void)snprintf(before, sizeof before, "%s", rule->before != NULL ? rule->before : "");
    for (char *at = before; at != NULL && *at != '\0';) {
        char *next = strchr(at, '|');
        if (next != NULL) {
            *next++ = '\0';
        }
        (void)served_post(served, at);
        at = next;
    }
    tweak(served, rule->tweak);
}

static void with_quotes(char *out, size_t size, const char *body)
{
    (void)snprintf(out, size, "%s", body);
    for (char *at = out; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
}

Test(order_rules, each_breach_is_told_in_alpacas_words)
{
    for (size_t i = 0; i < sizeof post_cases / sizeof post_cases[0]; i++) {
        const struct rule_case *rule = &post_cases[i];
        struct served *served = xcalloc(1, sizeof *served);
        char body[1024];
        begin(served, rule);
        uint32_t orders = served->account->order_count;
        with_quotes(body, sizeof body, rule->body);
        cr_expect_eq(served_ask(served, "POST", "/v2/orders", body), rule->status, "%s: %s",
                     rule->what, served->json.text);
        cr_expect_str_eq(served_text(served, "message"), rule->message, "%s", rule->what);
        cr_expect_str_eq(served_text(served, "code"), rule->code, "%s", rule->what);
        cr_expect_eq(served->account->order_count, orders, "%s", rule->what);
        served_finish(served);
        free(served);
    }
}

Test(order_rules, what_is_no_breach_is_taken)
{
    for (size_t i = 0; i < sizeof taken_cases / sizeof taken_cases[0]; i++) {
        const struct rule_case *rule = &taken_cases[i];
        struct served *served = xcalloc(1, sizeof *served);
        char body[1024];
        begin(served, rule);
        with_quotes(body, sizeof body, rule->body);
        cr_expect_eq(served_ask(served, "POST", "/v2/orders", body), 200, "%s: %s", rule->what,
                     served->json.text);
        served_finish(served);
        free(served);
    }
}
