#include "exchange_http/server.h"

#include <stdlib.h>

#include "base/utc.h"
#include "exchange_http/events.h"
#include "exchange_http/face.h"
#include "exchange_http/reply_faults.h"
#include "exchange_http/streams.h"
#include "net/http_server.h"
#include "net/tls_front.h"
#include "sys/clock.h"
#include "sys/memory.h"
#include "venue/pace.h"
#include "venue/venue_faults.h"

/* How often the market is let to catch up with the wall clock, and how much of that time at most
 * goes into it: requests are answered between. */
#define BEAT_NS      (10 * NS_PER_MS)
#define BEAT_WORK_NS (8 * NS_PER_MS)

struct server {
    struct venue *venue;
    struct pace pace;
    struct face face;
    struct face admin_face;
    struct streams *streams;
    struct reply_faults *faults;
    struct events *events;
    struct http_server *http;
    struct http_server *admin;
    struct tls_front *tls;
    struct loop_timer *beat;
};

/* What was held back goes out when its time has come; what came of the time that passed, too. */
static void follow(struct server *server)
{
    streams_follow(server->streams);
    bool answered = reply_faults_follow(server->faults);
    if (events_follow(server->events) || answered) {
        http_server_turn(server->http);
    }
}

static void serve(struct server *server, const struct http_request *request,
                  struct http_reply *reply, const struct fault *fault)
{
    server->face.without_newest = fault != NULL && fault->rule.kind == FAULT_LIST_WITHOUT_NEWEST;
    if (!streams_accept(server->streams, request, reply)) {
        face_serve(&server->face, request, reply);
    }
    (void)events_follow(server->events); /* the loop writes what it sent */
    if (fault != NULL) {
        reply_faults_spoil(server->faults, fault, reply);
    }
}

static void on_request(void *context, const struct http_request *request, struct http_reply *reply)
{
    struct server *server = context;
    if (server->pace.speed_e9 != PACE_MAX) { /* what is asked now is answered as of now */
        pace_follow(&server->pace, clock_mono_ns(), BEAT_WORK_NS);
    }
    struct fault fault;
    enum reply_fate fate = reply_faults_strike(server->faults, request, reply, &fault);
    if (fate != REPLY_WITHOUT_ACT) {
        serve(server, request, reply, fate == REPLY_TO_SPOIL ? &fault : NULL);
    }
}

static void on_admin_request(void *context, const struct http_request *request,
                             struct http_reply *reply)
{
    struct server *server = context;
    face_serve(&server->admin_face, request, reply);
    follow(server); /* all that came of it goes out before the answer */
}

static void on_beat(void *context)
{
    struct server *server = context;
    pace_follow(&server->pace, clock_mono_ns(), BEAT_WORK_NS);
    streams_beat(server->streams);
    (void)events_follow(server->events);
    events_beat(server->events, clock_mono_ns());
    (void)reply_faults_follow(server->faults); /* the loop writes what it sent */
}

static int64_t next_held_ns(void *context)
{
    const struct server *server = context;
    int64_t reply_ns = reply_faults_next_ns(server->faults);
    int64_t stream_ns = streams_next_ns(server->streams);
    return reply_ns < stream_ns ? reply_ns : stream_ns;
}

static void drop_held(void *context)
{
    struct server *server = context;
    reply_faults_drop(server->faults);
    events_reset(server->events);
}

static enum err listen_all(struct server *server, struct loop *loop, const struct server_plan *plan,
                           struct problem *problem)
{
    const struct http_options options = {
        .address = plan->address, .port = plan->port, .handle = on_request, .context = server};
    const struct http_options admin = {.address = plan->address,
                                       .port = plan->admin_port,
                                       .handle = on_admin_request,
                                       .context = server};
    enum err err = http_server_create(loop, &options, &server->http, problem);
    if (err == ERR_OK) {
        err = http_server_create(loop, &admin, &server->admin, problem);
    }
    if (err == ERR_OK && plan->tls) {
        const struct tls_options tls = {.address = plan->address,
                                        .port = plan->tls_port,
                                        .plain_port = http_server_port(server->http)};
        err = tls_front_create(loop, &tls, &server->tls, problem);
    }
    return err;
}

enum err server_create(struct loop *loop, const struct server_plan *plan, struct server **out,
                       struct problem *problem)
{
    struct server *server = xcalloc(1, sizeof *server);
    server->venue = venue_create(&plan->venue);
    const char *unknown =
        plan->venue.faults == NULL ? NULL : venue_faults_unknown(server->venue, plan->venue.faults);
    if (unknown != NULL) {
        venue_destroy(server->venue);
        free(server);
        return problem_set(problem, ERR_USAGE,
                           "faults: the symbol %s is not in this market; write one that is",
                           unknown);
    }
    pace_start(&server->pace, server->venue, plan->speed_e9, clock_mono_ns());
    face_init(&server->face, server->venue, &server->pace, alpaca_face, true);
    face_init(&server->admin_face, server->venue, &server->pace, admin_face, false);
    face_limit(&server->face, plan->trading_per_minute, plan->data_per_minute);
    server->events = events_create(server->venue);
    server->face.events = server->events;
    server->streams = streams_create(loop, server->venue, server->events);
    server->faults = reply_faults_create(server->venue);
    server->venue->holder =
        (struct venue_holder){.context = server, .next_ns = next_held_ns, .on_reset = drop_held};
    enum err err = listen_all(server, loop, plan, problem);
    if (err != ERR_OK) {
        server_destroy(server);
        return err;
    }
    server->beat = loop_timer_create(loop, on_beat, server);
    loop_timer_start(server->beat, BEAT_NS, BEAT_NS);
    *out = server;
    return ERR_OK;
}

void server_destroy(struct server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->beat != NULL) {
        loop_timer_destroy(server->beat);
    }
    if (server->tls != NULL) {
        tls_front_destroy(server->tls);
    }
    reply_faults_destroy(server->faults);
    streams_destroy(server->streams);
    if (server->admin != NULL) {
        http_server_destroy(server->admin);
    }
    if (server->http != NULL) {
        http_server_destroy(server->http);
    }
    events_destroy(server->events);
    face_finish(&server->face);
    face_finish(&server->admin_face);
    venue_destroy(server->venue);
    free(server);
}

uint16_t server_port(const struct server *server)
{
    return http_server_port(server->http);
}

uint16_t server_admin_port(const struct server *server)
{
    return http_server_port(server->admin);
}

uint16_t server_tls_port(const struct server *server)
{
    return server->tls == NULL ? 0 : tls_front_port(server->tls);
}

void server_advance_until(struct server *server, int64_t to_ns)
{
    venue_advance_until(server->venue, to_ns);
    pace_rebase(&server->pace, clock_mono_ns());
    follow(server);
}

int64_t server_next_ns(const struct server *server)
{
    return venue_next_ns(server->venue);
}

const struct venue *server_venue(const struct server *server)
{
    return server->venue;
}
