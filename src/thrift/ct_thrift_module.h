/*
 * ct_thrift_module.h -- `thrift { }` and a worker's state of it.
 */

#ifndef CT_THRIFT_MODULE_H
#define CT_THRIFT_MODULE_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_module.h"
#include "core/ct_queue.h"
#include "event/ct_complaint.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_session_s ct_session_t;

extern const ct_module_t ct_thrift_module;

/*
 * What all sessions of a worker share.  `scratch` takes what is read from any
 * connection, `out` the replies of the turn under way: an idle connection has
 * no buffer of its own.
 */
typedef struct ct_thrift_state_s {
    ct_worker_t    *worker;
    ct_block_t     *scratch;
    ct_buf_t        out;
    ct_session_t   *out_owner;       /* whose replies `out` holds, or NULL */
    ct_scan_t       scan;            /* of a message that is whole already */
    bool            has_before_call; /* some module has that hook */
    bool            has_after_call;
    ct_queue_t      free_calls;
    size_t          nfree_calls;
    ct_queue_t      deferred;   /* calls that wait for ct_call_finish */
    ct_complaints_t complaints; /* of what peers sent */
} ct_thrift_state_t;

#endif /* CT_THRIFT_MODULE_H */
