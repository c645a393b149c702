/* desk.c: see desk.h. One look takes what came by the socket and by the keys, draws when a frame is
 * due, and then waits for whichever comes first of input, frame, and slice. */
#include "cmd/desk.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utc.h"
#include "monitor/terminal.h"
#include "sys/clock.h"
#include "sys/memory.h"

/* At full speed nobody is looked after more often than that. */
#define LOOK_NS (5 * NS_PER_MS)

#define SPEED_LEAST 0.125
#define SPEED_MOST  1048576.0
#define SPEED_USUAL 256.0

/* ---- the socket ---- */

/* The log may be a link to a state folder's: the socket lies beside the log itself. */
void desk_listen(struct desk *desk, const char *log_dir)
{
    struct problem problem;
    char *folder = xasprintf("%s/..", log_dir);
    if (control_open(folder, &desk->control, &problem) != ERR_OK) {
        (void)fprintf(stderr, "bellwether: this run cannot be asked or paused: %s\n", problem.text);
        desk->control = NULL;
    }
    free(folder);
}

static int64_t speed_e9(double speed)
{
    return (int64_t)(speed * 1e9);
}

static uint32_t halted(const struct engine *engine)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        count += engine->halted[i] ? 1 : 0;
    }
    return count;
}

/* Symbols of which a broker outside holds something else than our trades come to. */
static uint32_t differing(const struct engine *engine)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < engine->instrument_count; i++) {
        count += engine->foreign_e9[i] != 0 || engine->surplus_e9[i] != 0 ? 1 : 0;
    }
    return count;
}

/* Trades that stand otherwise than their plan has it. */
static void count_amiss(const struct engine *engine, struct control_status *status)
{
    const size_t places = (size_t)engine->book_count * engine->instrument_count;
    for (size_t i = 0; i < places; i++) {
        const struct trade *trade = &engine->trades[i];
        status->unprotected += trade->exits.bare && trade->qty_e9 != 0 ? 1 : 0;
        status->not_closed += trade->exits.told && trade->qty_e9 != 0 ? 1 : 0;
    }
}

static struct control_status status_now(const struct desk *desk)
{
    const struct engine *engine = driver_engine(desk->driver);
    const struct pace *pace = driver_pace(desk->driver);
    bool begun = engine->counters.slices > 0;
    struct control_status status = {
        .run_id = desk->run_id,
        .mode = desk->mode,
        .state = engine_state_text(engine->state),
        .simulated = true, /* there is no other exchange */
        .held = pace->held,
        .speed_e9 = speed_e9(pace->speed),
        .market_ns = begun ? engine->ts_ns : 0,
        .session_open_ns = begun ? engine->session.open_ns : 0,
        .session_close_ns = begun ? engine->session.close_ns : 0,
        .equity_e9 = engine->equity_e9,
        .day_e9 = engine->equity_e9 - engine->session_equity_e9,
        .cash_e9 = ledger_cash_e9(&engine->ledger),
        .positions = engine->ledger.held,
        .slices = engine->counters.slices,
        .evaluations = engine->counters.evaluations,
        .decisions = engine->counters.acted + engine->counters.refused,
        .refused = engine->counters.refused,
        .orders = engine->counters.orders,
        .fills = engine->counters.fills,
        .shut = engine->shut,
        .halted = halted(engine),
        .differing = differing(engine),
        .surpluses = engine->counters.surpluses,
        .latency = driver_latency(desk->driver),
    };
    count_amiss(engine, &status);
    return status;
}

static enum err command(struct desk *desk, enum command command, int64_t value,
                        struct problem *problem)
{
    return driver_command(desk->driver, command, value, clock_utc_ns(), problem);
}

static enum err carry_out(struct desk *desk, const struct control_request *request,
                          struct problem *problem)
{
    switch (request->verb) {
    case CONTROL_STATUS:
        return ERR_OK;
    case CONTROL_PAUSE:
        return command(desk, COMMAND_PAUSE, 0, problem);
    case CONTROL_UNPAUSE:
        return command(desk, COMMAND_UNPAUSE, 0, problem);
    case CONTROL_SPEED:
        return desk->outside ? ERR_OK : command(desk, COMMAND_SPEED, request->speed_e9, problem);
    case CONTROL_STOP:
        return command(desk, COMMAND_STOP, 0, problem);
    }
    return ERR_OK;
}

static enum err serve(struct desk *desk, struct problem *problem)
{
    struct control_request request;
    while (desk->control != NULL && control_next(desk->control, &request)) {
        enum err err = carry_out(desk, &request, problem);
        if (err != ERR_OK) {
            return err;
        }
        struct control_status status = status_now(desk);
        control_answer(desk->control, &status);
    }
    return ERR_OK;
}

