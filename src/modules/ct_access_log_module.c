/*
 * ct_access_log_module.c -- `access_log`: a line for every call.
 *
 * A line is made when nothing more comes of a call, whatever became of it: so
 * there are as many lines as messages were answered, refused ones included,
 * and one for each call whose client has gone.  Its values go straight into
 * the log's memory; replies are sent before the log is written.
 */

#include <cthrift.h>

#include "core/ct_clock.h"
#include "modules/ct_access_log_conf.h"
#include "modules/ct_access_log_sink.h"

/* Values that have to be made before they stand in a line; few have to. */
#define POOL_SIZE 2048

typedef struct access_log_state_s {
    size_t             index; /* of this module */
    size_t             nsinks;
    ct_access_sink_t **sinks; /* by their target's index */
    ct_pool_t         *pool;  /* for the values of one line */
    uint64_t           chance;
} access_log_state_t;


/* Marsaglia's xorshift: neither secret nor costly, and without a rhythm. */
static uint32_t
draw(access_log_state_t *state)
{
    uint64_t x = state->chance;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    state->chance = x;
    return (uint32_t) (x >> 32);
}


static bool
is_wanted(const ct_access_log_t *log, ct_call_t *call,
          access_log_state_t *state)
{
    ct_str_t value;

    if (log->share != 0 && draw(state) >= log->share) {
        return false;
    }
    if (log->condition == NULL) {
        return true;
    }
    value = ct_template_of_call(log->condition, call, state->pool);
    return value.len != 0 && !ct_str_eq_c(value, "0");
}


static void
log_write(const ct_access_log_t *log, ct_call_t *call,
          access_log_state_t *state)
{
    ct_access_sink_t *sink = state->sinks[log->target->index];
    char             *line;

    if (!is_wanted(log, call, state)) {
        return;
    }
    line = ct_access_sink_begin(sink);
    if (line != NULL) {
        ct_access_sink_end(sink,
                           ct_template_write(log->format->template, call,
                                             state->pool, log->format->escape,
                                             line, CT_ACCESS_LOG_LINE - 1));
    }
}


static void
access_log_call_ended(ct_call_t *call, void *data)
{
    access_log_state_t         *state = data;
    const ct_access_log_conf_t *conf = ct_call_conf_at(call, state->index);

    if (conf == NULL || conf->logs.n == 0) {
        return;
    }
    for (size_t i = 0; i < conf->logs.n; i++) {
        log_write(ct_array_at(&conf->logs, i), call, state);
    }
    ct_pool_reset(state->pool);
}


static bool
access_log_heeds_calls(const void *data)
{
    const ct_access_log_conf_t *conf = data;

    return conf->logs.n != 0;
}


static void
pool_destroy(void *data)
{
    ct_pool_destroy(data);
}


static ct_rc_t
access_log_worker_init(ct_worker_t *worker, void **data)
{
    const ct_access_log_conf_t *conf =
        ct_cycle_conf(worker->cycle, &ct_access_log_module);
    access_log_state_t *state = ct_pool_zalloc(worker->pool, sizeof(*state));

    *data = state;
    state->index = ct_cycle_module_index(worker->cycle, &ct_access_log_module);
    state->chance = ct_clock_ns() | 1;
    if (conf->targets == NULL) {
        return CT_OK;
    }
    state->pool = ct_pool_create(POOL_SIZE);
    ct_pool_cleanup_add(worker->pool, pool_destroy, state->pool);
    state->nsinks = conf->targets->n;
    state->sinks =
        ct_pool_alloc(worker->pool, state->nsinks * sizeof(*state->sinks));
    for (size_t i = 0; i < state->nsinks; i++) {
        state->sinks[i] = ct_access_sink_create(
            worker, *(ct_access_target_t **) ct_array_at(conf->targets, i));
    }
    return CT_OK;
}


static void
access_log_leaving(ct_worker_t *worker CT_UNUSED, void *data)
{
    const access_log_state_t *state = data;

    for (size_t i = 0; i < state->nsinks; i++) {
        ct_access_sink_hasten(state->sinks[i]);
    }
}


static void
access_log_reopening(ct_worker_t *worker CT_UNUSED, void *data)
{
    const access_log_state_t *state = data;

    for (size_t i = 0; i < state->nsinks; i++) {
        ct_access_sink_reopen(state->sinks[i]);
    }
}


static void
access_log_worker_exit(ct_worker_t *worker CT_UNUSED, void *data)
{
    const access_log_state_t *state = data;

    for (size_t i = 0; i < state->nsinks; i++) {
        ct_access_sink_close(state->sinks[i]);
    }
}


/* clang-format off */
static const ct_directive_t access_log_directives[] = {
    { "log_format", CT_IN_THRIFT, CT_CONF_ACTION(ct_access_log_format_type) },
    { "access_log", CT_IN_ANY_THRIFT, CT_CONF_ACTION(ct_access_log_type) },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */

const ct_module_t ct_access_log_module = {
    .abi = CT_MODULE_ABI,
    .name = "access_log",
    .conf_size = sizeof(ct_access_log_conf_t),
    .directives = access_log_directives,
    .configured = ct_access_log_conf_settle,
    .worker_init = access_log_worker_init,
    .leaving = access_log_leaving,
    .reopening = access_log_reopening,
    .worker_exit = access_log_worker_exit,
    .heeds_calls = access_log_heeds_calls,
    .call_ended = access_log_call_ended,
};
