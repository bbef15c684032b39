/*
 * ct_python_helper.c -- the process beside the master in which gunicorn's
 * hooks of the server run, and services are registered.
 *
 * The master writes events, one JSON text a message, and never waits for room:
 * what a helper that is busy cannot take is told of and lost.  It waits for an
 * answer, python_hook_timeout at the most, where it has to: for on_starting,
 * which workers must find done; for the last words; and where another helper
 * takes its place, which would find the names in the registry taken.
 *
 * A reload reads a new generation while the old one serves, and may come to
 * nothing.  So the helper is the old one's until its cycle is destroyed; a new
 * cycle that wants the same one has a descriptor of its own by then:
 *
 * what happens                | done by         | the helper
 * ----------------------------+-----------------+---------------------------
 * a new one is read           | _find           | is noted in it
 * it begins, of the same kind | _start          | is held by both, joined
 * it begins, of another kind  | _start          | a new one is made
 * it fails                    | on_cycle_end    | is held by the old one
 * the old one is destroyed    | on_cycle_end    | joined: is held by the new
 *                             |                 | one; else it leaves
 * the new one serves          | _serving        | reads the file again
 *
 * The two may be of two builds of this module, hence the number in the tie.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_siphash.h"

#include "modules/python/ct_python_event.h"
#include "modules/python/ct_python_fork.h"
#include "modules/python/ct_python_hooks.h"
#include "modules/python/ct_python_host.h"

/* Of ct_python_tie_t and of the messages; another one is not understood. */
#define TIE_VERSION 0x43540001

/* One that dies younger than this is not replaced before the next reload. */
#define QUICK_MS 1000

/* What a helper is forked with. */
typedef struct birth_s {
    int   fd;        /* its own end */
    int   master_fd; /* and the other one, which is not for it */
    pid_t master;
} birth_t;


static ct_python_conf_t *
conf_of(ct_cycle_t *cycle)
{
    return ct_cycle_conf(cycle, &python_module);
}


/*
 * ct_helper_t.run.  Threads of Python may be at work until the process has
 * ended, behind this function's return too: they know the host.
 */
static int
run(ct_cycle_t *cycle, void *data)
{
    const birth_t          *birth = data;
    const ct_python_conf_t *of_main = conf_of(cycle);
    ct_python_host_t       *host = ct_pool_zalloc(cycle->pool, sizeof(*host));
    PyObject               *module;
    PyObject               *done = NULL;

    (void) close(birth->master_fd);
    if (ct_python_host_init(host, cycle, cycle->pool, &cycle->log) != CT_OK) {
        return 1;
    }
    host->follows_logs = true;
    ct_python_fork_worker(host);
    ct_python_enter(host, NULL);
    module = ct_python_hooks_module();
    if (module != NULL) {
        done = PyObject_CallMethod(module, "serve_master", "iid", birth->fd,
                                   (int) birth->master,
                                   (double) of_main->hook_timeout_ms / 1000);
    }
    if (done == NULL) {
        const ct_str_t why = ct_python_host_error(host, cycle->pool);

        CT_LOG(&cycle->log, CT_LOG_ERR, 0, "python hooks: %.*s",
               CT_STR_ARG(why));
    }
    ct_python_leave(host);
    if (done != NULL) {
        ct_python_host_end(host);
    }
    return done != NULL ? 0 : 1;
}


/* What a helper cannot change any more: the process and the interpreter. */
static uint64_t
kind_of(const ct_cycle_t *cycle)
{
    static const ct_siphash_key_t key = { 0, 0 };
    const ct_python_conf_t       *of_main = ct_python_conf_main(cycle);

    return cycle->helper_kind ^ ct_siphash(&key, of_main->home);
}


static bool
has_helper(ct_cycle_t *cycle)
{
    const ct_python_tie_t *tie = &conf_of(cycle)->tie;

    return tie->fd > 0 && tie->master == getpid();
}


static void
serving_send(ct_cycle_t *cycle, const char *c_hook, bool is_again)
{
    json_t *event = ct_python_event_of_file(cycle, "serving");

    (void) json_object_set_new(event, "ports", ct_python_event_ports(cycle));
    (void) json_object_set_new(event, "again", json_boolean(is_again));
    (void) json_object_set_new(
        event, "hook", c_hook != NULL ? json_string(c_hook) : json_null());
    ct_python_event_send(cycle, event);
}


static void
tie_close(ct_python_tie_t *tie)
{
    (void) close(tie->fd);
    tie->fd = -1;
    tie->pid = 0;
}


