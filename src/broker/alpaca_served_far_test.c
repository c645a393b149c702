/* alpaca_served_far_test.c: the served exchange of alpaca_served_test.h. */
#include "broker/alpaca_served_test.h"

#include "exchange_http/running_test.h"
#include "venue/faults_file.h"

struct far {
    struct bars data;
    struct server *server;
};

struct far *far_start(struct loop *loop, const char *faults)
{
    struct problem problem = {0};
    struct fault_script script = {0};
    struct running running;
    struct far *far = xcalloc(1, sizeof *far);
    running_plan(&running, false);
    far->data = running.data;
    running.plan.venue.data = &far->data;
    if (faults != NULL) {
        cr_assert_eq(fault_script_parse("test", faults, strlen(faults), &script, &problem), ERR_OK,
                     "%s", problem.text);
        running.plan.venue.faults = &script;
    }
    cr_assert_eq(server_create(loop, &running.plan, &far->server, &problem), ERR_OK, "%s",
                 problem.text);
    fault_script_finish(&script);
    return far;
}

void far_stop(struct far *far)
{
    server_destroy(far->server);
    free(far->data.memory);
    free(far);
}

uint16_t far_port(const struct far *far)
{
    return server_port(far->server);
}

int64_t far_now_ns(const struct far *far)
{
    return server_venue(far->server)->now_ns;
}

void far_advance(struct far *far, int64_t to_ns)
{
    server_advance_until(far->server, to_ns);
}

static const struct account *account_of(const struct far *far)
{
    const struct venue *venue = server_venue(far->server);
    cr_assert_gt(venue->account_count, 0);
    return venue->accounts[0];
}

int64_t far_cash_e9(const struct far *far)
{
    return exchange_cash_e9(account_of(far)->exchange);
}

int64_t far_qty_e9(const struct far *far, uint32_t instrument)
{
    return exchange_qty_e9(account_of(far)->exchange, instrument);
}

uint32_t far_order_count(const struct far *far)
{
    return account_of(far)->order_count;
}

uint32_t far_open_count(const struct far *far)
{
    return account_of(far)->open_count;
}

uint32_t far_fill_count(const struct far *far)
{
    uint32_t count = 0;
    const struct account *account = account_of(far);
    for (uint32_t i = 0; i < account->activity_count; i++) {
        count += account->activities[i].order != NO_SERVED_ORDER ? 1 : 0;
    }
    return count;
}
