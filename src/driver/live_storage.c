/* live_storage.c: a live run and the disk that holds its log.
 *
 * A log that cannot be written or synced is lost to this process (reliability S3): a second sync
 * would say yes to what the first one lost. The run goes on without it, since somebody has to
 * look after what is open: no entry goes out any more; exits, protection and cancels do, for their
 * names at the broker are functions of (trade, role, attempt), by which the next start finds them
 * (O1, G7). It goes on until it is ended: who ends it knows of it, and a start by itself would be
 * entries again without anybody having looked.
 *
 * How much room is left is looked at each minute, between two steps (S4). */
#include "driver/driver_private.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utc.h"
#include "sys/clock.h"
#include "sys/memory.h"

#define REMIND_NS NS_PER_MIN
#define LOOK_NS   NS_PER_MIN

enum { SAID_SIZE = 1024 };

static void say(const struct driver *driver, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(const struct driver *driver, const char *what, const char *format, ...)
{
    const struct driver_world *world = driver->world;
    char text[SAID_SIZE];
    va_list arguments;
    if (world->say == NULL) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    world->say(world->say_context, what, text);
}

/* ---- what the engine is told ---- */

static void tell(struct driver *driver, struct event event)
{
    struct live_storage *storage = &driver->storage;
    event.src_ns = *driver->world->now_ns;
    event.version = 1;
    event.slots = 1;
    if (storage->next == storage->count) {
        storage->next = storage->count = 0;
    }
    storage->waiting = xrealloc(storage->waiting, (storage->count + 1) * sizeof *storage->waiting);
    storage->waiting[storage->count++] = event;
}

static void tell_condition(struct driver *driver, enum status_condition condition, bool stands,
                           int64_t value)
{
    tell(driver, (struct event){
                     .kind = EVENT_STATUS,
                     .flags = (uint8_t)condition,
                     .instrument = INSTRUMENT_NONE,
                     .status = {.begins = stands ? 1 : 0, .value = value},
    });
}

const struct event *live_storage_next(struct driver *driver)
{
    struct live_storage *storage = &driver->storage;
    return storage->next < storage->count ? &storage->waiting[storage->next++] : NULL;
}

/* ---- a log that is lost ---- */

bool live_log_is_lost(const struct driver *driver)
{
    return driver->storage.why.err != ERR_OK;
}

/* An entry, or an exit that goes out with one. */
static bool enters(const struct order_request *request)
{
    const struct event_order *head = &request->head.order;
    uint64_t first = request->terms.group != 0 ? request->terms.group : head->order_id;
    return head->action != ORDER_ACTION_CANCEL && order_id_role(first) == ORDER_ROLE_ENTRY;
}

/* What was decided in the step that the log did not take: its entries never go out, and the engine
 * hears that they did not. */
static void withhold_entries(struct driver *driver)
{
    struct output *output = &driver->assembly.output;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < output->send_count; i++) {
        const struct order_request *request = output->sends[i];
        if (enters(request)) {
            tell(driver, (struct event){.kind = EVENT_REJECTED,
                                        .flags = REJECT_NOT_SENT,
                                        .instrument = request->legs[0].instrument,
                                        .report = {.order_id = request->head.order.order_id}});
        } else {
            output->sends[kept++] = request;
        }
    }
    output->send_count = kept;
}

void live_log_failed(struct driver *driver, const struct problem *why)
{
    struct live_storage *storage = &driver->storage;
    if (live_log_is_lost(driver)) {
        return;
    }
    storage->why = *why;
    storage->since_ns = *driver->world->now_ns;
    storage->remind_mono_ns = clock_mono_ns() + REMIND_NS;
    tell_condition(driver, STATUS_STORAGE, true, 0);
    say(driver, "alarm",
        "STORAGE FAULT: %s. No entry goes out any more; exits, protection and cancels do, and the "
        "next start finds them at the broker. Make room or mend the disk, then end this run "
        "(Ctrl-C) and start it again",
        why->text);
}

void live_step_failed(struct driver *driver, const struct problem *why)
{
    live_log_failed(driver, why);
    withhold_entries(driver);
}

static void remind(struct driver *driver, int64_t mono_ns)
{
    struct live_storage *storage = &driver->storage;
    const struct engine *engine = driver->assembly.engine;
    char since[UTC_TEXT_SIZE];
    if (!live_log_is_lost(driver) || mono_ns < storage->remind_mono_ns) {
        return;
    }
    storage->remind_mono_ns = mono_ns + REMIND_NS;
    (void)utc_format(storage->since_ns, since);
    say(driver, "alarm",
        "STORAGE FAULT since %s: nothing is logged and no entry goes out; %" PRIu32
        " positions, trades in %" PRIu32 " symbols%s. Make room or mend the disk, then end this "
        "run (Ctrl-C) and start it again",
        since, engine->ledger.held, engine->exposed_count,
        engine->exposed_count == 0 ? ": nothing is open any more" : "");
}

/* ---- room ---- */

static int64_t free_bytes(const struct driver *driver)
{
    return driver->plan.free_bytes(driver->plan.free_context);
}

static void say_room(const struct driver *driver, const struct disk_room *before, int64_t bytes)
{
    const struct disk_room *room = &driver->storage.room;
    int64_t mega = bytes < 0 ? 0 : bytes / 1000000;
    if (room->shut && !before->shut) {
        say(driver, "alarm",
            "%" PRId64 " MB are free where the log lies%s: no entries until there are %" PRId64
            "; exits go on. Make room",
            mega, log_is_cramped(driver->plan.log) ? ", and its next piece is not to be had" : "",
            DISK_SHUT_OVER_BYTES / 1000000);
    } else if (room->low && !before->low) {
        say(driver, "alarm",
            "%" PRId64 " MB are free where the log lies: under %" PRId64
            " no entries go out any more. Make room",
            mega, DISK_SHUT_BYTES / 1000000);
    } else if (before->shut && !room->shut) {
        say(driver, "disk", "%" PRId64 " MB are free where the log lies: entries may go out again",
            mega);
    } else if (before->low && !room->low) {
        say(driver, "disk", "%" PRId64 " MB are free where the log lies again", mega);
    }
}

static void look_at_room(struct driver *driver, int64_t mono_ns)
{
    struct live_storage *storage = &driver->storage;
    bool known = storage->room.shut; /* then it is looked at when it may be over */
    bool due = mono_ns >= storage->look_mono_ns;
    if (driver->plan.free_bytes == NULL || live_log_is_lost(driver) ||
        (!due && (known || !log_is_cramped(driver->plan.log)))) {
        return;
    }
    if (due) {
        log_try_room(driver->plan.log);
    }
    struct disk_room before = storage->room;
    int64_t bytes = free_bytes(driver);
    storage->look_mono_ns = mono_ns + LOOK_NS;
    disk_room_take(&storage->room, bytes, log_is_cramped(driver->plan.log));
    if (storage->room.shut != before.shut) {
        tell_condition(driver, STATUS_DISK_SPACE, storage->room.shut, bytes);
    }
    say_room(driver, &before, bytes);
}

void live_storage_begin(struct driver *driver)
{
    uint32_t shut = driver->assembly.engine->shut; /* as the log has it */
    driver->storage.room.shut = (shut & 1U << STATUS_DISK_SPACE) != 0;
    driver->storage.room.low = driver->storage.room.shut;
    look_at_room(driver, clock_mono_ns());
}

void live_storage_look(struct driver *driver, int64_t mono_ns)
{
    look_at_room(driver, mono_ns);
    remind(driver, mono_ns);
}
