/*
 * ct_python_host.c -- the interpreter of a process, and who is inside.
 *
 * It is started here, or was inherited from the master (ct_python_preload.c).
 * It is never ended: threads of the application may be anywhere in it, and
 * the process is about to go.  What an application has asked to run at the end
 * is run.
 *
 * A thread of a pool that comes in for the first time gets a thread state,
 * which it keeps: threading.local() is of the thread, not of the call.
 *
 * Extension modules of Debian's Python, and of wheels, find the interpreter's
 * functions among the process's global symbols.  Ours are not: load_module
 * keeps modules to themselves.  So the library is opened once more, for all.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "modules/python/ct_python_apache.h"
#include "modules/python/ct_python_fork.h"
#include "modules/python/ct_python_frames.h"
#include "modules/python/ct_python_native.h"
#include "modules/python/ct_python_peer.h"
#include "modules/python/ct_python_preload.h"
#include "modules/python/ct_python_runtime.h"
#include "modules/python/ct_python_task.h"

#define RUNTIME_NAME "_cthrift_runtime"
#define APACHE_NAME  "_cthrift_apache"


/*
 * Runs in a thread of a pool that ends.  If a handler has ended it, with C's
 * own means, its call would never be answered, and what its frames hold never
 * be let go: there is no way on from here.
 */
static void
thread_end(void *data)
{
    ct_python_thread_t *thread = data;

    if (thread->call != NULL) {
        CT_LOG(thread->call->log, CT_LOG_ALERT, 0,
               "python: the handler has ended its thread");
        _exit(1); /* With a stack that is unwound, abort() has no more words. */
    }
    if (!atomic_load(&thread->host->has_ended)) {
        PyEval_RestoreThread(thread->state);
        PyThreadState_Clear(thread->state);
        PyThreadState_DeleteCurrent();
    }
    PyMem_RawFree(thread);
}


static ct_rc_t
library_publish(const ct_log_t *log)
{
    Dl_info info;

    if (dladdr((const void *) &Py_IsInitialized, &info) == 0
        || dlopen(info.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD)
               == NULL) {
        const char *c_why = dlerror();

        CT_LOG(log, CT_LOG_EMERG, 0, "cannot open Python's library again: %s",
               c_why != NULL ? c_why : "it is in no shared object");
        return CT_ERROR;
    }
    return CT_OK;
}


static PyStatus
string_set(PyConfig *config, wchar_t **field, ct_str_t value)
{
    char text[PATH_MAX];

    (void) snprintf(text, sizeof(text), "%.*s", CT_STR_ARG(value));
    return PyConfig_SetBytesString(config, field, text);
}


/*
 * The interpreter takes itself for the program whose home it is to have: a
 * virtual environment is known by the place of its bin/python3.
 */
static PyStatus
program_set(PyConfig *config, const ct_python_conf_t *of_main, ct_pool_t *pool)
{
    ct_str_t program = CT_STR(CT_PYTHON_PROGRAM);
    PyStatus status;

    if (of_main->home.len != 0) {
        program =
            ct_str_printf(pool, "%.*s/bin/python3", CT_STR_ARG(of_main->home));
    }
    status = string_set(config, &config->program_name, program);
    if (PyStatus_Exception(status)) {
        return status;
    }
    return string_set(config, &config->executable, program);
}


static PyStatus
arguments_set(PyConfig *config, const ct_cycle_t *cycle)
{
    static const ct_str_t options[] = { CT_STR_INIT("cthrift"),
                                        CT_STR_INIT("-c") };
    wchar_t              *words[3] = { NULL, NULL, NULL };
    PyStatus              status = PyStatus_Ok();

    for (size_t i = 0; i < 3 && !PyStatus_Exception(status); i++) {
        status = string_set(config, &words[i],
                            i < 2 ? options[i] : cycle->conf_path);
    }
    if (!PyStatus_Exception(status)) {
        status = PyConfig_SetArgv(config, 3, words);
    }
    for (size_t i = 0; i < 3; i++) {
        PyMem_RawFree(words[i]);
    }
    return status;
}


/*
 * As `python3` would start: PYTHON... of the environment counts.  Signals are
 * the server's; what is printed is not held back, a crash would lose it.
 */
