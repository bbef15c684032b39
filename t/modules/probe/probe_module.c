/*
 * probe_module.c -- a module for tests: it fails in every way that a module
 * can, and counts what its hooks see.
 */

#include <cthrift.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <time.h>

#include "core/ct_clock.h"
#include "probe.gen.h"

typedef struct {
    bool     crash_configured;
    bool     fail_configured;
    bool     fail_worker_init;
    bool     deny;
    uint64_t slow_start_ms;
    ct_str_t name;
    ct_str_t stumble; /* worker 2 does not start if FILE.2 is there */
    ct_str_t hold;    /* worker 2 waits while FILE.2 is there */
} probe_conf_t;

typedef struct {
    ct_pool_t *pool;

    int connected;
    int closed;
    int before;
    int after;
    int decode_failed;
    int leaving;
    int notes;
} probe_state_t;

extern const ct_module_t probe_module;


static ct_rc_t
who(ct_call_t *call, const probe_base_who_args_t *args,
    probe_base_who_result_t *result)
{
    const probe_conf_t *conf = call->conf;

    (void) args;
    result->success = conf->name;
    return CT_OK;
}


static ct_rc_t
echo(ct_call_t *call, const probe_probe_echo_args_t *args,
     probe_probe_echo_result_t *result)
{
    (void) call;
    result->success = args->s.data != NULL ? args->s : CT_STR("");
    return CT_OK;
}


static ct_rc_t
tree(ct_call_t *call, const probe_probe_tree_args_t *args,
     probe_probe_tree_result_t *result)
{
    (void) call;
    result->success = args->t;
    return CT_OK;
}


static ct_rc_t
add(ct_call_t *call, const probe_probe_add_args_t *args,
    probe_probe_add_result_t *result)
{
    (void) call;
    /* Any two numbers may come; their sum wraps. */
    result->success = (int32_t) ((uint32_t) args->a + (uint32_t) args->b);
    return CT_OK;
}


static ct_rc_t
texts(ct_call_t *call, const probe_probe_texts_args_t *args,
      probe_probe_texts_result_t *result)
{
    (void) call;
    result->success = args->lines;
    return CT_OK;
}


static ct_rc_t
nothing(ct_call_t *call, const probe_probe_nothing_args_t *args,
        probe_probe_nothing_result_t *result)
{
    (void) call;
    (void) args;
    (void) result;
    return CT_OK;
}


static ct_rc_t
no_result(ct_call_t *call, const probe_probe_no_result_args_t *args,
          probe_probe_no_result_result_t *result)
{
    (void) call;
    (void) args;
    (void) result;
    return CT_OK;
}


static ct_rc_t
bad_result(ct_call_t *call, const probe_probe_bad_result_args_t *args,
           probe_probe_bad_result_result_t *result)
{
    (void) args;
    result->success = probe_either_new(call->pool);
    return CT_OK;
}


static ct_rc_t
refuse(ct_call_t *call, const probe_probe_refuse_args_t *args,
       probe_probe_refuse_result_t *result)
{
    result->refusal = probe_refusal_new(call->pool);
    result->refusal->why = args->why;
    result->refusal->code = 7;
    return CT_OK;
}


static ct_rc_t
fail(ct_call_t *call, const probe_probe_fail_args_t *args,
     probe_probe_fail_result_t *result)
{
    (void) result;
    return ct_call_fail(call, "because %.*s", CT_STR_ARG(args->why));
}


static ct_rc_t
fail_silently(ct_call_t *call, const probe_probe_fail_silently_args_t *args,
              probe_probe_fail_silently_result_t *result)
{
    (void) call;
    (void) args;
    (void) result;
    return CT_ERROR;
}


static ct_rc_t
note(ct_call_t *call, const probe_probe_note_args_t *args)
{
    probe_state_t *state = call->state;

    (void) args;
    state->notes++;
    return CT_OK;
}


static ct_rc_t
notes(ct_call_t *call, const probe_probe_notes_args_t *args,
      probe_probe_notes_result_t *result)
{
    const probe_state_t *state = call->state;

    (void) args;
    result->success = state->notes;
    return CT_OK;
}


static ct_rc_t
early(ct_call_t *call, const probe_probe_early_args_t *args,
      probe_probe_early_result_t *result)
{
    result->success = args->s;
    ct_call_finish(call, CT_OK);
    return CT_AGAIN;
}


