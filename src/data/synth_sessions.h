/* synth_sessions.h: regular sessions of a US stock exchange by a simple rule: Monday to Friday,
 * 09:30 to 16:00 in New York. Holidays and half days are not in it; what is made from it says so
 * by being SIMULATED, and what is measured with it finds no bars on a holiday. */
#ifndef DATA_SYNTH_SESSIONS_H
#define DATA_SYNTH_SESSIONS_H

#include <stdbool.h>
#include <stdint.h>

struct synth_session {
    int64_t open_ns;  /* first nanosecond of the session, UTC */
    int64_t close_ns; /* first nanosecond after it */
};

/* The session of a day (days since 1970-01-01, New York's date); false when there is none. */
bool synth_session_of_day(int64_t day, struct synth_session *session);

/* `count` sessions, the first on `first_day` or the next day that has one. The caller free()s
 * them. */
struct synth_session *synth_sessions(int64_t first_day, uint32_t count);

#endif