/* The last that the cycle does; see the table above. */
static void
on_cycle_end(void *data)
{
    ct_cycle_t      *cycle = data;
    ct_python_tie_t *tie = &conf_of(cycle)->tie;

    if (tie->before != NULL) {
        tie->before->after = NULL;
    }
    if (tie->after != NULL) {
        tie->after->before = NULL;
    }
    if (!has_helper(cycle)) {
        return;
    }
    if (tie->after == NULL && tie->before == NULL) {
        (void) ct_python_event_ask(cycle, ct_python_event_create("leave"),
                                   "its leaving");
        (void) shutdown(tie->fd, SHUT_RDWR);
    }
    tie_close(tie);
}


static ct_rc_t
helper_fork(ct_cycle_t *cycle)
{
    ct_python_tie_t  *tie = &conf_of(cycle)->tie;
    int               fds[2];
    birth_t           birth = { .master = getpid() };
    const ct_helper_t helper = { "python hooks", run, &birth };

    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) == -1) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, errno,
               "cannot make a socket for python hooks");
        return CT_ERROR;
    }
    (void) ct_file_set_cloexec(fds[0], true);
    (void) ct_file_set_cloexec(fds[1], true);
    birth.fd = fds[1];
    birth.master_fd = fds[0];
    tie->fd = fds[0];
    tie->master = birth.master;
    tie->started_ms = ct_python_event_ms();
    tie->pid = cycle->fork_helper(cycle, &helper, cycle->fork_data);
    (void) close(fds[1]);
    if (tie->pid == -1) {
        tie_close(tie);
        return CT_ERROR;
    }
    return CT_OK;
}


static json_t *
begin_event(ct_cycle_t *cycle, bool is_first)
{
    json_t *event = ct_python_event_of_file(cycle, "begin");

    (void) json_object_set_new(event, "first", json_boolean(is_first));
    return event;
}


/* One that cannot read the file refuses the generation. */
static ct_rc_t
helper_begin(ct_cycle_t *cycle)
{
    const bool is_first = !conf_of(cycle)->tie.is_reload;

    if (helper_fork(cycle) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_python_event_ask(cycle, begin_event(cycle, is_first), "their start")
        == CT_ERROR) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, 0,
               "the process of python hooks has ended in its start");
        return CT_ERROR;
    }
    return CT_OK;
}


void
ct_python_helper_find(ct_cycle_t *cycle)
{
    ct_python_tie_t *tie = &conf_of(cycle)->tie;

    tie->version = TIE_VERSION;
    tie->fd = -1;
    tie->is_reload = cycle->before != NULL;
    for (size_t i = 0; cycle->before != NULL && i < cycle->before->modules.n;
         i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(&cycle->before->modules, i);
        ct_python_conf_t *conf = NULL;

        if (strcmp(module->name, python_module.name) == 0) {
            conf = ct_cycle_conf(cycle->before, module);
        }
        if (conf != NULL && conf->tie.version == TIE_VERSION
            && conf->tie.master == getpid()) {
            tie->before = &conf->tie;
        }
    }
}


/* Holds the helper of the generation before together with it. */
static ct_rc_t
helper_join(ct_cycle_t *cycle)
{
    ct_python_tie_t *tie = &conf_of(cycle)->tie;

    tie->fd = fcntl(tie->before->fd, F_DUPFD_CLOEXEC, 3);
    if (tie->fd == -1) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, errno,
               "cannot have a descriptor for python hooks");
        return CT_ERROR;
    }
    tie->pid = tie->before->pid;
    tie->master = getpid();
    tie->started_ms = tie->before->started_ms;
    tie->is_joined = true;
    tie->before->after = tie;
    return CT_OK;
}


/* `master_process off`: hooks are missed, a registration would be. */
static ct_rc_t
no_master(const ct_cycle_t *cycle)
{
    if (ct_python_conf_main(cycle)->registrar.len != 0) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, 0,
               "python_service_register needs a master, and there is none "
               "(master_process off)");
        return CT_ERROR;
    }
    CT_LOG(&cycle->log, CT_LOG_WARN, 0,
           "python_config: hooks of the server are not run without a master "
           "(master_process off)");
    return CT_OK;
}


ct_rc_t
ct_python_helper_start(ct_cycle_t *cycle)
{
    const ct_python_conf_t *of_main = conf_of(cycle);
    ct_python_tie_t        *tie = &conf_of(cycle)->tie;

    tie->kind = kind_of(cycle);
    if (!of_main->needs_helper) {
        tie->before = NULL;
        return CT_OK;
    }
    if (cycle->fork_helper == NULL) {
        return no_master(cycle);
    }
    ct_pool_cleanup_add(cycle->pool, on_cycle_end, cycle);
    if (tie->before != NULL && tie->before->fd > 0
        && tie->before->kind == tie->kind) {
        return helper_join(cycle);
    }
    tie->before = NULL;
    return helper_begin(cycle);
}


