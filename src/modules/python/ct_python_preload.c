/*
 * ct_python_preload.c -- applications that are imported before workers are
 * forked.
 *
 * process                    | event          | function | the interpreter
 * ---------------------------+----------------+----------+------------------
 * the master, at its start   | master_init    | _start   | starts, imports
 * the master, at a reload    | master_init    | _start   | imports what is new
 * the master, outside of it  | any fork       | on_fork  | held while it forks
 * a child                    | the fork       | on_child | one thread is left
 * a worker, or a child that  | its host is    | _adopt   | is its own: forks
 * describes an application   | made           |          | are Python's affair
 *
 * In the master nothing runs but imports and what an application has asked for
 * around forks (os.register_at_fork).  What an import does to the process,
 * its directory and the handlers of its signals, is taken back: the master
 * needs its own.
 *
 * Each reload loads a new copy of the module (core/ct_dso.h).  Functions of
 * the copy that has started the interpreter are in the interpreter for good,
 * so that copy is never unloaded, and a later one finds what it has made by a
 * capsule in Python's `sys`.  The two share ct_python_host_t and the text of
 * ct_python_runtime.py: so they must be copies of one file.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_preload.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_file.h"

#include "modules/python/ct_python_frames.h"
#include "modules/python/ct_python_native.h"

/* Of the capsule, and of the name in `sys` that holds it. */
#define CAPSULE "_cthrift_preload"

/* The module is some 200 KB. */
#define MAX_SIZE (64 * 1024 * 1024)

extern char **environ;

/*
 * Invariant: host is the first thread's of `owner`, and outside, unless an
 * import is under way.
 */
typedef struct preload_s {
    uint64_t         build; /* of the copy that has made it */
    ct_python_host_t host;
    ct_log_t         quiet; /* where nobody has a log to write to */
    char             home[PATH_MAX];
    pthread_t        main;
    pid_t            owner;   /* whose forks are seen to; 0: nobody's */
    bool             forking; /* this process, now */
} preload_t;

/* Rule 30: who is called at a fork has no argument.  Of the first copy. */
static preload_t *preload_forked;


/* What a number of signals do, and where this process is. */
typedef struct surroundings_s {
    struct sigaction actions[NSIG];
    stack_t          stack;
    int              directory; /* a descriptor, or -1 */
} surroundings_t;


/* The one of this process, whichever copy has made it; or NULL. */
static preload_t *
preload_find(void)
{
    preload_t       *found = NULL;
    PyGILState_STATE lock;
    PyObject        *capsule;

    if (!Py_IsInitialized()) {
        return NULL;
    }
    lock = PyGILState_Ensure();
    capsule = PySys_GetObject(CAPSULE);
    if (capsule != NULL) {
        found = PyCapsule_GetPointer(capsule, CAPSULE);
    }
    PyGILState_Release(lock);
    return found;
}


/* The file that this code has been loaded from. */
static const char *
own_file(void)
{
    Dl_info info;

    return dladdr((const void *) &python_module, &info) != 0 ? info.dli_fname
                                                             : "";
}


/* A number of its bytes: FNV-1a.  0: it cannot be read. */
static uint64_t
own_build(void)
{
    ct_pool_t *scratch = ct_pool_create(0);
    uint64_t   hash = 0xcbf29ce484222325;
    ct_str_t   text = CT_STR_NONE;

    if (ct_file_read(scratch, own_file(), MAX_SIZE, &text) != CT_OK) {
        hash = 0;
    }
    for (size_t i = 0; i < text.len; i++) {
        hash = (hash ^ (uint8_t) text.data[i]) * 0x100000001b3;
    }
    ct_pool_destroy(scratch);
    return hash;
}


/* ---- Forks. */

static bool
is_ours(const preload_t *preload)
{
    return preload != NULL && preload->owner == getpid()
           && pthread_equal(preload->main, pthread_self())
           && preload->host.first.place == CT_PYTHON_OUTSIDE;
}


static void
on_fork(void)
{
    if (is_ours(preload_forked)) {
        PyEval_RestoreThread(preload_forked->host.first.state);
        PyOS_BeforeFork();
        preload_forked->forking = true;
    }
}


static void
on_parent(void)
{
    if (preload_forked != NULL && preload_forked->forking) {
        preload_forked->forking = false;
        PyOS_AfterFork_Parent();
        preload_forked->host.first.state = PyEval_SaveThread();
    }
}


