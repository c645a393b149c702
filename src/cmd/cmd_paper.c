/* cmd_paper.c: `bellwether run --mode paper`: a run whose market and broker are Alpaca's, or those
 * of an exchange served in its shapes. In bellwether-net. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alpaca/keys.h"
#include "base/utc.h"
#include "cmd/addresses.h"
#include "cmd/cmd.h"
#include "cmd/paper_lock.h"
#include "cmd/paper_log.h"
#include "cmd/paper_world.h"
#include "cmd/run_arguments.h"
#include "monitor/terminal.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/json_writer.h"
#include "sys/memory.h"
#include "sys/plugin.h"

struct paper {
    struct run_arguments *arguments;
    struct run_config config; /* read once more by the run itself */
    struct key_pair *keys;
    struct addresses addresses;
    struct paper_world *world;
    char *folder; /* accounts/paper-NUMBER */
    char *place;
    int lock;       /* of the account; -1: none */
    FILE *messages; /* messages.jsonl of the account's folder */
    bool quiet;     /* the view has the terminal */
    bool config_is_read;
};

/* What broker, streams and feed have to say to people: a line of messages.jsonl in the account's
 * folder, and one on stderr unless the view has the terminal. What is said before the folder is
 * known goes to stderr alone. */
static void say(void *context, const char *what, const char *text)
{
    struct paper *paper = context;
    char when[UTC_TEXT_SIZE];
    (void)utc_format(clock_utc_ns(), when);
    if (paper->messages != NULL) {
        struct json_writer json;
        json_init(&json, false);
        json_begin_object(&json);
        json_member_string(&json, "ts", when);
        json_member_string(&json, "about", what);
        json_member_string(&json, "says", text);
        json_end_object(&json);
        (void)fprintf(paper->messages, "%s\n", json.text); /* a help for people, not the log */
        json_finish(&json);
    }
    if (!paper->quiet) {
        (void)fprintf(stderr, "%s  %s: %s\n", when, what, text);
    }
}

static enum err read_config(struct paper *paper, struct problem *problem)
{
    const char *path = paper->arguments->trading.config_path;
    if (path == NULL) {
        return problem_set(
            problem, ERR_USAGE,
            "a paper run wants a config of its own: -c FILE (`bellwether init` writes "
            "one)");
    }
    enum err err = config_read_with(path, plugin_strategy, &paper->config, problem);
    paper->config_is_read = err == ERR_OK;
    if (err == ERR_OK && paper->config.symbol_count == 0) {
        return problem_set(problem, ERR_USAGE,
                           "%s: a paper run wants its symbols by name (`symbols: [SPY, QQQ]`): the "
                           "broker has thousands",
                           path);
    }
    for (uint32_t i = 0; err == ERR_OK && i < paper->config.book_count; i++) {
        if (closer_trails_at_broker(&paper->config.books[i].exits)) {
            return problem_set(
                problem, ERR_USAGE,
                "%s: strategy %" PRIu32 ": a trailing stop cannot rest at Alpaca "
                "beside other exits; write `held_by: engine`, or a `stop` that rests "
                "there while the engine trails",
                path, i + 1);
        }
    }
    if (err == ERR_OK && paper->config.calendar != CALENDAR_XNYS) {
        return problem_set(problem, ERR_USAGE,
                           "%s: a paper run wants `calendar: XNYS`: the broker keeps its sessions",
                           path);
    }
    return err;
}

/* One run per account, wherever it is started; before anything else is asked for. */
static enum err claim(void *context, const struct wire_account *account, struct problem *problem)
{
    struct paper *paper = context;
    const char *home = paper->arguments->home == NULL ? "." : paper->arguments->home;
    char *whole = realpath(home, NULL);
    char *folder = xasprintf("%s/accounts/paper-%s", whole == NULL ? home : whole, account->number);
    enum err err = paper_lock_take(account->number, paper->addresses.at.trading, folder,
                                   &paper->lock, problem);
    free(whole);
    free(folder);
    return err;
}

