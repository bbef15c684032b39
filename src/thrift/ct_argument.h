/*
 * ct_argument.h -- $arg_NAME: an argument of a call, by its name in the IDL.
 *
 * NAME is a path: behind an argument that is a struct stands `__` or `.` and a
 * field of it.  What the configuration wants is resolved for every method when
 * it has been read, so a call walks a few pointers and compares no names.
 */

#ifndef CT_ARGUMENT_H
#define CT_ARGUMENT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_call_s     ct_call_t;
typedef struct ct_conf_s     ct_conf_t;
typedef struct ct_cycle_s    ct_cycle_t;
typedef struct ct_pool_s     ct_pool_t;
typedef struct ct_variable_s ct_variable_t;

/* For the table of variables: notes that the configuration wants it. */
ct_rc_t ct_argument_want(ct_conf_t *conf, ct_variable_t *variable);

/*
 * Its value as text (ct_value_text), as long as the call or in `pool`.  Empty:
 * the method has no such argument, the caller has not set it, the arguments
 * could not be decoded, or their JSON is longer than CT_VALUE_TEXT_MAX.
 */
ct_str_t ct_argument_get(ct_call_t *call, const ct_variable_t *variable,
                         ct_pool_t *pool);

/*
 * Resolves what is wanted, for all handlers of the cycle.  CT_ERROR, logged:
 * no method has such an argument.
 */
ct_rc_t ct_arguments_resolve(ct_cycle_t *cycle);

#endif /* CT_ARGUMENT_H */