/* ---- the keys ---- */

/* Twice as fast or half as fast; beyond the fastest comes "as fast as it goes", and back. */
static enum err change_speed(struct desk *desk, bool faster, struct problem *problem)
{
    double speed = driver_pace(desk->driver)->speed;
    double next;
    if (speed > 0) {
        next = faster ? speed * 2 : speed / 2;
        next = next > SPEED_MOST ? 0 : next < SPEED_LEAST ? SPEED_LEAST : next;
        desk->speed_before_max = next > 0 ? next : speed;
    } else if (faster) {
        return ERR_OK;
    } else {
        next = desk->speed_before_max > 0 ? desk->speed_before_max : SPEED_USUAL;
    }
    return command(desk, COMMAND_SPEED, speed_e9(next), problem);
}

static enum err press(struct desk *desk, char key, struct problem *problem)
{
    bool off = driver_engine(desk->driver)->state == ENGINE_ENTRIES_OFF;
    bool held = driver_pace(desk->driver)->held;
    if (desk->outside && strchr("+=-_ ", key) != NULL) {
        return ERR_OK; /* nobody paces the market of a broker */
    }
    switch (key) {
    case '+':
    case '=':
        return change_speed(desk, true, problem);
    case '-':
    case '_':
        return change_speed(desk, false, problem);
    case ' ':
        return command(desk, held ? COMMAND_RELEASE : COMMAND_HOLD, 0, problem);
    case 'p':
    case 'P':
        return command(desk, off ? COMMAND_UNPAUSE : COMMAND_PAUSE, 0, problem);
    case 'q':
    case 'Q':
        return command(desk, COMMAND_STOP, 0, problem);
    default:
        return ERR_OK;
    }
}

static enum err take_keys(struct desk *desk, bool *pressed, struct problem *problem)
{
    char key;
    enum err err = ERR_OK;
    while (desk->keys && err == ERR_OK && (key = terminal_key()) != 0) {
        err = press(desk, key, problem);
        *pressed = true;
    }
    return err;
}

/* ---- one look ---- */

static void draw(struct desk *desk)
{
    const struct pace *pace = driver_pace(desk->driver);
    monitor_draw(desk->monitor, (struct monitor_drive){pace->speed, pace->held});
}

/* Until the moment, the next frame, a key, a peer, or a signal. */
static void wait_for_any(struct desk *desk, int64_t until_ns)
{
    bool frame = desk->monitor != NULL && monitor_due_ns(desk->monitor) < until_ns;
    int64_t end_ns = frame ? monitor_due_ns(desk->monitor) : until_ns;
    int64_t now_ns = clock_mono_ns();
    if (end_ns <= now_ns) {
        return;
    }
    int64_t wait_ns = end_ns - now_ns;
    struct pollfd inputs[2];
    nfds_t count = 0;
    if (desk->control != NULL) {
        inputs[count++] = (struct pollfd){.fd = control_fd(desk->control), .events = POLLIN};
    }
    if (desk->keys) {
        inputs[count++] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    }
    struct timespec timeout = {.tv_sec = wait_ns / NS_PER_S, .tv_nsec = wait_ns % NS_PER_S};
    int ready = ppoll(inputs, count, &timeout, NULL);
    bool hung_up =
        ready > 0 && desk->keys && (inputs[count - 1].revents & (POLLHUP | POLLERR)) != 0;
    if (hung_up) {
        desk->keys = false; /* the terminal is gone; the run is not */
    }
}

enum err desk_attend(void *context, int64_t until_mono_ns, struct problem *problem)
{
    struct desk *desk = context;
    int64_t now_ns = clock_mono_ns();
    if (until_mono_ns <= now_ns && now_ns < desk->next_look_ns) {
        return ERR_OK;
    }
    desk->next_look_ns = now_ns + LOOK_NS;
    bool pressed = false;
    enum err err = serve(desk, problem);
    if (err == ERR_OK) {
        err = take_keys(desk, &pressed, problem);
    }
    if (err != ERR_OK) {
        return err;
    }
    if (desk->monitor != NULL && clock_mono_ns() >= monitor_due_ns(desk->monitor)) {
        draw(desk);
    }
    if (!pressed) { /* a key may have changed what there is to wait for */
        wait_for_any(desk, until_mono_ns);
    }
    return ERR_OK;
}

void desk_close(struct desk *desk)
{
    monitor_destroy(desk->monitor);
    desk->monitor = NULL;
    control_close(desk->control);
    desk->control = NULL;
}
