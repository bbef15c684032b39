/*
 * unruly_module.c -- a module for tests: it ends calls in odd orders and at
 * odd times, all of which the contract of ct_call_finish allows.
 */

#include <cthrift.h>

#include "core/ct_mem.h"
#include "unruly.gen.h"

#define MAX_HELD 1024

/* Held calls, of any session of this worker; the oldest first. */
typedef struct {
    ct_call_t *calls[MAX_HELD];
    int        n;
} unruly_state_t;


static ct_rc_t
hold(ct_call_t *call, const unruly_unruly_hold_args_t *args,
     unruly_unruly_hold_result_t *result)
{
    unruly_state_t *state = call->state;

    (void) args;
    (void) result;
    if (state->n == MAX_HELD) {
        return ct_call_fail(call, "too many are held");
    }
    state->calls[state->n++] = call;
    return CT_AGAIN;
}


static ct_rc_t
held(ct_call_t *call, const unruly_unruly_held_args_t *args,
     unruly_unruly_held_result_t *result)
{
    const unruly_state_t *state = call->state;

    (void) args;
    result->success = state->n;
    return CT_OK;
}


static void
release_all(unruly_state_t *state)
{
    while (state->n > 0) {
        ct_call_t                       *call = state->calls[--state->n];
        const unruly_unruly_hold_args_t *args = call->args;
        unruly_unruly_hold_result_t     *result = call->result;

        result->success = args->s;
        ct_call_finish(call, CT_OK);
    }
}


static ct_rc_t
release(ct_call_t *call, const unruly_unruly_release_args_t *args,
        unruly_unruly_release_result_t *result)
{
    unruly_state_t *state = call->state;

    (void) args;
    result->success = state->n;
    ct_call_finish(call, CT_OK);
    release_all(state);
    return CT_AGAIN;
}


static ct_rc_t
release_after(ct_call_t *call, const unruly_unruly_release_after_args_t *args,
              unruly_unruly_release_after_result_t *result)
{
    const unruly_state_t *state = call->state;

    (void) args;
    result->success = state->n;
    return CT_OK;
}


static ct_rc_t
mumble(ct_call_t *call, const unruly_unruly_mumble_args_t *args,
       unruly_unruly_mumble_result_t *result)
{
    (void) args;
    (void) result;
    return ct_call_fail(call, "\xff\xfe");
}


/* Rule 42: because the function exists in such a build only. */
static ct_rc_t
starve(ct_call_t *call, const unruly_unruly_starve_args_t *args,
       unruly_unruly_starve_result_t *result)
{
    (void) call;
    (void) args;
    result->success = CT_FAULTS;
#if CT_FAULTS
    ct_mem_fail_after((size_t) args->n);
#endif
    return CT_OK;
}


static void
after_call(ct_call_t *call, void *data)
{
    if (ct_str_eq_c(ct_str_of(call->method->name), "release_after")) {
        release_all(data);
    }
}


static ct_rc_t
worker_init(ct_worker_t *worker, void **state)
{
    *state = ct_pool_zalloc(worker->pool, sizeof(unruly_state_t));
    return CT_OK;
}


/* What is held must be ended, or the worker has leaks. */
static void
worker_exit(ct_worker_t *worker, void *data)
{
    (void) worker;
    release_all(data);
}


static const unruly_unruly_ops_t unruly_ops = {
    .hold = hold,
    .held = held,
    .release = release,
    .release_after = release_after,
    .mumble = mumble,
    .starve = starve,
};

static const ct_binding_t unruly_services[] = {
    UNRULY_UNRULY(&unruly_ops),
    { NULL, NULL },
};

const ct_module_t unruly_module = {
    .abi = CT_MODULE_ABI,
    .name = "unruly",
    .services = unruly_services,
    .worker_init = worker_init,
    .worker_exit = worker_exit,
    .after_call = after_call,
};