static void
later_answer(ct_call_t *call)
{
    const probe_probe_later_args_t *args = call->args;
    probe_probe_later_result_t     *result = call->result;

    if (ct_call_cancelled(call)) {
        CT_LOG(call->log, CT_LOG_NOTICE, 0, "nobody waits for %.*s",
               CT_STR_ARG(args->s));
    }
    result->success = args->s;
    ct_call_finish(call, CT_OK);
}


static ct_rc_t
later(ct_call_t *call, const probe_probe_later_args_t *args,
      probe_probe_later_result_t *result)
{
    (void) result;
    ct_call_after(call, (uint64_t) args->delay_ms, later_answer);
    return CT_AGAIN;
}


static ct_rc_t
spin(ct_call_t *call, const probe_probe_spin_args_t *args,
     probe_probe_spin_result_t *result)
{
    const uint64_t end_ms = ct_clock_ms() + (uint64_t) args->ms;

    (void) call;
    (void) result;
    while (ct_clock_ms() < end_ms) {
        continue;
    }
    return CT_OK;
}


/* A signal cuts a sleep short: the rest is slept after it. */
static ct_rc_t
hold_up_the_loop(ct_call_t *call, const probe_probe_hang_args_t *args,
                 probe_probe_hang_result_t *result)
{
    struct timespec left = { args->ms / 1000,
                             (long) (args->ms % 1000) * 1000000 };

    (void) call;
    (void) result;
    while (nanosleep(&left, &left) == -1 && errno == EINTR) {
    }
    return CT_OK;
}


static ct_rc_t
crash(ct_call_t *call, const probe_probe_crash_args_t *args,
      probe_probe_crash_result_t *result)
{
    (void) call;
    (void) args;
    (void) result;
    abort();
}


static ct_rc_t
hooks(ct_call_t *call, const probe_probe_hooks_args_t *args,
      probe_probe_hooks_result_t *result)
{
    const probe_state_t *state = call->state;

    (void) args;
    result->success = ct_str_printf(
        call->pool,
        "connected %d closed %d before %d after %d decode_failed %d "
        "leaving %d",
        state->connected, state->closed, state->before, state->after,
        state->decode_failed, state->leaving);
    return CT_OK;
}


static ct_rc_t
denied(ct_call_t *call, const probe_probe_denied_args_t *args,
       probe_probe_denied_result_t *result)
{
    (void) call;
    (void) args;
    result->success = CT_STR("not denied");
    return CT_OK;
}


static ct_rc_t
peer(ct_call_t *call, const probe_probe_peer_args_t *args,
     probe_probe_peer_result_t *result)
{
    (void) args;
    result->success = ct_call_peer(call);
    return CT_OK;
}


static ct_rc_t
variable(ct_call_t *call, const probe_probe_variable_args_t *args,
         probe_probe_variable_result_t *result)
{
    if (ct_call_variable(call, args->name, &result->success) != CT_OK) {
        return ct_call_fail(call, "there is no such variable");
    }
    return CT_OK;
}


static ct_rc_t
header(ct_call_t *call, const probe_probe_header_args_t *args,
       probe_probe_header_result_t *result)
{
    const ct_str_t value = ct_call_header(call, args->name);

    result->success = value.data == NULL ? CT_STR("-") : value;
    return CT_OK;
}


static ct_rc_t
toil(ct_call_t *call, const probe_probe_toil_args_t *args)
{
    const uint64_t end_ms = ct_clock_ms() + (uint64_t) args->ms;

    (void) call;
    while (ct_clock_ms() < end_ms) {
        continue;
    }
    return CT_OK;
}


static ct_rc_t
hoard(ct_call_t *call, const probe_probe_hoard_args_t *args,
      probe_probe_hoard_result_t *result)
{
    const probe_state_t *state = call->state;
    const size_t         size = (size_t) args->kb * 1024;

    (void) result;
    memset(ct_pool_alloc(state->pool, size), 1, size);
    return CT_OK;
}


