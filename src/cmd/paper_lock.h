/* paper_lock.h: one run per account (reliability O3): a lock of the user's own, outside of any
 * folder that a run is started in, so that two starts from different folders see each other.
 *
 * It is a file in $XDG_RUNTIME_DIR/bellwether, or, where that is not set, in /tmp/bellwether-UID,
 * named by the account and by where it is traded. The file stays; the lock goes with the process.
 */
#ifndef CMD_PAPER_LOCK_H
#define CMD_PAPER_LOCK_H

#include "sys/problem.h"

/* `trading_url`: of the broker; two of them may have accounts of one number. `folder`: of the
 * account's log, for the words of whoever comes second. `*lock` is to be given back to
 * paper_lock_release(). ERR_BUSY: another run trades the account; ERR_REFUSED: the place of the
 * locks may be somebody else's. */
enum err paper_lock_take(const char *number, const char *trading_url, const char *folder, int *lock,
                         struct problem *problem);

/* -1: nothing was taken. */
void paper_lock_release(int lock);

#endif
