/*
 * ct_thrift_module.h -- `thrift { }` and a worker's state of it.
 */

#ifndef CT_THRIFT_MODULE_H
#define CT_THRIFT_MODULE_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_count.h"
#include "core/ct_module.h"
#include "core/ct_queue.h"
#include "core/ct_slab.h"
#include "event/ct_complaint.h"
#include "thrift/ct_dialect_conf.h"
#include "thrift/ct_hooked.h"
#include "thrift/ct_id_source.h"
#include "thrift/ct_wall.h"
#include "thrift/wire/ct_aside.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_pending_s ct_pending_t;
typedef struct ct_offload_s ct_offload_t;
typedef struct ct_fibers_s  ct_fibers_t;
typedef struct ct_session_s ct_session_t;

extern const ct_module_t ct_thrift_module;

/*
 * What all sessions of a worker share.  `scratch` takes what is read from any
 * connection, `out` the replies of the turn under way: an idle connection has
 * no buffer of its own.
 */
typedef struct ct_thrift_state_s {
    ct_worker_t      *worker;
    ct_block_t       *scratch;
    ct_buf_t          out;
    ct_aside_t        aside;     /* of the reply under way, beside `out` */
    ct_session_t     *out_owner; /* whose replies `out` holds, or NULL */
    ct_scan_t         scan;      /* of a message that is whole already */
    const ct_hooks_t *hooks;     /* see ct_hooked_of */
    ct_slab_t         sessions;  /* room for them */
    ct_queue_t        free_calls;
    size_t            nfree_calls;
    ct_fibers_t      *fibers;
    size_t            fiber_index; /* of ct_fiber_module */
    ct_offload_t    **pools;       /* by the index of a ct_thread_pool_t */
    ct_queue_t        deferred;    /* calls that wait for ct_call_finish */
    ct_pending_t     *running;     /* whose handler the loop runs, or NULL */
    ct_complaints_t   complaints;  /* of what peers sent */
    ct_complaints_t   refusals[CT_COUNTERS]; /* of calls, by their counter */
    uint32_t         *in_flight;             /* by ct_in_flight_t.index */
    bool              times_handlers;        /* $handler_time is used */
    ct_str_t          hostname;
    ct_wall_t         wall;
    ct_id_source_t    ids; /* of calls, where clients send none */

    /* Of the scoreboard, by ct_dialect_place; and that of the last call. */
    unsigned     dialect_rows[CT_DIALECTS];
    ct_dialect_t last_dialect;
    unsigned     last_dialect_row;
} ct_thrift_state_t;

#endif /* CT_THRIFT_MODULE_H */
