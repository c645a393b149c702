/* exchange_time.h: the time of a served exchange that moves only when it is told to (`bellwether
 * exchange --step`), told by its operator's face. */
#ifndef CMD_EXCHANGE_TIME_H
#define CMD_EXCHANGE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "net/loop.h"
#include "sys/problem.h"

struct exchange_time;

/* Reads the time; `admin_url` like "http://127.0.0.1:8081". ERR_IO: nobody answers; ERR_REFUSED:
 * its time moves by itself. Waits, as the next one; the loop turns meanwhile. */
enum err exchange_time_open(struct loop *loop, const char *admin_url, struct exchange_time **out,
                            struct problem *problem);
void exchange_time_close(struct exchange_time *time);

/* Lets time pass to until_ns, or to when the market has something, whichever comes first. */
enum err exchange_time_step(struct exchange_time *time, int64_t until_ns, struct problem *problem);

int64_t exchange_time_now_ns(const struct exchange_time *time);

/* The market has nothing any more. */
bool exchange_time_has_ended(const struct exchange_time *time);

#endif
