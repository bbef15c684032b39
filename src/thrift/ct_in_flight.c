/*
 * ct_in_flight.c -- how many calls may be under way at once.
 *
 * Every `max_calls_in_flight` caps the calls of the block in which it stands:
 * of a worker, a server, a service, or the methods of one `method` block.  A
 * call is counted for its own block and all around it, so an outer cap holds
 * for the sum of what is inside.  A cap of 0 takes a block out of all of them:
 * a health check answers while everything else is full.
 *
 * Counted are calls that outlive their turn: those that wait or run on
 * threads, in fibers, or are answered later.  A handler that runs in the loop
 * has begun and ended before anybody can look, but it is refused as well while
 * its block is full.  One that was answered by a timeout counts until its
 * handler ends: what is under way is what costs.
 */

#include "core/ct_config.h"

#include "thrift/ct_in_flight.h"

#include <inttypes.h>

#include "core/ct_cycle.h"
#include "core/ct_module.h"
#include "core/ct_pool.h"
#include "thrift/ct_pending.h"
#include "thrift/ct_server.h"
#include "thrift/ct_thrift_module.h"


/*
 * What the field holds before is the outer block's, or NULL.  The main block's
 * struct, of which no cap stands in it, counts them all.
 */
static ct_rc_t
in_flight_set(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const ct_in_flight_t **cap = field;
    ct_thrift_conf_t      *all;
    uint64_t               max;
    ct_in_flight_t        *own;

    (void) directive;
    if (ct_str_to_u64(conf->args[1], &max) != CT_OK || max > UINT32_MAX) {
        return ct_conf_error(conf,
                             "'%.*s' is not a number: '%.*s' takes a whole "
                             "number from 0 to 4294967295",
                             CT_STR_ARG(conf->args[1]),
                             CT_STR_ARG(conf->args[0]));
    }
    if (max == 0) {
        *cap = NULL;
        return CT_OK;
    }
    all = ct_cycle_conf(conf->cycle, &ct_thrift_module);
    own = ct_pool_alloc(conf->pool, sizeof(*own));
    own->max = (uint32_t) max;
    own->index = all->nin_flight++;
    own->c_place = ct_conf_place_name(conf->block->place);
    own->outer = *cap;
    *cap = own;
    return CT_OK;
}


const ct_conf_type_t ct_in_flight_type = {
    .name = "number",
    .min_args = 1,
    .max_args = 1,
    .set = in_flight_set,
};


void
ct_in_flight_init(ct_thrift_state_t *state)
{
    const ct_thrift_conf_t *all =
        ct_cycle_conf(state->worker->cycle, &ct_thrift_module);

    state->in_flight = ct_pool_zalloc(
        state->worker->pool, (all->nin_flight + 1) * sizeof(*state->in_flight));
}


ct_rc_t
ct_in_flight_admit(ct_pending_t *pending)
{
    const ct_in_flight_t *cap = pending->handler->thrift->in_flight;

    for (; cap != NULL; cap = cap->outer) {
        if (pending->state->in_flight[cap->index] >= cap->max) {
            return ct_call_refuse(&pending->call, CT_COUNT_SHED_IN_FLIGHT,
                                  "%" PRIu32 " calls are in flight, as many "
                                  "as max_calls_in_flight of this %s allows",
                                  cap->max, cap->c_place);
        }
    }
    return CT_OK;
}


void
ct_in_flight_enter(ct_pending_t *pending)
{
    const ct_in_flight_t *cap = pending->handler->thrift->in_flight;

    for (; cap != NULL; cap = cap->outer) {
        pending->state->in_flight[cap->index]++;
    }
}


void
ct_in_flight_leave(ct_pending_t *pending)
{
    const ct_in_flight_t *cap = pending->handler->thrift->in_flight;

    for (; cap != NULL; cap = cap->outer) {
        pending->state->in_flight[cap->index]--;
    }
}
