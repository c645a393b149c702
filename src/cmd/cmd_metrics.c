/* cmd_metrics.c: `bellwether metrics`: how a running engine stands, for Prometheus. The engine has
 * no listener of its own: this process asks its control socket at each request, and may be started
 * and ended beside it. In bellwether-net. */
#include <argp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/cmd_data.h"
#include "cmd/metrics_text.h"
#include "cmd/running.h"
#include "net/http_server.h"
#include "net/loop.h"

enum { OPTION_PORT = 256, OPTION_ONCE };

enum { DEFAULT_PORT = 9464 };

struct metrics_arguments {
    const char *run;
    uint16_t port;
    bool once;
};

/* Asks the engine; `*out` is the caller's to free(), or NULL. */
static enum err collect(const char *run, char **out, size_t *length, struct problem *problem)
{
    struct control_answer answer;
    char *answered;
    *out = NULL;
    enum err err = running_call(run, "{\"command\":\"status\"}", &answer, &answered, problem);
    free(answered);
    if (err != ERR_OK) {
        return err;
    }
    FILE *memory = open_memstream(out, length);
    if (memory == NULL) {
        return problem_set_errno(problem, "cannot write the metrics");
    }
    metrics_print(memory, &answer);
    return fclose(memory) == 0 ? ERR_OK : problem_set_errno(problem, "cannot write the metrics");
}

static int print_once(const struct metrics_arguments *arguments)
{
    struct problem problem;
    char *text;
    size_t length;
    enum err err = collect(arguments->run, &text, &length, &problem);
    if (err == ERR_OK) {
        (void)fwrite(text, 1, length, stdout);
        err = cmd_flush(&problem);
    }
    free(text);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}

/* ---- served ---- */

static void refuse(struct http_reply *reply, int status, const char *text)
{
    reply->status = status;
    http_reply_bytes(reply, "text/plain; charset=utf-8", text, strlen(text));
}

/* While the engine is asked, nobody else is served: it answers between two steps. */
static void serve_metrics(void *context, const struct http_request *request,
                          struct http_reply *reply)
{
    const struct metrics_arguments *arguments = context;
    struct problem problem;
    char *text;
    size_t length;
    if (strcmp(request->url.path, "/metrics") != 0) {
        refuse(reply, 404, "the metrics are at /metrics\n");
        return;
    }
    if (request->method != HTTP_GET && request->method != HTTP_HEAD) {
        http_reply_header(reply, "Allow", "GET, HEAD");
        refuse(reply, 405, "GET /metrics\n");
        return;
    }
    if (collect(arguments->run, &text, &length, &problem) == ERR_OK) {
        http_reply_bytes(reply, METRICS_CONTENT_TYPE, text, length);
    } else {
        refuse(reply, 503, problem.text);
    }
    free(text);
}

static void on_stop(void *loop)
{
    loop_stop(loop);
}

static int serve(struct metrics_arguments *arguments)
{
    struct problem problem;
    struct loop *loop = loop_create();
    struct http_server *server = NULL;
    const struct http_options options = {
        .port = arguments->port, .handle = serve_metrics, .context = arguments};
    enum err err = http_server_create(loop, &options, &server, &problem);
    if (err == ERR_OK) {
        loop_on_signal(loop, SIGINT, on_stop, loop);
        loop_on_signal(loop, SIGTERM, on_stop, loop);
        (void)printf("metrics of run %s at http://127.0.0.1:%u/metrics; Ctrl-C ends it\n",
                     arguments->run, http_server_port(server));
        err = cmd_flush(&problem);
    }
    if (err == ERR_OK) {
        loop_run(loop);
    }
    if (server != NULL) {
        http_server_destroy(server);
    }
    loop_destroy(loop);
    return err == ERR_OK ? EXIT_DONE : cmd_fail(&problem);
}

/* ---- arguments ---- */

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct metrics_arguments *arguments = state->input;
    switch (key) {
    case OPTION_PORT:
        arguments->port = (uint16_t)data_parse_number(state, "--port", text, 0, UINT16_MAX);
        return 0;
    case OPTION_ONCE:
        arguments->once = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->run != NULL) {
            argp_error(state, "one run at a time");
        }
        arguments->run = text;
        return 0;
    case ARGP_KEY_END:
        arguments->run = arguments->run == NULL ? "last" : arguments->run;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int cmd_metrics(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"port",                                                      OPTION_PORT, "N", 0, "Where GET /metrics is served, 0 for any free port (9464)",
         0},
        {"once",                                                        OPTION_ONCE, NULL, 0, "Print them once and serve nothing", 0},
        {0},
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "[RUN]",
        .doc = "Serves how a running engine stands (an id, a path, or `last`, which is the "
               "default and looked for at each request) in the text format of Prometheus, at "
               "http://127.0.0.1:N/metrics: equity, cash, positions, orders, fills, what keeps "
               "entries shut, and the times of each stage. Where no engine answers the status is "
               "503.\v"
               "Examples:\n"
               "  bellwether metrics\n"
               "  bellwether metrics --port 9500 20261121-031028-82a5\n"
               "  bellwether metrics --once\n"
               "\n"
               "Exit status: 0 done, 1 no engine runs there (--once) or the port cannot be had, 2 "
               "bad usage, 3 the port is taken."};
    struct metrics_arguments arguments = {.port = DEFAULT_PORT};
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments); /* ends the program on bad usage */
    return arguments.once ? print_once(&arguments) : serve(&arguments);
}
