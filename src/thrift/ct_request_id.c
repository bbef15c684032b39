/*
 * ct_request_id.c -- one name for a call.
 *
 * What is made stands in the call itself and not in its pool, which belongs to
 * another thread while the handler runs on one.
 */

#include "core/ct_config.h"

#include "thrift/ct_request_id.h"

#include "thrift/ct_call.h"
#include "thrift/ct_id_source.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_thrift_module.h"


/* What breaks no line of a log and no header, and needs no quotes. */
static bool
is_sound(ct_str_t id)
{
    if (id.len == 0 || id.len > CT_REQUEST_ID_MAX) {
        return false;
    }
    for (size_t i = 0; i < id.len; i++) {
        if (id.data[i] <= ' ' || id.data[i] > '~' || id.data[i] == '"'
            || id.data[i] == '\\') {
            return false;
        }
    }
    return true;
}


ct_str_t
ct_request_id_known(const ct_pending_t *pending)
{
    ct_str_t id = CT_STR_NONE;

    if (pending->envelope.nheaders != 0) {
        id = ct_call_header(&pending->call, CT_STR("X-Request-Id"));
        if (is_sound(id)) {
            return id;
        }
    }
    if (atomic_load_explicit(&pending->has_request_id, memory_order_acquire)) {
        return (ct_str_t){ CT_REQUEST_ID_MADE, pending->request_id };
    }
    return CT_STR_NONE;
}


ct_str_t
ct_request_id_of(ct_pending_t *pending)
{
    ct_str_t id = ct_request_id_known(pending);

    if (id.data == NULL) {
        ct_id_source_t *source = &pending->state->ids;

        ct_id_u64_to_hex(ct_id_source_next(source), pending->request_id);
        ct_id_u64_to_hex(ct_id_source_next(source),
                         pending->request_id + CT_REQUEST_ID_MADE / 2);
        atomic_store_explicit(&pending->has_request_id, true,
                              memory_order_release);
        id = (ct_str_t){ CT_REQUEST_ID_MADE, pending->request_id };
    }
    return id;
}
