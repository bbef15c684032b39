/*
 * ct_python_call.h -- a call's way through the interpreter.
 */

#ifndef CT_PYTHON_CALL_H
#define CT_PYTHON_CALL_H

#include "core/ct_config.h"

#include "cthrift.h"

/*
 * The handler of every method that an application answers for: a
 * ct_method_invoke_fn.  `ops` is its ct_python_offer_t, call->state the
 * worker's ct_python_host_t.
 */
ct_rc_t ct_python_call_invoke(ct_call_t *call, const void *ops,
                              const void *args, void *result);

/*
 * The arguments as a message of the binary protocol, at the end of `out`.
 * CT_ERROR: the call has failed.
 */
ct_rc_t ct_python_call_write(ct_call_t *call, const void *args, ct_buf_t *out);

/*
 * A reply in the binary protocol, which lives as long as the call, becomes the
 * result, if the method has one.  CT_ERROR: the call has failed.
 */
ct_rc_t ct_python_call_read(ct_call_t *call, ct_str_t reply);

#endif /* CT_PYTHON_CALL_H */