static void
on_child(void)
{
    if (preload_forked != NULL && preload_forked->forking) {
        preload_forked->forking = false;
        preload_forked->owner = getpid();
        PyOS_AfterFork_Child();
        preload_forked->host.first.state = PyEval_SaveThread();
    }
}


/* ---- Starting. */

/* This copy stays: its functions are the interpreter's. */
static ct_rc_t
copy_pin(const ct_log_t *log)
{
    if (dlopen(own_file(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE) == NULL) {
        CT_LOG(log, CT_LOG_EMERG, 0, "cannot keep module python: %s",
               dlerror());
        return CT_ERROR;
    }
    return CT_OK;
}


static ct_rc_t
preload_publish(preload_t *preload)
{
    PyObject *capsule;
    ct_rc_t   rc = CT_ERROR;

    ct_python_enter(&preload->host, NULL);
    capsule = PyCapsule_New(preload, CAPSULE, NULL);
    if (capsule != NULL && PySys_SetObject(CAPSULE, capsule) == 0) {
        rc = CT_OK;
    }
    Py_XDECREF(capsule);
    PyErr_Clear();
    ct_python_leave(&preload->host);
    return rc;
}


/* NULL, logged. */
static preload_t *
preload_create(const ct_cycle_t *cycle)
{
    const ct_python_conf_t *of_main = ct_python_conf_main(cycle);
    preload_t              *preload = PyMem_RawCalloc(1, sizeof(*preload));

    if (preload == NULL) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, 0, "no memory for Python");
        return NULL;
    }
    if (copy_pin(&cycle->log) != CT_OK) {
        return NULL;
    }
    preload->build = own_build();
    preload->main = pthread_self();
    ct_log_init(&preload->quiet);
    (void) snprintf(preload->home, sizeof(preload->home), "%.*s",
                    CT_STR_ARG(of_main->home));
    if (ct_python_host_init(&preload->host, cycle, cycle->pool, &cycle->log)
        != CT_OK) {
        return NULL;
    }
    if (preload_publish(preload) != CT_OK) {
        CT_LOG(&cycle->log, CT_LOG_EMERG, 0, "cannot keep Python for workers");
        return NULL;
    }
    preload_forked = preload;
    (void) pthread_atfork(on_fork, on_parent, on_child);
    return preload;
}


static void
surroundings_keep(surroundings_t *kept)
{
    for (int sig = 1; sig < NSIG; sig++) {
        (void) sigaction(sig, NULL, &kept->actions[sig]);
    }
    (void) sigaltstack(NULL, &kept->stack);
    kept->directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}


static void
surroundings_restore(const surroundings_t *kept, const ct_log_t *log)
{
    for (int sig = 1; sig < NSIG; sig++) {
        (void) sigaction(sig, &kept->actions[sig], NULL);
    }
    (void) sigaltstack(&kept->stack, NULL);
    if (kept->directory == -1) {
        return;
    }
    if (fchdir(kept->directory) == -1) {
        CT_LOG(log, CT_LOG_WARN, errno,
               "cannot return to the directory that "
               "the master was in");
    }
    (void) close(kept->directory);
}


/*
 * What there is now will be shared with all that are forked: the collector
 * need not look at it any more, and write into it.
 */
static void
import_settle(ct_python_host_t *host)
{
    PyObject *told;
    long      nthreads = 0;

    ct_python_enter(host, NULL);
    for (size_t i = 0; i < ct_python_conf_main(host->cycle)->offers->n; i++) {
        Py_XDECREF(host->serve[i]);
    }
    host->serve = NULL;
    told = PyObject_CallMethod(host->runtime, "preloaded", NULL);
    if (told != NULL) {
        nthreads = PyLong_AsLong(told);
    }
    Py_XDECREF(told);
    PyErr_Clear();
    ct_python_leave(host);
    if (nthreads > 0) {
        CT_LOG(host->log, CT_LOG_WARN, 0,
               "python_preload: the import has started %ld thread%s, which "
               "workers do not have",
               nthreads, nthreads == 1 ? "" : "s");
    }
}


/* Those that are there already are only looked up. */
static ct_rc_t
apps_import(preload_t *preload, const ct_cycle_t *cycle)
{
    ct_python_host_t *host = &preload->host;
    ct_rc_t           rc;

    preload->owner = 0;
    host->cycle = cycle;
    host->pool = cycle->pool;
    host->log = &cycle->log;
    rc = ct_python_host_import(host);
    if (rc == CT_OK) {
        import_settle(host);
    }
    host->serve = NULL;
    host->cycle = NULL;
    host->pool = NULL;
    host->log = &preload->quiet;
    preload->owner = getpid();
    return rc;
}


