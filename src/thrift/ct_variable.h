/*
 * ct_variable.h -- what is known of a call, by name.
 *
 * A variable is a word about a call, its connection or the process, as text:
 * "remote_addr", "method", "header_x_request_id".  Whoever uses one often, a
 * log for instance, finds it once while the configuration is read and then
 * only gets values; who has a name at run time asks ct_call_variable.
 *
 * docs/variables.md lists them.  A value may hold any bytes that a client has
 * sent: it goes through ct_str_printable before it stands in a log.
 */

#ifndef CT_VARIABLE_H
#define CT_VARIABLE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_call_s ct_call_t;
typedef struct ct_conf_s ct_conf_t;
typedef struct ct_conn_s ct_conn_t;
typedef struct ct_pool_s ct_pool_t;

typedef struct ct_variable_entry_s ct_variable_entry_t;

/* A variable that was found; `arg` is a slice of the name it was found by. */
typedef struct ct_variable_s {
    const ct_variable_entry_t *entry;
    ct_str_t    arg; /* of a name like header_NAME, what is behind the prefix */
    const void *data; /* what was prepared for it, or NULL */
} ct_variable_t;

/*
 * The variable of that name, without the `$`, for the directive that `conf` is
 * at; `name` must live as long as the variable.  CT_ERROR: there is none, as
 * ct_conf_error has told, with the nearest name.
 */
CT_API ct_rc_t ct_variable_find(ct_conf_t *conf, ct_str_t name,
                                ct_variable_t *variable);

/*
 * Its value for a call: a slice that lives as long as the call, or in `pool`,
 * which may be the call's own.  Empty: there is none.
 */
CT_API ct_str_t ct_variable_get(const ct_variable_t *variable, ct_call_t *call,
                                ct_pool_t *pool);

/* The same for who is in the loop's thread for sure: hooks are. */
CT_API ct_str_t ct_variable_get_in_loop(const ct_variable_t *variable,
                                        ct_call_t *call, ct_pool_t *pool);

/* Most bytes of a value that is written. */
#define CT_VARIABLE_WRITTEN 96

/* This one is not, since it is longer, or would need an escape. */
#define CT_VARIABLE_NOT_WRITTEN SIZE_MAX

/*
 * Writes a value at `out`, where there is room for CT_VARIABLE_WRITTEN bytes,
 * and gives back how many it has, or CT_VARIABLE_NOT_WRITTEN: ct_variable_get
 * knows.  Whatever a client does it is plain: printable ASCII without quotes
 * and backslashes, which needs no escape anywhere.  0: there is none.  In the
 * loop's thread.
 */
typedef size_t (*ct_variable_write_fn)(ct_call_t *call, char *out);

/* The function for a variable with values that are such; else NULL. */
ct_variable_write_fn ct_variable_writer(const ct_variable_t *variable);

/* Whether a connection without a call is enough to know the value. */
CT_API bool ct_variable_is_of_conn(const ct_variable_t *variable);

/*
 * The value of such a one, for a hook that has no call: in `pool`, or as long
 * as that.  The client is the one that a PROXY header names; what headers of
 * calls say is not known.
 */
CT_API ct_str_t ct_variable_of_conn(const ct_variable_t *variable,
                                    const ct_conn_t *conn, ct_pool_t *pool);

/*
 * The value of `name`, without the `$`, for that call; it lives as long as the
 * call.  CT_OK: *value is set, and empty where there is nothing to say.
 * CT_DECLINED: there is no such variable.
 */
CT_API ct_rc_t ct_call_variable(ct_call_t *call, ct_str_t name,
                                ct_str_t *value);

#endif /* CT_VARIABLE_H */
