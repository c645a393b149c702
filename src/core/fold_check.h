/* fold_check.h: whether a record of a log can follow from the records that were folded before it.
 *
 * Applying trusts our own records (engine_apply.c). Those that lie in a file may be anybody's, so a
 * fold asks here first. A report needs no asking: applying it trusts nothing. */
#ifndef CORE_FOLD_CHECK_H
#define CORE_FOLD_CHECK_H

#include "core/engine.h"

/* NULL when the report, action, command or record of ours can be applied, else a constant text. It
 * is one that can be in itself (log/contents.h). */
const char *fold_fault(const struct engine *engine, const struct event *record);

/* Whether all prices stay in their range where a split or a dividend is taken. */
bool fold_can_take_action(const struct engine *engine, const struct event *action);

#endif