void
ct_python_helper_workers(ct_cycle_t *cycle, unsigned n, unsigned before)
{
    if (has_helper(cycle)) {
        ct_python_event_send(cycle,
                             json_pack("{s:s, s:i, s:i, s:i}", "event",
                                       "workers", "answer", CT_PYTHON_NO_ANSWER,
                                       "n", (int) n, "before", (int) before));
    }
}


void
ct_python_helper_worker_started(ct_cycle_t *cycle, unsigned id, pid_t pid)
{
    if (has_helper(cycle)) {
        ct_python_event_send(cycle,
                             json_pack("{s:s, s:i, s:i, s:i}", "event",
                                       "forked", "answer", CT_PYTHON_NO_ANSWER,
                                       "id", (int) id, "pid", (int) pid));
    }
}


void
ct_python_helper_worker_ended(ct_cycle_t *cycle, unsigned id, pid_t pid,
                              int status)
{
    if (has_helper(cycle)) {
        ct_python_event_send(
            cycle, json_pack("{s:s, s:i, s:i, s:i, s:i}", "event", "ended",
                             "answer", CT_PYTHON_NO_ANSWER, "id", (int) id,
                             "pid", (int) pid, "status", status));
    }
}


/* A reload is under way, and its generation holds the one that has ended. */
static void
helper_pass_on(const ct_python_tie_t *tie, ct_python_tie_t *after)
{
    (void) close(after->fd);
    after->fd = fcntl(tie->fd, F_DUPFD_CLOEXEC, 3);
    after->pid = tie->pid;
    after->started_ms = tie->started_ms;
}


/* In the same state, but for hooks that have had their moment. */
static void
helper_replace(ct_cycle_t *cycle)
{
    const ct_python_conf_t *of_main = conf_of(cycle);

    if (helper_fork(cycle) != CT_OK) {
        return;
    }
    ct_python_event_send(cycle, begin_event(cycle, false));
    if (of_main->is_serving) {
        serving_send(cycle, NULL, false);
    }
    if (of_main->tie.after != NULL) {
        helper_pass_on(&of_main->tie, of_main->tie.after);
    }
}


/* Without it nothing would be kept in a registry that asks for signs of life.
 */
void
ct_python_helper_process_ended(ct_cycle_t *cycle, pid_t pid, int status)
{
    ct_python_tie_t *tie = &conf_of(cycle)->tie;
    const bool is_quick = ct_python_event_ms() - tie->started_ms < QUICK_MS;

    if (!has_helper(cycle) || pid != tie->pid) {
        return;
    }
    tie_close(tie);
    CT_LOG(&cycle->log, CT_LOG_CRIT, 0,
           "the process of python hooks has ended, status %d%s", status,
           is_quick ? ", too soon to be replaced before a reload" : "");
    if (!is_quick) {
        helper_replace(cycle);
    }
}


void
ct_python_helper_serving(ct_cycle_t *cycle)
{
    ct_python_conf_t      *of_main = conf_of(cycle);
    const ct_python_tie_t *tie = &of_main->tie;

    of_main->is_serving = true;
    if (has_helper(cycle)) {
        serving_send(cycle, tie->is_reload ? "on_reload" : "when_ready",
                     tie->is_joined);
    }
}


void
ct_python_helper_upgrading(ct_cycle_t *cycle)
{
    if (has_helper(cycle)) {
        ct_python_event_send(cycle, ct_python_event_create("upgrading"));
    }
}


void
ct_python_helper_retiring(ct_cycle_t *cycle)
{
    conf_of(cycle)->is_serving = false;
    if (has_helper(cycle)) {
        (void) ct_python_event_ask(cycle, ct_python_event_create("retiring"),
                                   "the deregistration");
    }
}


/* Its end of the socket is closed by its end. */
static void
helper_reap(ct_cycle_t *cycle, uint64_t patience_ms)
{
    ct_python_tie_t *tie = &conf_of(cycle)->tie;

    if (ct_python_event_end(tie, patience_ms) != CT_ERROR) {
        CT_LOG(&cycle->log, CT_LOG_WARN, 0,
               "the process of python hooks does not end, and is killed");
        (void) kill(tie->pid, SIGKILL);
    }
    while (waitpid(tie->pid, NULL, 0) == -1 && errno == EINTR) {
    }
}


void
ct_python_helper_exit(ct_cycle_t *cycle)
{
    const uint64_t timeout_ms = conf_of(cycle)->hook_timeout_ms;
    ct_rc_t        rc;

    if (has_helper(cycle)) {
        rc = ct_python_event_ask(cycle, ct_python_event_create("exit"),
                                 "on_exit");
        helper_reap(cycle, rc == CT_AGAIN ? 0 : timeout_ms);
        tie_close(&conf_of(cycle)->tie);
    }
}