static enum err open_world(struct paper *paper, struct problem *problem)
{
    const struct run_arguments *arguments = paper->arguments;
    struct key_source source = {.file = arguments->keys_path,
                                .beside = arguments->trading.config_path};
    enum err err = addresses_resolve(arguments, &paper->addresses, problem);
    if (err == ERR_OK) {
        err = key_pair_read(&source, &paper->keys, problem);
    }
    if (err != ERR_OK) {
        return err;
    }
    struct paper_plan plan = {.addresses = paper->addresses.at,
                              .keys = key_pair_keys(paper->keys),
                              .ca_file = arguments->ca_file,
                              .admin_url = arguments->admin_url,
                              .feed = arguments->feed,
                              .stream_symbols = arguments->stream_symbols,
                              .requests_per_minute = arguments->requests_per_minute,
                              .busy_poll = arguments->busy_poll,
                              .config = &paper->config,
                              .instruments = paper->config.symbols,
                              .instrument_count = paper->config.symbol_count,
                              .bar_ns =
                                  paper->config.bar_ns == 0 ? NS_PER_MIN : paper->config.bar_ns,
                              .until_close = arguments->until_close,
                              .claim = claim,
                              .claim_context = paper,
                              .own_time = addresses_are_here(&paper->addresses),
                              .say = say,
                              .say_context = paper};
    return paper_world_open(&plan, &paper->world, problem);
}

static enum err meet(void *context, struct driver *driver, int64_t born_ns, struct problem *problem)
{
    struct paper *paper = context;
    char tag[PAPER_TAG_SIZE];
    paper_log_tag(born_ns, tag);
    return paper_world_meet(paper->world, driver, tag, problem);
}

static enum err open_messages(struct paper *paper, struct problem *problem)
{
    char *path = xasprintf("%s/messages.jsonl", paper->folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    paper->messages = fd < 0 ? NULL : fdopen(fd, "a");
    enum err err =
        paper->messages != NULL ? ERR_OK : problem_set_errno(problem, "cannot write %s", path);
    if (err == ERR_OK) {
        (void)setvbuf(paper->messages, NULL, _IOLBF, 0);
    }
    free(path);
    return err;
}

static enum err find_folder(struct paper *paper, struct problem *problem)
{
    const struct wire_account *account = paper_world_account(paper->world);
    const char *home = paper->arguments->home == NULL ? "." : paper->arguments->home;
    char *accounts = xasprintf("%s/accounts", home);
    enum err err = folder_make(accounts, problem);
    paper->folder = xasprintf("%s/paper-%s", accounts, account->number);
    paper->place = xasprintf("alpaca paper account=%s trading=%s feed=%s\n", account->number,
                             paper->addresses.at.trading, paper->arguments->feed);
    free(accounts);
    if (err == ERR_OK) {
        err = folder_make(paper->folder, problem);
    }
    if (err == ERR_OK) {
        err = open_messages(paper, problem);
    }
    return err == ERR_OK ? paper_log_make_way(paper->folder, &paper->config, problem) : err;
}

static int trade(struct paper *paper)
{
    const struct run_config *config = &paper->config;
    const struct trading_outside outside = {.instruments = config->symbols,
                                            .instrument_count = config->symbol_count,
                                            .bar_ns =
                                                config->bar_ns == 0 ? NS_PER_MIN : config->bar_ns,
                                            .place = paper->place,
                                            .context = paper,
                                            .meet = meet};
    struct trading_options options = paper->arguments->trading;
    options.mode = MODE_PAPER;
    options.state_dir = paper->folder;
    options.outside = &outside;
    options.market.wanted = false;
    if (!options.json) {
        const struct wire_account *account = paper_world_account(paper->world);
        (void)printf("PAPER: account %s at %s, $%" PRId64 " in cash; state in %s\n",
                     account->number, paper->addresses.at.trading,
                     account->cash_e9 / INT64_C(1000000000), paper->folder);
        (void)fflush(stdout);
    }
    paper->quiet = options.view && terminal_is_there();
    return trading_run(&options);
}

static void finish(struct paper *paper)
{
    paper_world_close(paper->world);
    paper_lock_release(paper->lock);
    key_pair_destroy(paper->keys);
    addresses_finish(&paper->addresses);
    if (paper->config_is_read) {
        config_finish(&paper->config);
    }
    if (paper->messages != NULL) {
        (void)fclose(paper->messages);
    }
    free(paper->folder);
    free(paper->place);
    source_finish(&paper->arguments->trading.source);
}

int cmd_paper(int argc, char **argv)
{
    struct run_arguments arguments;
    struct problem problem;
    run_arguments_parse(argc, argv, &arguments);
    struct paper paper = {.arguments = &arguments, .lock = -1};
    enum err err = read_config(&paper, &problem);
    if (err == ERR_OK) {
        err = open_world(&paper, &problem);
    }
    if (err == ERR_OK) {
        err = find_folder(&paper, &problem);
    }
    int code = err == ERR_OK ? trade(&paper) : cmd_fail(&problem);
    finish(&paper);
    return code;
}
