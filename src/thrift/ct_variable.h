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
typedef struct ct_pool_s ct_pool_t;

typedef struct ct_variable_entry_s ct_variable_entry_t;

/* A variable that was found; `arg` is a slice of the name it was found by. */
typedef struct ct_variable_s {
    const ct_variable_entry_t *entry;
    ct_str_t arg; /* of a name like header_NAME, what is behind the prefix */
} ct_variable_t;

/*
 * The variable of that name, without the `$`; `name` must live as long as the
 * variable.  CT_DECLINED: there is none.  Asks nothing but a constant table.
 */
CT_API ct_rc_t ct_variable_find(ct_str_t name, ct_variable_t *variable);

/*
 * Its value for a call: a slice that lives as long as the call, or in `pool`,
 * which may be the call's own.  Empty: there is none.
 */
CT_API ct_str_t ct_variable_get(const ct_variable_t *variable, ct_call_t *call,
                                ct_pool_t *pool);

/*
 * The value of `name`, without the `$`, for that call; it lives as long as the
 * call.  CT_OK: *value is set, and empty where there is nothing to say.
 * CT_DECLINED: there is no such variable.
 */
CT_API ct_rc_t ct_call_variable(ct_call_t *call, ct_str_t name,
                                ct_str_t *value);

#endif /* CT_VARIABLE_H */