static PyStatus
interpreter_start(const ct_cycle_t *cycle)
{
    const ct_python_conf_t *of_main = ct_python_conf_main(cycle);
    ct_pool_t              *scratch = ct_pool_create(0);
    PyConfig                config;
    PyStatus                status;

    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0;
    config.parse_argv = 0;
    config.buffered_stdio = 0;
    status = program_set(&config, of_main, scratch);
    if (!PyStatus_Exception(status)) {
        status = arguments_set(&config, cycle);
    }
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    ct_pool_destroy(scratch);
    return status;
}


/* The text is compiled under no file's name: a traceback cannot quote it. */
PyObject *
ct_python_host_module(const char *c_name, const uint8_t *bytes, size_t len)
{
    char     *text = PyMem_RawMalloc(len + 1);
    PyObject *code = NULL;
    PyObject *module = NULL;

    if (text == NULL) {
        return PyErr_NoMemory();
    }
    memcpy(text, bytes, len);
    text[len] = '\0';
    code = Py_CompileString(text, "<cthrift>", Py_file_input);
    if (code != NULL) {
        module = PyImport_ExecCodeModule(c_name, code);
    }
    Py_XDECREF(code);
    PyMem_RawFree(text);
    return module;
}


/* The module that is kept, and another that it imports when it needs that. */
static PyObject *
runtime_make(void)
{
    PyObject *runtime = ct_python_host_module(RUNTIME_NAME, ct_python_runtime,
                                              ct_python_runtime_len);
    PyObject *apache =
        runtime == NULL ? NULL
                        : ct_python_host_module(APACHE_NAME, ct_python_apache,
                                                ct_python_apache_len);

    if (apache == NULL) {
        Py_CLEAR(runtime);
    }
    Py_XDECREF(apache);
    return runtime;
}


/* Inside, and the first time. */
static ct_rc_t
parts_make(ct_python_host_t *host)
{
    PyObject *native = ct_python_native_create(host);
    PyObject *done = NULL;

    if (native != NULL) {
        host->runtime = runtime_make();
    }
    if (host->runtime != NULL) {
        PyObject *write = PyObject_GetAttrString(native, "log");

        done = write == NULL
                   ? NULL
                   : PyObject_CallMethod(host->runtime, "log_into", "O", write);
        Py_XDECREF(write);
    }
    Py_XDECREF(native);
    if (done == NULL || ct_python_frames_init(&host->frames) != CT_OK) {
        PyErr_Print();
        CT_LOG(host->log, CT_LOG_EMERG, 0, "cannot prepare Python");
        Py_XDECREF(done);
        return CT_ERROR;
    }
    Py_DECREF(done);
    return CT_OK;
}


ct_rc_t
ct_python_host_init(ct_python_host_t *host, const ct_cycle_t *cycle,
                    ct_pool_t *pool, const ct_log_t *log)
{
    ct_rc_t  rc = ct_python_preload_adopt(host, cycle, pool, log);
    PyStatus status;

    if (rc != CT_DECLINED) {
        return rc;
    }
    memset(host, 0, sizeof(*host));
    host->cycle = cycle;
    host->pool = pool;
    host->log = log;
    if (library_publish(log) != CT_OK) {
        return CT_ERROR;
    }
    if (pthread_key_create(&host->key, thread_end) != 0) {
        CT_LOG(log, CT_LOG_EMERG, 0, "cannot have a key of threads");
        return CT_ERROR;
    }
    status = interpreter_start(cycle);
    if (PyStatus_Exception(status)) {
        CT_LOG(log, CT_LOG_EMERG, 0, "cannot start Python: %s",
               status.err_msg != NULL ? status.err_msg : "it has ended");
        return CT_ERROR;
    }
    host->interpreter = PyInterpreterState_Get();
    host->first.host = host;
    (void) pthread_setspecific(host->key, &host->first);
    rc = parts_make(host);
    host->first.state = PyEval_SaveThread();
    return rc;
}


/* Memory for it cannot be had from a pool: it may be a thread of any. */
static ct_python_thread_t *
thread_create(ct_python_host_t *host)
{
    ct_python_thread_t *thread = PyMem_RawCalloc(1, sizeof(*thread));

    if (thread != NULL) {
        thread->host = host;
        thread->state = PyThreadState_New(host->interpreter);
    }
    if (thread == NULL || thread->state == NULL
        || pthread_setspecific(host->key, thread) != 0) {
        CT_LOG(host->log, CT_LOG_EMERG, 0, "no memory for a thread of Python");
        _exit(1); /* Rule 26. */
    }
    ct_python_fork_thread();
    return thread;
}


