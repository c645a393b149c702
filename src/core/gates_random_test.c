/* gates_random_test.c: random inputs, the ends of int64 among them, give what a plain reckoning in
 * 128 bits gives: each gate's value, limit and answer, and the first refusal. */
#include "core/gates_test.h"

static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t random_bits(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* Mostly amounts of the size of `usual`, sometimes anything at all. */
static int64_t random_near(int64_t usual)
{
    uint64_t bits = random_bits();
    switch (bits % 16) {
    case 0:
        return (int64_t)random_bits();
    case 1:
        return (int64_t)(random_bits() >> (bits >> 8) % 64);
    case 2:
        return bits & 256 ? INT64_MAX : INT64_MIN;
    case 3:
        return (int64_t)(bits >> 8) % 3 - 1;
    case 4:
    case 5:
        return usual;
    default:
        return usual <= 0 ? usual : (int64_t)(random_bits() % ((uint64_t)usual * 2));
    }
}

static struct limit random_limit(const struct limit *usual, bool money)
{
    int64_t value = random_near(usual->value);
    struct limit limit = {usual->unit, value > 0 ? value : 1};
    if (money && (random_bits() & 1) != 0) {
        limit = (struct limit){LIMIT_SHARE, 1 + (int64_t)(random_bits() % 2000000)};
    }
    return limit;
}

static void draw(struct gate_input *input, struct limits *now)
{
    struct gate_input usual = good_entry();
#define X(field, key, kind, noun, help)                                                            \
    now->field = random_limit(&gate_limits.field, gate_limits.field.unit == LIMIT_CASH);
    LIMIT_LIST(X)
#undef X
    *input = usual;
    input->limits = now;
    static const size_t offsets[] = {
#define AT(field) offsetof(struct gate_input, field)
        AT(order_value_e9),
        AT(commission_e9),
        AT(heat_e9),
        AT(reference_price_e9),
        AT(stop_price_e9),
        AT(limit_price_e9),
        AT(now_ns),
        AT(bar_end_ns),
        AT(session_open_ns),
        AT(session_close_ns),
        AT(gap_ppm),
        AT(last_entry_ns),
        AT(position_qty_e9),
        AT(exposure_e9),
        AT(opposite_entry_qty_e9),
        AT(instrument_value_e9),
        AT(open_heat_e9),
        AT(entry_commission_e9),
        AT(session_equity_e9),
        AT(equity_e9),
#undef AT
    };
    /* Some fields differ from the usual: else nothing would ever come to the last gates. */
    for (uint64_t i = random_bits() % 8; i > 0; i--) {
        int64_t *field = (int64_t *)((char *)input +
                                     offsets[random_bits() % (sizeof offsets / sizeof *offsets)]);
        *field = random_near(*field);
    }
    uint64_t bits = random_bits();
    input->sells = (bits & 7) == 0;
    input->day_known = (bits >> 3 & 7) != 0;
    input->halted = (bits >> 6 & 15) == 0;
    input->waits = (bits >> 10 & 3) == 0;
    input->flat_before_ns = (bits >> 14 & 3) == 0 ? 10 * NS_PER_MIN : 0;
    input->rests = (bits >> 12 & 3) == 0;
    input->now_ns = (bits >> 48 & 15) == 0 ? input->session_close_ns : input->now_ns;
    input->multiplier = 1U << (bits >> 14 & 3);
    input->session_entries = (uint32_t)(bits >> 16) % 24;
    input->book_entries = (uint32_t)(bits >> 24) % 12;
    input->open_positions = (uint32_t)(bits >> 32) % 6;
}

struct reckoning {
    __int128 value, limit;
    bool passes;
};

static bool fits(__int128 number)
{
    return number >= INT64_MIN && number <= INT64_MAX;
}

static __int128 clamped(__int128 number)
{
    return number > INT64_MAX ? INT64_MAX : number < INT64_MIN ? INT64_MIN : number;
}

static __int128 allowed(const struct limit *limit, int64_t equity_e9)
{
    if (limit->unit != LIMIT_SHARE) {
        return limit->value;
    }
    __int128 value = equity_e9 <= 0 ? 0 : (__int128)equity_e9 * limit->value / 1000000;
    return fits(value) ? value : 0;
}

static struct reckoning at_most(__int128 value, __int128 limit)
{
    bool known = fits(value);
    return (struct reckoning){known ? value : INT64_MAX, limit, known && value <= limit};
}

static struct reckoning reckon_buying_power(const struct gate_input *in)
{
    __int128 limit = (__int128)in->equity_e9 * in->multiplier;
    bool known = fits(limit) && fits(limit - in->exposure_e9) &&
                 fits(limit - in->exposure_e9 - in->entry_commission_e9);
    limit = known ? limit - in->exposure_e9 - in->entry_commission_e9 : INT64_MIN;
    struct reckoning result = at_most((__int128)in->order_value_e9 + in->commission_e9, limit);
    result.passes = result.passes && known;
    return result;
}

static struct reckoning reckon_collar(const struct gate_input *in)
{
    __int128 distance = (__int128)in->limit_price_e9 - in->reference_price_e9;
    distance = distance < 0 ? -distance : distance;
    if (in->limit_price_e9 == 0) {
        return (struct reckoning){0, in->limits->collar.value, true};
    }
    if (in->reference_price_e9 <= 0 || distance > INT64_MAX) {
        return (struct reckoning){INT64_MAX, in->limits->collar.value, false};
    }
    __int128 ppm = (distance * 1000000 + in->reference_price_e9 - 1) / in->reference_price_e9;
    return at_most(ppm, in->limits->collar.value);
}

static struct reckoning reckon_tick(const struct gate_input *in)
{
    int64_t limit_rest = in->limit_price_e9 % (in->limit_price_e9 >= USD(1) ? 10000000 : 100000);
    int64_t stop_rest = in->stop_price_e9 % (in->stop_price_e9 >= USD(1) ? 10000000 : 100000);
    int64_t rest = limit_rest != 0 ? limit_rest : stop_rest;
    return (struct reckoning){rest, 0, rest == 0};
}

static struct reckoning reckon_session(const struct gate_input *in, bool ending)
{
    __int128 left = (__int128)in->session_close_ns - in->now_ns;
    __int128 until = (__int128)in->session_open_ns - in->now_ns;
    if (ending) {
        int64_t least = in->flat_before_ns == 0 ? 1 : in->flat_before_ns + 1;
        bool late = left < least && !in->waits && (!in->rests || in->flat_before_ns != 0);
        return (struct reckoning){clamped(left), least, !late};
    }
    __int128 outside = until > 0 ? until : left < 0 ? -left : 0;
    return (struct reckoning){clamped(outside), 0, outside == 0 || in->waits};
}

static struct reckoning reckon_bad_value(const struct gate_input *in)
{
    const int64_t never_negative[] = {in->commission_e9,         in->heat_e9,
                                      in->reference_price_e9,    in->limit_price_e9,
                                      in->stop_price_e9,         in->gap_ppm,
                                      in->opposite_entry_qty_e9, in->instrument_value_e9,
                                      in->exposure_e9,           in->entry_commission_e9,
                                      in->open_heat_e9};
    int64_t value = in->order_value_e9;
    for (size_t i = 0; i < sizeof never_negative / sizeof *never_negative; i++) {
        value = never_negative[i] < 0 ? -1 : value;
    }
    return (struct reckoning){value, 1, value >= 1};
}

static struct reckoning reckon_loss(const struct gate_input *in)
{
    __int128 loss = (__int128)in->session_equity_e9 - in->equity_e9;
    __int128 limit = allowed(&in->limits->daily_loss, in->session_equity_e9);
    return (struct reckoning){fits(loss) ? loss : INT64_MAX, limit, fits(loss) && loss < limit};
}

static struct reckoning reckon(enum verdict verdict, const struct gate_input *in)
{
    const struct limits *now = in->limits;
    int64_t equity = in->session_equity_e9;
    __int128 order = in->order_value_e9;
    bool entered = in->last_entry_ns != INT64_MIN;
    switch ((int)verdict) {
    case VERDICT_BAD_VALUE:
        return reckon_bad_value(in);
    case VERDICT_TICK:
        return reckon_tick(in);
    case VERDICT_COLLAR:
        return reckon_collar(in);
    case VERDICT_UNKNOWN_DAY:
        return (struct reckoning){in->day_known, 1, in->day_known};
    case VERDICT_SESSION_CLOSED:
        return reckon_session(in, false);
    case VERDICT_SESSION_ENDING:
        return reckon_session(in, true);
    case VERDICT_HALTED:
        return at_most(in->halted, 0);
    case VERDICT_PRICE_GAP:
        return at_most(in->gap_ppm, 350000);
    case VERDICT_OPPOSITE_BOOK: {
        __int128 against =
            in->sells ? (__int128)in->position_qty_e9 : -(__int128)in->position_qty_e9;
        __int128 sum = (against > 0 ? against : 0) + in->opposite_entry_qty_e9;
        bool known = fits(against) && fits(sum);
        return (struct reckoning){known ? sum : INT64_MAX, 0, known && sum == 0};
    }
    case VERDICT_DUPLICATE:
        return at_most(entered && in->last_entry_ns >= in->bar_end_ns, 0);
    case VERDICT_ENTRY_INTERVAL: {
        __int128 since =
            entered ? clamped((__int128)in->now_ns - in->last_entry_ns) : (__int128)INT64_MAX;
        return (struct reckoning){since, now->entry_interval.value,
                                  since >= now->entry_interval.value};
    }
    case VERDICT_DAILY_LOSS:
        return reckon_loss(in);
    case VERDICT_ORDERS_PER_SESSION:
        return at_most(in->session_entries, now->orders_per_session.value);
    case VERDICT_STRATEGY_ORDERS:
        return at_most(in->book_entries, now->strategy_orders.value);
    case VERDICT_OPEN_POSITIONS:
        return at_most(in->open_positions, now->open_positions.value);
    case VERDICT_ORDER_NOTIONAL:
        return at_most(order, allowed(&now->order_notional, equity));
    case VERDICT_POSITION_NOTIONAL:
        return at_most(order + in->instrument_value_e9, allowed(&now->position_notional, equity));
    case VERDICT_EXPOSURE:
        return at_most(order + in->exposure_e9, allowed(&now->exposure, equity));
    case VERDICT_PORTFOLIO_HEAT:
        return at_most((__int128)in->open_heat_e9 + in->heat_e9,
                       allowed(&now->portfolio_heat, equity));
    default:
        return reckon_buying_power(in);
    }
}

Test(gates, agree_with_a_plain_reckoning_in_128_bits)
{
    uint64_t met[VERDICT_COUNT] = {0};
    for (int round = 0; round < 400000; round++) {
        struct limits now;
        struct gate_input input;
        draw(&input, &now);
        struct gate_use uses[GATE_COUNT];
        gates_use(&input, uses);
        struct gate_result want = {.verdict = VERDICT_PASS};
        for (uint8_t i = GATE_LAST; i >= GATE_FIRST; i--) {
            struct reckoning plain = reckon(i, &input);
            const struct gate_use *use = &uses[i - GATE_FIRST];
            cr_assert(use->value == plain.value && use->limit == plain.limit &&
                          use->passes == plain.passes,
                      "round %d, %s: %" PRId64 " of %" PRId64 ", %d; plain %" PRId64 " of %" PRId64
                      ", %d",
                      round, verdict_text(i), use->value, use->limit, use->passes,
                      (int64_t)plain.value, (int64_t)plain.limit, plain.passes);
            if (!plain.passes) {
                want = (struct gate_result){i, (int64_t)plain.value, (int64_t)plain.limit};
            }
        }
        struct gate_result got = gates_entry(&input);
        cr_assert(got.verdict == want.verdict && got.value == want.value && got.limit == want.limit,
                  "round %d: %s, not %s", round, verdict_text(got.verdict),
                  verdict_text(want.verdict));
        met[got.verdict]++;
    }
    for (uint8_t i = VERDICT_PASS; i <= GATE_LAST; i++) {
        cr_expect_gt(met[i], 100, "%s came up %" PRIu64 " times", verdict_text(i), met[i]);
    }
}
