/* data_service.h: Alpaca's market data, or those of an exchange served on this machine, for the
 * commands that fetch them: the options that say where and by which keys, and a client in a loop
 * that lives by the machine's clock. */
#ifndef CMD_DATA_SERVICE_H
#define CMD_DATA_SERVICE_H

#include <argp.h>

#include "alpaca/client.h"
#include "market/instrument.h"
#include "sys/problem.h"

enum data_service_option {
    SERVICE_OPTION_SYMBOLS = 600,
    SERVICE_OPTION_FEED,
    SERVICE_OPTION_KEYS,
    SERVICE_OPTION_DATA_URL,
    SERVICE_OPTION_CA_FILE,
    SERVICE_OPTION_REQUESTS,
};

/* Rows for a command's table of options. */
/* clang-format off */
#define DATA_SERVICE_OPTIONS                                                                       \
    {"symbols", SERVICE_OPTION_SYMBOLS, "A,B,C", 0, "Which symbols; may be given again", 0},       \
    {"feed", SERVICE_OPTION_FEED, "iex|sip", 0,                                                    \
     "Which market data: iex is free, sip is all exchanges (iex)", 0},                             \
    {"keys", SERVICE_OPTION_KEYS, "FILE", 0,                                                       \
     "The key pair, in a file that only its owner may read (default: the environment, or .env "    \
     "here)", 1},                                                                                  \
    {"data-url", SERVICE_OPTION_DATA_URL, "URL", 0,                                                \
     "Another place than Alpaca's: an exchange served on this machine, http://127.0.0.1:PORT", 1}, \
    {"ca-file", SERVICE_OPTION_CA_FILE, "FILE", 0,                                                 \
     "Whose certificates to trust, in PEM (the system's)", 1},                                     \
    {"requests-per-minute", SERVICE_OPTION_REQUESTS, "N", 0, "The plan's limit (200)", 1}
/* clang-format on */

struct data_service_arguments {
    struct instrument *symbols; /* alphabetical, each once, once the command line is read */
    uint32_t symbol_count;
    const char *feed;
    const char *keys_path;
    const char *data_url;
    const char *ca_file;
    uint32_t requests_per_minute;
};

/* For an argp's parser, as its `default`; ends the program on bad usage. */
error_t data_service_parse(int key, char *text, struct argp_state *state,
                           struct data_service_arguments *arguments);
void data_service_arguments_finish(struct data_service_arguments *arguments);

/* "AAPL,MSFT,SPY" of some of them; the caller frees it. */
char *data_service_list(const struct data_service_arguments *arguments, uint32_t first,
                        uint32_t count);

struct data_service;

/* Reads the keys; nothing is asked yet. */
enum err data_service_open(const struct data_service_arguments *arguments,
                           struct data_service **service, struct problem *problem);
void data_service_close(struct data_service *service);

struct client *data_service_client(const struct data_service *service);

/* Where the data come from, for people. */
const char *data_service_url(const struct data_service *service);

/* Whether that is Alpaca, where bars are given before they are finished. */
bool data_service_is_alpaca(const struct data_service *service);

/* Lets the network work until something may have happened, or until due_ns by the clock, or for a
 * second; then tells the client the time. */
void data_service_turn(struct data_service *service, int64_t due_ns);

/* The clock, as of the last turn. */
int64_t data_service_now_ns(const struct data_service *service);

#endif
