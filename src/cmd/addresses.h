/* addresses.h: where a paper run goes: Alpaca's own hosts, or another place that is named, and what
 * may be such a place. Keys are sent there, so anything but Alpaca's hosts over TLS, or this very
 * machine, is refused (reliability W4, C1). */
#ifndef CMD_ADDRESSES_H
#define CMD_ADDRESSES_H

#include "alpaca/client.h"
#include "cmd/run_arguments.h"

struct addresses {
    struct client_addresses at; /* points into the rest */
    char *trading;
    char *data;
    char *trading_stream;
    char *data_stream;
};

/* From the options, else the environment (APCA_API_BASE_URL, APCA_API_DATA_URL), else Alpaca's
 * paper hosts. ERR_REFUSED: the live host in a paper run, or a host that keys are not sent to;
 * ERR_USAGE: no address at all. End with addresses_finish(). */
enum err addresses_resolve(const struct run_arguments *arguments, struct addresses *addresses,
                           struct problem *problem);
/* Whether it is an exchange served on this machine, whose time may be another. */
bool addresses_are_here(const struct addresses *addresses);
void addresses_finish(struct addresses *addresses);

#endif
