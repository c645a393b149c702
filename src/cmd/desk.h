/* desk.h: who attends a run: the control socket, the terminal view, and the keys, looked after
 * between the steps of the loop. */
#ifndef CMD_DESK_H
#define CMD_DESK_H

#include "driver/control.h"
#include "driver/driver.h"
#include "monitor/monitor.h"

struct desk {
    struct driver *driver;   /* borrowed */
    struct control *control; /* NULL: no socket */
    struct monitor *monitor; /* NULL: nobody looks */
    const char *run_id;      /* borrowed */
    const char *mode;
    bool keys;    /* the view has the terminal */
    bool outside; /* the market is a broker's: nobody paces it */
    double speed_before_max;
    int64_t next_look_ns;
};

/* Listens in the folder that holds the log. Where no socket can be made, the run goes on without
 * and says so. */
void desk_listen(struct desk *desk, const char *log_dir);

/* Puts everything back, the terminal first. */
void desk_close(struct desk *desk);

/* The driver's `attend`; `context` is the struct desk. */
enum err desk_attend(void *context, int64_t until_mono_ns, struct problem *problem);

#endif
