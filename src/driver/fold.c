/* fold.c: see fold.h. */
#include "driver/fold.h"

#include "core/fold_check.h"
#include "log/contents.h"

static void fold_slice(struct assembly *assembly, const struct slice *slice)
{
    if (slice != NULL) {
        view_on_slice(assembly->view, slice);
        engine_apply_slice(assembly->engine, slice);
    }
}

enum err fold_record(struct assembly *assembly, struct gather *gather, const struct event *record,
                     uint64_t number, struct problem *problem)
{
    const char *fault = fold_fault(assembly->engine, record);
    if (fault != NULL) {
        return contents_refuse(record, number, fault, problem);
    }
    if (event_is_report(record->kind) || event_is_output(record->kind) ||
        record->kind == EVENT_TIMER || record->kind == EVENT_COMMAND ||
        record->kind == EVENT_STATUS || record->kind == EVENT_HOLDING) {
        engine_apply(assembly->engine, record);
    } else if (record->kind == EVENT_ACTION) {
        assembly_on_action(assembly, record);
    } else if (event_is_input(record->kind)) {
        fold_slice(assembly, gather_slice(gather, record));
    }
    return ERR_OK;
}
