/* actions_fuzz.c: whatever the bytes, actions that are accepted keep the promises of actions.h. */
#include "base/money.h"
#include "data/actions.h"
#include "data/data_fuzz.h"
#include "data/symbol_table.h"

static int64_t common_divisor(int64_t a, int64_t b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

static void check_action(const struct action *action)
{
    CHECK(symbol_is_valid(&action->instrument));
    CHECK(action->split_new > 0 && action->split_old > 0);
    CHECK(common_divisor(action->split_new, action->split_old) == 1);
    CHECK(action->cash_e9 >= 0 && action->cash_e9 <= PRICE_E9_MAX);
    CHECK(action->cash_e9 > 0 || action->split_new != action->split_old);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char path[32];
    int fd = fuzz_file(bytes, size, path);
    struct actions actions = {0};
    struct problem problem = {0};
    enum err err = actions_read(path, &actions, &problem);
    CHECK(err == problem.err && (err == ERR_OK) == (problem.text[0] == '\0'));
    for (size_t i = 0; i < actions.count; i++) {
        const struct action *action = &actions.rows[i];
        check_action(action);
        CHECK(i == 0 || action[-1].date < action->date ||
              (action[-1].date == action->date &&
               symbol_compare(&action[-1].instrument, &action->instrument) < 0));
    }
    actions_finish(&actions);
    (void)close(fd);
    return 0;
}