void
ct_python_enter(ct_python_host_t *host, ct_call_t *call)
{
    ct_python_thread_t *thread = pthread_getspecific(host->key);

    if (thread == NULL) {
        thread = thread_create(host);
    }
    thread->call = call;
    thread->place = CT_PYTHON_ENTERING;
    atomic_fetch_add(&host->inside, 1);
    PyEval_RestoreThread(thread->state);
    thread->place = CT_PYTHON_INSIDE;
    ct_python_peer_sweep(host);
}


void
ct_python_leave(ct_python_host_t *host)
{
    ct_python_thread_t *thread = pthread_getspecific(host->key);

    thread->place = CT_PYTHON_OUTSIDE;
    thread->state = PyEval_SaveThread();
    atomic_fetch_sub(&host->inside, 1);
    thread->call = NULL;
}


ct_python_place_t
ct_python_host_place(const ct_python_host_t *host)
{
    const ct_python_thread_t *thread = pthread_getspecific(host->key);

    return thread != NULL ? (ct_python_place_t) thread->place
                          : CT_PYTHON_OUTSIDE;
}


ct_call_t *
ct_python_host_call(const ct_python_host_t *host)
{
    const ct_python_thread_t *thread = pthread_getspecific(host->key);

    if (host->hub != NULL) {
        return ct_python_task_call(host->hub);
    }
    return thread != NULL ? thread->call : NULL;
}


ct_rc_t
ct_python_host_use_gevent(ct_python_host_t *host)
{
    PyObject *done;

    ct_python_enter(host, NULL);
    done = PyObject_CallMethod(host->runtime, "use_gevent", NULL);
    if (done == NULL) {
        PyErr_Print();
    }
    Py_XDECREF(done);
    ct_python_leave(host);
    return done != NULL ? CT_OK : CT_ERROR;
}


PyObject *
ct_python_host_take(void)
{
    PyObject *type;
    PyObject *error;
    PyObject *traceback;

    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (error != NULL && traceback != NULL) {
        (void) PyException_SetTraceback(error, traceback);
    }
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return error;
}


/* A client's bytes may be in it: nothing of them moves a terminal's cursor. */
ct_str_t
ct_python_host_line(ct_pool_t *pool, const char *c_text)
{
    char *line = ct_str_dup_c(pool, ct_str_of(c_text));

    for (char *p = line; *p != '\0'; p++) {
        if ((unsigned char) *p < ' ' || *p == 0x7f) {
            *p = ' ';
        }
    }
    return ct_str_of(line);
}


ct_str_t
ct_python_host_error(ct_python_host_t *host, ct_pool_t *pool)
{
    PyObject   *error = ct_python_host_take();
    PyObject   *told = NULL;
    const char *c_told = NULL;
    ct_str_t    line;

    if (error != NULL) {
        told = PyObject_CallMethod(host->runtime, "told_of", "O", error);
    }
    if (told != NULL) {
        c_told = PyUnicode_AsUTF8(told);
    }
    line = ct_python_host_line(pool, c_told != NULL ? c_told
                                                    : "an unknown exception");
    PyErr_Clear();
    Py_XDECREF(told);
    Py_XDECREF(error);
    return line;
}


PyObject *
ct_python_host_list(const ct_conf_strs_t *strs)
{
    PyObject *list = PyList_New((Py_ssize_t) strs->n);

    for (size_t i = 0; list != NULL && i < strs->n; i++) {
        PyObject *text = PyUnicode_DecodeFSDefaultAndSize(
            strs->items[i].data, (Py_ssize_t) strs->items[i].len);

        if (text == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, (Py_ssize_t) i, text);
    }
    return list;
}


/*
 * runtime.FUNCTION(app, as_factory, paths, directory[, name]), a new
 * reference.
 */