static ct_rc_t
say(ct_call_t *call, const probe_probe_say_args_t *args,
    probe_probe_say_result_t *result)
{
    FILE *stream = NULL;

    (void) result;
    if (ct_str_eq_c(args->where, "stdout")) {
        stream = stdout;
    } else if (ct_str_eq_c(args->where, "stderr")) {
        stream = stderr;
    }
    for (int32_t i = 0; i < args->n; i++) {
        if (stream != NULL) {
            fprintf(stream, "%.*s", CT_STR_ARG(args->text));
        } else {
            CT_LOG(call->log, CT_LOG_WARN, 0, "%.*s", CT_STR_ARG(args->text));
        }
    }
    return CT_OK;
}


static ct_rc_t
trace(ct_call_t *call, const probe_probe_trace_args_t *args,
      probe_probe_trace_result_t *result)
{
    ct_trace_t known;

    (void) args;
    ct_call_trace(call, &known);
    result->success = ct_str_printf(
        call->pool, "%.*s %.*s %.*s %d %.*s", CT_STR_ARG(known.trace_id),
        CT_STR_ARG(known.parent_id), CT_STR_ARG(known.span_id), known.sampled,
        CT_STR_ARG(known.state));
    return CT_OK;
}


/* Two calls: the second one says whether what follows stays, or goes. */
static ct_rc_t
relay_ask(ct_call_t *call, ct_client_t *client,
          const probe_probe_relay_args_t *args,
          probe_probe_relay_result_t     *result)
{
    const probe_probe_header_args_t asked = { .name = args->name };
    probe_probe_header_result_t     answer;
    ct_str_t                        first;

    ct_client_follow(client, args->follow ? call : NULL);
    if (probe_probe_header(client, &asked, &answer) != CT_OK) {
        return ct_call_fail(call, "%s", ct_client_error(client));
    }
    first = ct_str_dup(call->pool, answer.success);
    ct_client_follow(client, NULL);
    if (probe_probe_header(client, &asked, &answer) != CT_OK) {
        return ct_call_fail(call, "%s", ct_client_error(client));
    }
    result->success =
        ct_str_printf(call->pool, "%.*s then %.*s", CT_STR_ARG(first),
                      CT_STR_ARG(answer.success));
    return CT_OK;
}


static ct_rc_t
relay(ct_call_t *call, const probe_probe_relay_args_t *args,
      probe_probe_relay_result_t *result)
{
    const ct_header_t own = { CT_STR_INIT("x-request-ID"),
                              CT_STR_INIT("of-the-conf") };
    ct_client_conf_t  conf;
    ct_client_t      *client;
    ct_rc_t           rc;

    ct_client_conf_init(
        &conf, ct_str_printf(call->pool, "127.0.0.1:%d", args->port).data);
    conf.headers = &own;
    conf.nheaders = 1;
    if (ct_client_conf_dialect(&conf, ct_str_dup_c(call->pool, args->transport),
                               "binary")
        != CT_OK) {
        return ct_call_fail(call, "there is no such transport");
    }
    client = ct_client_create(&conf);
    rc = relay_ask(call, client, args, result);
    ct_client_destroy(client);
    return rc;
}


static ct_rc_t
configured(ct_cycle_t *cycle)
{
    const probe_conf_t *conf = ct_cycle_conf(cycle, &probe_module);

    if (conf->crash_configured) {
        abort();
    }
    if (conf->fail_configured) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, 0, "probe will not be configured");
        return CT_ERROR;
    }
    return CT_OK;
}


/* Whether there is a file of that name for this worker's id. */
static bool
has_file(const ct_worker_t *worker, ct_str_t name)
{
    const ct_str_t path =
        ct_str_printf(worker->pool, "%.*s.%u", CT_STR_ARG(name), worker->id);

    return name.len > 0 && access(path.data, F_OK) == 0;
}


static ct_rc_t
worker_init(ct_worker_t *worker, void **state)
{
    probe_state_t      *mine = ct_pool_zalloc(worker->pool, sizeof(*mine));
    const probe_conf_t *conf = ct_cycle_conf(worker->cycle, &probe_module);
    const uint64_t      end_ms = ct_clock_ms() + conf->slow_start_ms;

    while (ct_clock_ms() < end_ms) {
        continue;
    }
    while (has_file(worker, conf->hold)) {
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    }
    if (conf->fail_worker_init || has_file(worker, conf->stumble)) {
        CT_LOG(worker->log, CT_LOG_ERR, 0, "probe will not start");
        return CT_ERROR;
    }
    mine->pool = worker->pool;
    *state = mine;
    return CT_OK;
}


