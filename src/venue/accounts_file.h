/* accounts_file.h: the accounts that an exchange opens at its start, from a file that only its
 * owner may read (mode 0600):
 *
 *   - key: PKTEST1            1 to 128 printable characters without blanks
 *     secret: s3cret-words    the same
 *     cash: $100,000
 *     multiplier: 2           1 is a cash account; 2 or 4 margin
 *     shorting: yes
 *     trading_blocked: no     and account_blocked, transfers_blocked, trade_suspended_by_user
 *
 * Key and secret are required, the rest has the values above. Refusals name the line and what to
 * write, but never show it: it may hold a secret. */
#ifndef VENUE_ACCOUNTS_FILE_H
#define VENUE_ACCOUNTS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sys/problem.h"
#include "venue/account.h"

#define ACCOUNTS_FILE_MAX 256

struct account_entry {
    char key[KEY_SIZE];
    char secret[KEY_SIZE];
    int64_t cash_e9;
    int64_t multiplier;
    bool shorting; /* with a multiplier above 1 alone */
    bool trading_blocked;
    bool account_blocked;
    bool transfers_blocked;
    bool trade_suspended_by_user;
};

struct accounts_file {
    struct account_entry *entries;
    size_t count;
};

/* ERR_IO or ERR_NOT_FOUND: the file; ERR_REFUSED: others may read it; ERR_USAGE: what it says.
 * `*file` is the caller's to accounts_file_finish(), which wipes it; safe after a failure, too. */
enum err accounts_file_read(const char *path, struct accounts_file *file, struct problem *problem);
void accounts_file_finish(struct accounts_file *file);

#endif
