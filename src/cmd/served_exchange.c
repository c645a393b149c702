/* served_exchange.c: see served_exchange.h. */
#include "cmd/served_exchange.h"

#include <stdlib.h>
#include <string.h>

#include "exchange_http/server.h"
#include "sys/memory.h"
#include "venue/faults_file.h"

struct served_exchange {
    struct server *server;
};

static enum err read_faults(const char *text, struct fault_script *script, struct problem *problem)
{
    return text == NULL ? ERR_OK
                        : fault_script_parse("the script", text, strlen(text), script, problem);
}

enum err served_exchange_open(const struct served_exchange_plan *plan, struct served_exchange **out,
                              struct problem *problem)
{
    struct fault_script script = {0};
    struct server *server = NULL;
    struct server_plan server_plan = {
        .address = "127.0.0.1",
        .venue = {.data = plan->bars,
                  .start_ns = plan->bars->records[0].src_ns,
                  .calendar = plan->calendar,
                  .ticks_along_bars = plan->ticks,
                  .seed = 1,
                  .accounts_max = 1,
                  .accounts_open_themselves = true,
                  .exchange = *plan->exchange}
    };
    enum err err = read_faults(plan->faults, &script, problem);
    server_plan.venue.faults = plan->faults == NULL ? NULL : &script;
    if (err == ERR_OK) {
        err = server_create(plan->loop, &server_plan, &server, problem);
    }
    if (err == ERR_OK) {
        *out = xcalloc(1, sizeof **out);
        (*out)->server = server;
    }
    fault_script_finish(&script);
    return err;
}

void served_exchange_close(struct served_exchange *served)
{
    if (served != NULL) {
        server_destroy(served->server);
        free(served);
    }
}

uint16_t served_exchange_port(const struct served_exchange *served)
{
    return server_port(served->server);
}

uint16_t served_exchange_admin_port(const struct served_exchange *served)
{
    return server_admin_port(served->server);
}

/* ---- the account's own books ---- */

static const struct account *account_of(const struct served_exchange *served)
{
    const struct venue *venue = server_venue(served->server);
    return venue->account_count > 0 ? venue->accounts[0] : NULL;
}

bool served_exchange_fill(const struct served_exchange *served, uint32_t index,
                          struct served_fill *fill)
{
    const struct account *account = account_of(served);
    for (uint32_t i = 0; account != NULL && i < account->activity_count; i++) {
        const struct activity *activity = &account->activities[i];
        if (activity->order == NO_SERVED_ORDER || index-- > 0) {
            continue;
        }
        *fill = (struct served_fill){.instrument = activity->instrument,
                                     .sells = account_order(account, activity->order)->sells,
                                     .qty_e9 = activity->qty_e9,
                                     .price_e9 = activity->price_e9,
                                     .ts_ns = activity->ts_ns};
        return true;
    }
    return false;
}

bool served_exchange_cash_e9(const struct served_exchange *served, int64_t *cash_e9)
{
    const struct account *account = account_of(served);
    if (account != NULL) {
        *cash_e9 = exchange_cash_e9(account->exchange);
    }
    return account != NULL;
}

int64_t served_exchange_qty_e9(const struct served_exchange *served, uint32_t instrument)
{
    const struct account *account = account_of(served);
    return account == NULL ? 0 : exchange_qty_e9(account->exchange, instrument);
}

uint64_t served_exchange_strikes(const struct served_exchange *served)
{
    const struct fault_script *script = &server_venue(served->server)->faults.script;
    uint64_t strikes = 0;
    for (uint32_t i = 0; i < script->count; i++) {
        strikes += script->rules[i].strikes;
    }
    return strikes;
}
