/*
 * ct_hook.h -- what hooks may ask of a connection.
 *
 * For `connected`, `closed` and `decode_failed`, which have no call.  All of
 * it belongs to the worker's thread.
 */

#ifndef CT_HOOK_H
#define CT_HOOK_H

#include "core/ct_config.h"

#include "core/ct_count.h"
#include "core/ct_str.h"

typedef struct ct_call_s   ct_call_t;
typedef struct ct_conn_s   ct_conn_t;
typedef struct ct_log_s    ct_log_t;
typedef struct ct_module_s ct_module_t;
typedef struct ct_pool_s   ct_pool_t;

/*
 * The configuration of any module in the `server` block that the connection
 * belongs to; NULL where that module has none.
 */
CT_API const void *ct_hook_conf(const ct_conn_t   *conn,
                                const ct_module_t *module);

/*
 * Where a module may keep a pointer with the connection: NULL at first, and of
 * no meaning behind the module's `closed`.  The place takes a little memory of
 * every connection that is asked for one.
 */
CT_API void **ct_hook_data(ct_conn_t *conn, const ct_module_t *module);

/*
 * The same place, of the connection by which a call has come: for before_call,
 * since a call that goes on may outlive its connection.
 */
CT_API void **ct_hook_data_of_call(ct_call_t *call, const ct_module_t *module);

/*
 * Whether the connection is not new but was taken over from another worker:
 * whoever limits connections has let it in there.
 */
CT_API bool ct_hook_is_moved(const ct_conn_t *conn);

/* Counts one more in the scoreboard, for this worker. */
CT_API void ct_hook_count(const ct_conn_t *conn, ct_board_counter_t counter);

/* Its worker's log. */
CT_API const ct_log_t *ct_hook_log(const ct_conn_t *conn);

/* "127.0.0.1:4711", in `pool`: the client that a PROXY header names, if any. */
CT_API ct_str_t ct_hook_peer(const ct_conn_t *conn, ct_pool_t *pool);

#endif /* CT_HOOK_H */