static PyObject *
app_ask(ct_python_host_t *host, const ct_python_conf_t *own,
        const char *c_function, const char *c_name)
{
    PyObject *paths = ct_python_host_list(&own->path);
    PyObject *told = NULL;

    if (paths != NULL) {
        told = PyObject_CallMethod(
            host->runtime, c_function, c_name != NULL ? "s#OOs#s" : "s#OOs#",
            own->app.data, (Py_ssize_t) own->app.len,
            own->processor_as_factory ? Py_True : Py_False, paths,
            own->directory.len != 0 ? own->directory.data : "",
            (Py_ssize_t) own->directory.len, c_name);
    }
    Py_XDECREF(paths);
    return told;
}


PyObject *
ct_python_host_describe(ct_python_host_t *host, const void *own)
{
    return app_ask(host, own, "probe", NULL);
}


ct_rc_t
ct_python_host_ask(ct_python_host_t *host, ct_python_ask_fn ask,
                   const void *data, ct_pool_t *pool, ct_str_t *told)
{
    PyObject   *answer;
    const char *text = NULL;

    ct_python_enter(host, NULL);
    answer = ask(host, data);
    if (answer != NULL) {
        text = PyUnicode_AsUTF8(answer);
    }
    if (text == NULL) {
        PyErr_Print();
        ct_python_leave(host);
        return CT_ERROR;
    }
    *told = ct_str_printf(pool, "%s\n", text);
    Py_DECREF(answer);
    ct_python_leave(host);
    return CT_OK;
}


ct_rc_t
ct_python_host_prepare(ct_python_host_t *host)
{
    const ct_python_conf_t *app =
        ct_python_conf_app(ct_python_conf_main(host->cycle));
    PyObject *paths = ct_python_host_list(&app->path);
    PyObject *done = NULL;

    if (paths != NULL) {
        done = PyObject_CallMethod(host->runtime, "prepare", "Os#", paths,
                                   app->directory.data,
                                   (Py_ssize_t) app->directory.len);
    }
    Py_XDECREF(paths);
    Py_XDECREF(done);
    return done != NULL ? CT_OK : CT_ERROR;
}


/* An application that has set up logging by now keeps what it has. */
static ct_rc_t
logging_settle(ct_python_host_t *host)
{
    PyObject *done = PyObject_CallMethod(host->runtime, "log_settle", "l",
                                         ct_python_native_level(host->log));

    if (done == NULL) {
        const ct_str_t why = ct_python_host_error(host, host->pool);

        CT_LOG(host->log, CT_LOG_EMERG, 0, "cannot set up logging: %.*s",
               CT_STR_ARG(why));
        return CT_ERROR;
    }
    Py_DECREF(done);
    return CT_OK;
}


ct_rc_t
ct_python_host_import(ct_python_host_t *host)
{
    const ct_array_t *offers = ct_python_conf_main(host->cycle)->offers;
    ct_rc_t           rc = CT_OK;
    ct_python_heard_t before;

    if (offers == NULL) {
        return CT_OK;
    }
    ct_python_fork_keep(&before);
    host->serve = ct_pool_zalloc(host->pool, offers->n * sizeof(*host->serve));
    ct_python_enter(host, NULL);
    for (size_t i = 0; i < offers->n && rc == CT_OK; i++) {
        const ct_python_offer_t *offer =
            *(ct_python_offer_t *const *) ct_array_at(offers, i);

        host->serve[i] =
            app_ask(host, offer->conf, "serve_of", offer->service->name);
        if (host->serve[i] == NULL) {
            const ct_str_t why = ct_python_host_error(host, host->pool);

            CT_LOG(host->log, CT_LOG_EMERG, 0, "cannot import '%.*s': %.*s",
                   CT_STR_ARG(offer->conf->app), CT_STR_ARG(why));
            rc = CT_ERROR;
        }
    }
    if (rc == CT_OK && logging_settle(host) != CT_OK) {
        rc = CT_ERROR;
    }
    ct_python_leave(host);
    ct_python_fork_restore(&before, host->log);
    return rc;
}


void
ct_python_host_end(ct_python_host_t *host)
{
    PyObject *done;

    ct_python_enter(host, NULL);
    done = PyObject_CallMethod(host->runtime, "at_exit", NULL);
    if (done == NULL) {
        const ct_str_t why = ct_python_host_error(host, host->pool);

        CT_LOG(host->log, CT_LOG_ERR, 0, "python: at exit: %.*s",
               CT_STR_ARG(why));
    }
    Py_XDECREF(done);
    if (host->hub != NULL) {
        ct_python_leave(host);
        return;
    }
    atomic_store(&host->has_ended, true);
}
