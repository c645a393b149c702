/* paper_storage_test.c: paper runs against the exchange served whose log can be written no more
 * from some moment on, with positions open: no entry goes out after that, exits do, and the next
 * start finds what was done meanwhile; when all is over, the exchange's own books and ours are the
 * same. */
#include <sys/resource.h>

#include "cmd/paper_campaign_test.h"

static volatile sig_atomic_t stop_wanted;

/* The log fails when `held` positions are open for the `skip`-th time, and the run is ended so many
 * slices later. */
struct breakage {
    struct campaign campaign;
    struct broker port; /* counts what is carried out */
    struct broker *broker;
    enum err (*turn)(void *context, int64_t until_mono_ns, bool took, bool *ended,
                     struct problem *problem);
    void *context;
    uint32_t held, skip;
    uint64_t slices; /* after the fault */
    uint64_t end_at; /* the engine's count of slices */
    bool broken;
    uint32_t entries, exits, cancels; /* carried out after the fault */
    uint32_t alarms;
};

static struct breakage *here;

static void limit_files(rlim_t bytes)
{
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
}

static enum err watched_turn(void *context, int64_t until_mono_ns, bool took, bool *ended,
                             struct problem *problem)
{
    const struct engine *engine = driver_engine(here->campaign.run.driver);
    (void)context;
    if (!here->broken && engine->ledger.held >= here->held && here->skip-- == 0) {
        limit_files(1024);
        here->broken = true;
        here->end_at = engine->counters.slices + here->slices;
    }
    if (here->broken && engine->counters.slices >= here->end_at) {
        stop_wanted = 1;
    }
    return here->turn(here->context, until_mono_ns, took, ended, problem);
}

static void count_carried_out(struct broker *port, const struct output *output)
{
    (void)port;
    for (uint32_t i = 0; i < output->send_count && here->broken; i++) {
        const struct event_order *head = &output->sends[i]->head.order;
        bool enters = order_id_role(head->order_id) == ORDER_ROLE_ENTRY;
        if (head->action == ORDER_ACTION_CANCEL) {
            here->cancels++;
        } else if (enters) {
            here->entries++;
        } else {
            here->exits++;
        }
    }
    here->broker->ops->carry_out(here->broker, output);
}

static const struct event *pass_report(struct broker *port)
{
    (void)port;
    return here->broker->ops->next_report(here->broker);
}

static const struct broker_ops counting_ops = {.carry_out = count_carried_out,
                                               .next_report = pass_report};

static void note(void *context, const char *what, const char *text)
{
    (void)context;
    here->alarms += strstr(text, "STORAGE FAULT") != NULL ? 1 : 0;
    if (here->campaign.loud) {
        (void)fprintf(stderr, "# %s: %s\n", what, text);
    }
}

static char *no_faults(uint64_t seed, int64_t until_ns)
{
    (void)until_ns;
    return xasprintf("seed: %" PRIu64 "\nrules: []\n", seed);
}

/* Runs until the log has failed and the run was ended. */
static void run_until_broken(struct breakage *breakage)
{
    struct campaign *campaign = &breakage->campaign;
    struct driver_world *outside = paper_world_outside(campaign->run.world);
    struct problem problem;
    breakage->broker = outside->broker;
    breakage->port.ops = &counting_ops;
    outside->broker = &breakage->port;
    outside->say = note;
    breakage->turn = outside->turn;
    breakage->context = outside->context;
    outside->turn = watched_turn;
    enum err err = driver_run(campaign->run.driver, &problem);
    cr_assert(breakage->broken);
    cr_expect_eq(err, ERR_FULL, "the run ends with the log's failure");
    cr_expect_not_null(strstr(problem.text, "000001.bwlog"), "%s", problem.text);
    cr_expect_eq(breakage->alarms, 1);
    const struct engine *engine = driver_engine(campaign->run.driver);
    cr_expect(engine->shut & 1U << STATUS_STORAGE);
    cr_expect_eq(engine->fault, ENGINE_FAULT_NONE);
    cr_expect_eq(breakage->entries, 0, "no entry goes out without a log");
}

/* As a new process: nothing but the log and the exchange is left. */
static void start_again(struct breakage *breakage)
{
    struct campaign *campaign = &breakage->campaign;
    struct problem problem;
    uint64_t cut_bytes = 0;
    paper_world_close(campaign->run.world);
    driver_destroy(campaign->run.driver);
    cr_expect_eq(log_close(campaign->run.log, NULL), ERR_FULL);
    limit_files(RLIM_INFINITY);
    stop_wanted = 0;
    breakage->broken = false;
    breakage->held = UINT32_MAX;
    campaign->run.resume_dir = campaign->dir;
    cr_assert_eq(log_reopen(campaign->dir, NULL, NULL, &campaign->run.log, &cut_bytes, &problem),
                 ERR_OK, "%s", problem.text);
    meet(campaign);
}

static uint32_t count_found(const struct campaign *campaign)
{
    struct problem problem;
    struct log_reader *reader = NULL;
    const struct event *record;
    uint32_t count = 0;
    cr_assert_eq(log_reader_open(campaign->dir, &reader, &problem), ERR_OK, "%s", problem.text);
    while ((record = log_reader_next(reader)) != NULL) {
        count += record->kind == EVENT_FOUND ? 1 : 0;
    }
    log_reader_close(reader);
    return count;
}

struct totals {
    uint32_t runs, exits, cancels, found;
};

static void break_and_recover(uint64_t seed, uint32_t held, uint32_t skip, uint64_t slices,
                              struct totals *totals)
{
    char dir[] = "/tmp/bellwether-storage.XXXXXX";
    cr_assert_not_null(mkdtemp(dir));
    struct breakage breakage = {
        .campaign = {.dir = dir, .stop = &stop_wanted},
        .held = held,
        .skip = skip,
        .slices = slices
    };
    struct problem problem;
    here = &breakage;
    open_campaign(&breakage.campaign, seed, 1, no_faults);
    run_until_broken(&breakage);
    start_again(&breakage);
    cr_assert_eq(driver_run(breakage.campaign.run.driver, &problem), ERR_OK, "%s", problem.text);
    expect_same_books(&breakage.campaign);
    totals->runs++;
    totals->exits += breakage.exits;
    totals->cancels += breakage.cancels;
    totals->found += count_found(&breakage.campaign);
    paper_run_finish(&breakage.campaign.run);
    char *command = xasprintf("rm -r %s", dir);
    cr_expect_eq(system(command), 0);
    free(command);
}

Test(paper_storage, a_log_that_fails_stops_entries_and_is_caught_up_with, .timeout = 3600)
{
    struct totals totals = {0};
    (void)signal(SIGXFSZ, SIG_IGN);
    for (uint32_t i = 0; i < 6; i++) {
        break_and_recover(1 + i % 3, 1 + i % 2, 37 * i, 5 + 4 * i, &totals);
    }
    (void)fprintf(stderr, "# %u runs: %u exits and %u cancels without a log, %u orders found\n",
                  totals.runs, totals.exits, totals.cancels, totals.found);
    cr_expect_gt(totals.exits, 4);
    cr_expect_gt(totals.cancels, 2);
    cr_expect_gt(totals.found, 4);
}