static void
worker_exit(ct_worker_t *worker, void *data)
{
    const probe_state_t *state = data;

    CT_LOG(worker->log, CT_LOG_NOTICE, 0,
           "probe: worker_exit after connected %d closed %d leaving %d",
           state->connected, state->closed, state->leaving);
}


static void
leaving(ct_worker_t *worker, void *data)
{
    probe_state_t *state = data;

    (void) worker;
    state->leaving++;
}


static ct_rc_t
connected(ct_conn_t *conn, void *data)
{
    probe_state_t *state = data;

    (void) conn;
    state->connected++;
    return CT_OK;
}


static void
closed(ct_conn_t *conn, void *data)
{
    probe_state_t *state = data;

    (void) conn;
    state->closed++;
}


static ct_rc_t
before_call(ct_call_t *call, void *data)
{
    const probe_conf_t *conf = call->conf;
    probe_state_t      *state = data;

    state->before++;
    if (call->service != NULL && call->state == data && conf->deny) {
        return ct_call_fail_as(call, CT_APP_UNKNOWN, "denied by probe");
    }
    return CT_OK;
}


static void
after_call(ct_call_t *call, void *data)
{
    probe_state_t *state = data;

    (void) call;
    state->after++;
}


static void
decode_failed(ct_conn_t *conn, const char *c_why, void *data)
{
    probe_state_t *state = data;

    (void) conn;
    (void) c_why;
    state->decode_failed++;
}


static void
workers_changed(ct_cycle_t *cycle, unsigned n, unsigned before)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "probe: workers %u, were %u", n,
           before);
}


static const probe_probe_ops_t probe_ops = {
    .who = who,
    .echo = echo,
    .tree = tree,
    .add = add,
    .texts = texts,
    .nothing = nothing,
    .no_result = no_result,
    .bad_result = bad_result,
    .refuse = refuse,
    .fail = fail,
    .fail_silently = fail_silently,
    .note = note,
    .notes = notes,
    .early = early,
    .later = later,
    .spin = spin,
    .hang = hold_up_the_loop,
    .crash = crash,
    .hooks = hooks,
    .denied = denied,
    .peer = peer,
    .variable = variable,
    .header = header,
    .toil = toil,
    .hoard = hoard,
    .say = say,
    .trace = trace,
    .relay = relay,
};

static const probe_base_ops_t base_ops = { .who = who };

static const ct_binding_t probe_services[] = {
    PROBE_PROBE(&probe_ops),
    PROBE_BASE(&base_ops),
    { NULL, NULL },
};

static const ct_directive_t probe_directives[] = {
    { "probe_crash_configured", CT_IN_MAIN,
      CT_CONF_FLAG(probe_conf_t, crash_configured, "off") },
    { "probe_fail_configured", CT_IN_MAIN,
      CT_CONF_FLAG(probe_conf_t, fail_configured, "off") },
    { "probe_fail_worker_init", CT_IN_MAIN,
      CT_CONF_FLAG(probe_conf_t, fail_worker_init, "off") },
    { "probe_slow_start", CT_IN_MAIN,
      CT_CONF_MS(probe_conf_t, slow_start_ms, "0") },
    { "probe_stumble", CT_IN_MAIN, CT_CONF_STR(probe_conf_t, stumble, NULL) },
    { "probe_hold", CT_IN_MAIN, CT_CONF_STR(probe_conf_t, hold, NULL) },
    { "probe_deny", CT_IN_METHOD, CT_CONF_FLAG(probe_conf_t, deny, "off") },
    { "probe_name", CT_IN_ANY_THRIFT,
      CT_CONF_STR(probe_conf_t, name, "probe") },
    { NULL, 0, NULL, 0, NULL },
};

const ct_module_t probe_module = {
    .abi = CT_MODULE_ABI,
    .name = "probe",
    .conf_size = sizeof(probe_conf_t),
    .directives = probe_directives,
    .services = probe_services,
    .configured = configured,
    .workers_changed = workers_changed,
    .worker_init = worker_init,
    .leaving = leaving,
    .worker_exit = worker_exit,
    .connected = connected,
    .closed = closed,
    .before_call = before_call,
    .after_call = after_call,
    .decode_failed = decode_failed,
};
