/* actions.c: splits and dividends between two slices.
 *
 * Each is a step of its own: it is logged, goes through view and engine, then through the market
 * place, whose reports say what it came to. It comes before the first slice that ends behind it, so
 * before anything of the new session is known. */
#include <string.h>

#include "base/money.h"
#include "base/utc.h"
#include "core/fold_check.h"
#include "driver/driver_private.h"

void actions_set_next(struct driver *driver, size_t next)
{
    bool none = next >= driver->plan.action_count;
    driver->next_action = next;
    driver->action_ns = none ? INT64_MAX : driver->plan.actions[next].src_ns;
}

const struct event *actions_cut(const struct driver *driver, const struct event *first,
                                const struct event *end)
{
    while (first < end && first->ts_ns <= driver->action_ns) {
        first++;
    }
    return first;
}

/* A split that leaves the range of prices is a mistake in the file. */
static enum err check_split(const struct driver *driver, const struct event *action,
                            struct problem *problem)
{
    const struct event_action *terms = &action->action;
    if (fold_can_take_action(driver->assembly.engine, action)) {
        return ERR_OK;
    }
    char when[UTC_TEXT_SIZE];
    char price[MONEY_TEXT_SIZE];
    (void)utc_format(action->src_ns, when);
    (void)money_format(view_price_e9(driver->assembly.view, action->instrument), price);
    return problem_set(problem, ERR_FORMAT,
                       "%s: the split of %lld for %lld on %.10s would leave a price of $%s outside "
                       "of the range of prices; look at that row",
                       driver->plan.config->actions_path, (long long)terms->split_new,
                       (long long)terms->split_old, when, price);
}

static enum err take_next(struct driver *driver, struct problem *problem)
{
    struct event action = driver->plan.actions[driver->next_action];
    action.ts_ns = action.src_ns > driver->ts_ns ? action.src_ns : driver->ts_ns;
    enum err err = check_split(driver, &action, problem);
    if (err != ERR_OK) {
        return err;
    }
    driver->ts_ns = action.ts_ns;
    assembly_on_action(&driver->assembly, &action);
    if (driver->plan.log != NULL) {
        driver_refer_to_last_slice(driver);
        log_append(driver->plan.log, &action);
        err = driver_end_step(driver, problem);
    }
    if (err == ERR_OK) {
        sim_on_action(driver->sim, &action);
        actions_set_next(driver, driver->next_action + 1);
        err = driver_take_reports(driver, problem);
    }
    return err;
}

enum err actions_take(struct driver *driver, int64_t ts_ns, struct problem *problem)
{
    enum err err = ERR_OK;
    while (err == ERR_OK && driver->action_ns < ts_ns) {
        err = take_next(driver, problem);
    }
    return err;
}

bool actions_fold(struct driver *driver, const struct event *logged)
{
    if (driver->next_action >= driver->plan.action_count) {
        return false;
    }
    const struct event *next = &driver->plan.actions[driver->next_action];
    if (logged->src_ns != next->src_ns || logged->instrument != next->instrument ||
        memcmp(&logged->action, &next->action, sizeof next->action) != 0) {
        return false;
    }
    assembly_on_action(&driver->assembly, logged);
    sim_on_action(driver->sim, logged);
    actions_set_next(driver, driver->next_action + 1);
    return true;
}
