/*
 * ct_variable_trace.c -- variables: the call's place in a distributed trace.
 */

#include "core/ct_config.h"

#include "thrift/ct_variable_table.h"

#include "thrift/ct_pending.h"
#include "thrift/ct_trace_note.h"


static ct_str_t
trace_id(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
         ct_pool_t *pool CT_UNUSED)
{
    const ct_trace_note_t *note = ct_trace_note_of(ct_pending_of(call));

    return (ct_str_t){ CT_TRACE_ID_LEN, note->caller.trace_id };
}


static ct_str_t
parent_id(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
          ct_pool_t *pool CT_UNUSED)
{
    const ct_trace_note_t *note = ct_trace_note_of(ct_pending_of(call));

    return note->caller.has_ids
               ? (ct_str_t){ CT_SPAN_ID_LEN, note->caller.span_id }
               : CT_NOTHING;
}


static ct_str_t
span_id(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
        ct_pool_t *pool CT_UNUSED)
{
    const ct_trace_note_t *note = ct_trace_note_of(ct_pending_of(call));

    return (ct_str_t){ CT_SPAN_ID_LEN, note->span_id };
}


static ct_str_t
trace_sampled(ct_call_t *call, const ct_variable_t *variable CT_UNUSED,
              ct_pool_t *pool CT_UNUSED)
{
    switch (ct_trace_note_of(ct_pending_of(call))->caller.sampled) {
    case CT_SAMPLED_UNKNOWN:
        break;
    case CT_SAMPLED_NO:
        return CT_STR("0");
    case CT_SAMPLED_YES:
    case CT_SAMPLED_DEBUG:
        return CT_STR("1");
    }
    return CT_NOTHING;
}


/* clang-format off */
static const ct_variable_entry_t entries[] = {
    CT_OF_CALL(parent_id),
    CT_OF_CALL(span_id),
    CT_OF_CALL(trace_id),
    CT_OF_CALL(trace_sampled),
};
/* clang-format on */

const ct_variable_table_t ct_variables_of_trace = CT_VARIABLES(entries);
