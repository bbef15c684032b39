/*
 * hooks_module.c -- every hook of a module, each with a line in the log.
 *
 * The hooks stand in the order in which a server that starts, serves one
 * connection with one call, and quits comes to them.
 */

#include <cthrift.h>

#include <string.h>
#include <unistd.h>

typedef struct {
    ct_str_t label; /* "" where it is not set */
} hooks_conf_t;

/* What one worker keeps. */
typedef struct {
    ct_log_t *log;
    unsigned  id;
    unsigned  ncalls;
} hooks_state_t;

extern const ct_module_t hooks_module;


/* Trial child of a reload, and then the master. */
static ct_rc_t
configured(ct_cycle_t *cycle)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "hooks: configured: generation %u",
           cycle->generation);
    return CT_OK;
}


/* Master, before it forks workers of this generation. */
static ct_rc_t
master_init(ct_cycle_t *cycle)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "hooks: master_init");
    return CT_OK;
}


/* Master. */
static void
workers_changed(ct_cycle_t *cycle, unsigned n, unsigned before)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "hooks: workers_changed: %u, was %u",
           n, before);
}


/* Master. */
static void
worker_started(ct_cycle_t *cycle, unsigned id, pid_t pid)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0,
           "hooks: worker_started: worker %u, %ld", id, (long) pid);
}


/* Worker.  The state belongs to the worker's pool and needs no end. */
static ct_rc_t
worker_init(ct_worker_t *worker, void **state)
{
    hooks_state_t *made = ct_pool_zalloc(worker->pool, sizeof(*made));

    made->log = worker->log;
    made->id = worker->id;
    *state = made;
    CT_LOG(worker->log, CT_LOG_NOTICE, 0, "hooks: worker_init: worker %u",
           worker->id);
    return CT_OK;
}


/* Master: a good time to tell a registry where we are. */
static void
serving(ct_cycle_t *cycle)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "hooks: serving: generation %u",
           cycle->generation);
}


/* Worker.  CT_ERROR would close the connection. */
static ct_rc_t
connected(ct_conn_t *conn, void *data)
{
    const hooks_state_t *state = data;
    const hooks_conf_t  *conf = ct_hook_conf(conn, &hooks_module);

    CT_LOG(state->log, CT_LOG_NOTICE, 0, "hooks: connected: label '%.*s'",
           CT_STR_ARG(conf->label));
    return CT_OK;
}


/* Worker.  CT_ERROR would refuse the call. */
static ct_rc_t
before_call(ct_call_t *call, void *data CT_UNUSED)
{
    CT_LOG(call->log, CT_LOG_NOTICE, 0, "hooks: before_call: %s",
           call->method->name);
    return CT_OK;
}


/* Worker. */
static void
after_call(ct_call_t *call, void *data)
{
    hooks_state_t *state = data;

    state->ncalls++;
    CT_LOG(call->log, CT_LOG_NOTICE, 0, "hooks: after_call: %s",
           call->method->name);
}


/* Worker.  Of a message that nobody could serve too: it has no method then. */
static void
call_ended(ct_call_t *call, void *data CT_UNUSED)
{
    CT_LOG(call->log, CT_LOG_NOTICE, 0, "hooks: call_ended: %s",
           call->method != NULL ? call->method->name : "-");
}


/* Worker.  `c_why` is one line and safe to print. */
static void
decode_failed(ct_conn_t *conn CT_UNUSED, const char *c_why, void *data)
{
    const hooks_state_t *state = data;

    CT_LOG(state->log, CT_LOG_NOTICE, 0, "hooks: decode_failed: %s", c_why);
}


/* Worker. */
static void
closed(ct_conn_t *conn CT_UNUSED, void *data)
{
    const hooks_state_t *state = data;

    CT_LOG(state->log, CT_LOG_NOTICE, 0, "hooks: closed");
}


/* Worker: it serves what it has, and takes nothing new. */
static void
leaving(ct_worker_t *worker, void *data CT_UNUSED)
{
    CT_LOG(worker->log, CT_LOG_NOTICE, 0, "hooks: leaving: worker %u%s",
           worker->id, worker->quitting ? ", the server ends" : "");
}


/* Worker: what was held back for a log would be written here. */
static void
reopening(ct_worker_t *worker, void *data CT_UNUSED)
{
    CT_LOG(worker->log, CT_LOG_NOTICE, 0, "hooks: reopening: worker %u",
           worker->id);
}


/* Worker. */
static void
worker_exit(ct_worker_t *worker, void *data)
{
    const hooks_state_t *state = data;

    CT_LOG(worker->log, CT_LOG_NOTICE, 0,
           "hooks: worker_exit: worker %u, %u calls", state->id, state->ncalls);
}


/* Worker, in a signal handler: no CT_LOG, no memory, nothing but write(2). */
static void
aborted(ct_worker_t *worker CT_UNUSED, void *data CT_UNUSED)
{
    static const char words[] = "hooks: aborted\n";

    if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0) {
        return; /* there is nobody left to tell */
    }
}


/* Worker, in a signal handler too. */
static void
reported(ct_worker_t *worker CT_UNUSED, void *data CT_UNUSED, int fd,
         bool ending)
{
    static const char words[] = "hooks: reported\n";

    if (!ending && write(fd, words, sizeof(words) - 1) < 0) {
        return; /* it does not fit */
    }
}


/* Master. */
static void
worker_ended(ct_cycle_t *cycle, unsigned id, pid_t pid, int status)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0,
           "hooks: worker_ended: worker %u, %ld, status %d", id, (long) pid,
           status);
}


/* Master: a child that no module here has forked. */
static void
process_ended(ct_cycle_t *cycle, pid_t pid, int status)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0,
           "hooks: process_ended: %ld, status %d", (long) pid, status);
}


/* Master: another binary comes beside this one. */
static void
upgrading(ct_cycle_t *cycle)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "hooks: upgrading");
}


/* Master: a good time to take our name out of a registry. */
static void
retiring(ct_cycle_t *cycle)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "hooks: retiring");
}


/* Master. */
static void
master_exit(ct_cycle_t *cycle)
{
    CT_LOG(&cycle->log, CT_LOG_NOTICE, 0, "hooks: master_exit");
}


static const ct_directive_t hooks_directives[] = {
    { "hooks_label", CT_IN_THRIFT | CT_IN_SERVER,
      CT_CONF_STR(hooks_conf_t, label, "") },
    { NULL, 0, NULL, 0, NULL },
};

const ct_module_t hooks_module = {
    .abi = CT_MODULE_ABI,
    .name = "hooks",
    .conf_size = sizeof(hooks_conf_t),
    .directives = hooks_directives,
    .configured = configured,
    .master_init = master_init,
    .workers_changed = workers_changed,
    .serving = serving,
    .worker_started = worker_started,
    .worker_ended = worker_ended,
    .process_ended = process_ended,
    .upgrading = upgrading,
    .retiring = retiring,
    .master_exit = master_exit,
    .worker_init = worker_init,
    .leaving = leaving,
    .reopening = reopening,
    .worker_exit = worker_exit,
    .aborted = aborted,
    .reported = reported,
    .connected = connected,
    .closed = closed,
    .before_call = before_call,
    .after_call = after_call,
    .call_ended = call_ended,
    .decode_failed = decode_failed,
};