ct_rc_t
ct_python_preload_start(ct_cycle_t *cycle)
{
    preload_t     *preload = preload_find();
    surroundings_t kept;
    ct_rc_t        rc = CT_ERROR;

    if (!ct_python_conf_main(cycle)->preload) {
        return CT_OK;
    }
    if (preload != NULL) {
        CT_LOG(&cycle->log, CT_LOG_NOTICE, 0,
               "python_preload: what has been imported stays as it is, an "
               "upgrade brings new code");
    }
    surroundings_keep(&kept);
    if (preload == NULL) {
        preload = preload_create(cycle);
    }
    if (preload != NULL) {
        rc = apps_import(preload, cycle);
    }
    surroundings_restore(&kept, &cycle->log);
    return rc;
}


/* ---- Reading the file. */

ct_rc_t
ct_python_preload_check(const ct_conf_t *conf)
{
    const preload_t *preload = preload_find();
    const ct_str_t   home = ct_python_conf_main(conf->cycle)->home;

    if (preload == NULL) {
        return CT_OK;
    }
    if (preload->build != own_build()) {
        return ct_conf_error(conf, "module python is another by now, and an "
                                   "interpreter of python_preload cannot be "
                                   "changed by a reload: upgrade");
    }
    if (!ct_str_eq_c(home, preload->home)) {
        return ct_conf_error(conf, "python_home is another, and an interpreter "
                                   "of python_preload cannot be changed by a "
                                   "reload: upgrade");
    }
    return CT_OK;
}


ct_rc_t
ct_python_preload_configured(ct_cycle_t *cycle)
{
    const ct_python_conf_t *of_main = ct_python_conf_main(cycle);
    const bool              is_there = preload_find() != NULL;
    const ct_conf_t         conf = { .cycle = cycle,
                                     .pool = cycle->pool,
                                     .log = &cycle->log,
                                     .block = cycle->main,
                                     .node = of_main->preload_node };

    if (of_main->preload && of_main->offers == NULL) {
        return ct_conf_error(&conf, "python_preload has no effect: no service "
                                    "has a python_app");
    }
    if (of_main->preload && !is_there && cycle->before != NULL) {
        return ct_conf_error(&conf, "python_preload cannot be switched on by a "
                                    "reload: upgrade");
    }
    if (!of_main->preload && is_there && of_main->offers != NULL) {
        return ct_conf_error(&conf, "python_preload cannot be switched off by "
                                    "a reload: upgrade");
    }
    return CT_OK;
}


/* ---- In a child. */

/* Of this process, whose `env` may be another than at the start. */
static PyObject *
environ_list(void)
{
    PyObject *list = PyList_New(0);

    for (char **entry = environ; list != NULL && *entry != NULL; entry++) {
        PyObject *text = PyBytes_FromString(*entry);

        if (text == NULL || PyList_Append(list, text) == -1) {
            Py_CLEAR(list);
        }
        Py_XDECREF(text);
    }
    return list;
}


/* Inside. */
static ct_rc_t
adopt_inside(ct_python_host_t *host)
{
    PyObject *entries = environ_list();
    PyObject *done = NULL;
    ct_rc_t   rc = CT_ERROR;

    if (entries != NULL && ct_python_native_adopt(host) == CT_OK) {
        done = PyObject_CallMethod(host->runtime, "adopted", "Ol", entries,
                                   ct_python_native_level(host->log));
    }
    if (done != NULL) {
        rc = ct_python_frames_init(&host->frames);
    }
    Py_XDECREF(done);
    Py_XDECREF(entries);
    return rc;
}


ct_rc_t
ct_python_preload_adopt(ct_python_host_t *host, const ct_cycle_t *cycle,
                        ct_pool_t *pool, const ct_log_t *log)
{
    preload_t *preload = preload_find();
    ct_rc_t    rc;

    if (preload == NULL) {
        return CT_DECLINED;
    }
    preload->owner = 0;
    *host = preload->host;
    host->cycle = cycle;
    host->pool = pool;
    host->log = log;
    (void) pthread_setspecific(host->key, &host->first);
    ct_python_enter(host, NULL);
    rc = adopt_inside(host);
    if (rc != CT_OK) {
        PyErr_Print();
        CT_LOG(log, CT_LOG_EMERG, 0, "cannot go on with the master's Python");
    }
    ct_python_leave(host);
    return rc;
}
