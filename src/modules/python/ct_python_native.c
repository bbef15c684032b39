/*
 * ct_python_native.c -- what Python code may ask of the server: _cthrift.
 *
 * Functions that need the host are made with a capsule of it as their `self`,
 * so that no variable of the file has to know it.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_native.h"

#include <string.h>
#include <sys/stat.h>

#include "core/ct_file.h"

#include "modules/python/ct_python_fork.h"

#define HOST_CAPSULE "_cthrift.host"

/* Of a line, so that there is room for the client and the method behind it. */
#define MAX_TEXT ((size_t) CT_LOG_LINE_SIZE - 448)

/* Python's levels; what is between two belongs to the lower one. */
enum {
    PYTHON_DEBUG = 10,
    PYTHON_INFO = 20,
    PYTHON_WARNING = 30,
    PYTHON_ERROR = 40,
    PYTHON_CRITICAL = 50,
};


static ct_log_level_t
level_from_python(long level)
{
    if (level >= PYTHON_CRITICAL) {
        return CT_LOG_CRIT;
    }
    if (level >= PYTHON_ERROR) {
        return CT_LOG_ERR;
    }
    if (level >= PYTHON_WARNING) {
        return CT_LOG_WARN;
    }
    return level >= PYTHON_INFO ? CT_LOG_INFO : CT_LOG_DEBUG;
}


long
ct_python_native_level(const ct_log_t *log)
{
    static const long levels[] = {
        [CT_LOG_EMERG] = PYTHON_CRITICAL, [CT_LOG_ALERT] = PYTHON_CRITICAL,
        [CT_LOG_CRIT] = PYTHON_CRITICAL,  [CT_LOG_ERR] = PYTHON_ERROR,
        [CT_LOG_WARN] = PYTHON_WARNING,   [CT_LOG_NOTICE] = PYTHON_WARNING,
        [CT_LOG_INFO] = PYTHON_INFO,      [CT_LOG_DEBUG] = PYTHON_DEBUG,
    };

    return levels[ct_log_level(log)];
}


/* A client's bytes may be in it: nothing of them moves a terminal's cursor. */
void
ct_python_native_log(const ct_log_t *log, ct_log_level_t level,
                     const char *c_what, ct_str_t text)
{
    char line[MAX_TEXT];

    if (text.len > sizeof(line)) {
        text.len = sizeof(line);
    }
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char byte = (unsigned char) text.data[i];

        line[i] = byte < ' ' || byte == 0x7f ? ' ' : text.data[i];
    }
    CT_LOG(log, level, 0, "python: %s%s%.*s", c_what != NULL ? c_what : "",
           c_what != NULL ? ": " : "", (int) text.len, line);
}


/* A line of the log for each of the text's. */
static void
lines_log(const ct_log_t *log, ct_log_level_t level, const char *text,
          size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t) (end - text));
        const char *stop = line_end != NULL ? line_end : end;

        if (stop > text) {
            ct_python_native_log(log, level, NULL,
                                 (ct_str_t){ (size_t) (stop - text), text });
        }
        text = stop + 1;
    }
}


/*
 * A process that is told nothing looks whether a log has another file by now;
 * one that is not there yet is going to be.
 */
static void
logs_follow(const ct_cycle_t *cycle)
{
    for (ct_queue_t *link = cycle->files.next; link != &cycle->files;
         link = link->next) {
        ct_file_t  *file = CT_QUEUE_ENTRY(link, ct_file_t, link);
        struct stat named;
        struct stat held;

        if (file->path.len != 0 && stat(file->path.data, &named) == 0
            && fstat(file->fd, &held) == 0
            && (named.st_ino != held.st_ino || named.st_dev != held.st_dev)) {
            (void) ct_file_reopen(file);
        }
    }
}


/* _cthrift.log(level, text) */
static PyObject *
native_log(PyObject *self, PyObject *args)
{
    const ct_python_host_t *host = PyCapsule_GetPointer(self, HOST_CAPSULE);
    const ct_call_t        *call;
    const char             *text;
    Py_ssize_t              len;
    long                    level;

    if (host == NULL || !PyArg_ParseTuple(args, "ls#", &level, &text, &len)) {
        return NULL;
    }
    if (host->follows_logs) {
        logs_follow(host->cycle);
    }
    call = ct_python_host_call(host);
    lines_log(call != NULL ? call->log : host->log, level_from_python(level),
              text, (size_t) len);
    Py_RETURN_NONE;
}


/* Functions of the host that neither take nor give anything. */
static PyObject *
native_tell(PyObject *self, void (*tell)(ct_python_host_t *))
{
    ct_python_host_t *host = PyCapsule_GetPointer(self, HOST_CAPSULE);

    if (host == NULL) {
        return NULL;
    }
    tell(host);
    Py_RETURN_NONE;
}


static PyObject *
native_fork_begin(PyObject *self, PyObject *args)
{
    (void) args;
    return native_tell(self, ct_python_fork_begin);
}


static PyObject *
native_fork_go_on(PyObject *self, PyObject *args)
{
    (void) args;
    return native_tell(self, ct_python_fork_go_on);
}


static PyObject *
native_fork_copied(PyObject *self, PyObject *args)
{
    (void) args;
    return native_tell(self, ct_python_fork_copied);
}


/* _cthrift.follow() */
static PyObject *
native_follow(PyObject *self, PyObject *args)
{
    const ct_python_host_t *host = PyCapsule_GetPointer(self, HOST_CAPSULE);

    (void) args;
    if (host == NULL) {
        return NULL;
    }
    logs_follow(host->cycle);
    Py_RETURN_NONE;
}


/* _cthrift.peer() */
static PyObject *
native_peer(PyObject *self, PyObject *args)
{
    const ct_python_host_t *host = PyCapsule_GetPointer(self, HOST_CAPSULE);
    ct_call_t              *call;
    ct_str_t                peer = CT_STR("");

    (void) args;
    if (host == NULL) {
        return NULL;
    }
    call = ct_python_host_call(host);
    if (call != NULL) {
        peer = ct_call_peer(call);
    }
    return PyUnicode_FromStringAndSize(peer.data, (Py_ssize_t) peer.len);
}


static PyMethodDef native_methods[] = {
    { "log", native_log, METH_VARARGS,
      "log(level, text): a line of the error log, with the call's client and "
      "method; levels are logging's." },
    { "fork_begin", native_fork_begin, METH_NOARGS,
      "fork_begin(): called before each os.fork()." },
    { "fork_go_on", native_fork_go_on, METH_NOARGS,
      "fork_go_on(): called behind it, in the process." },
    { "fork_copied", native_fork_copied, METH_NOARGS,
      "fork_copied(): called behind it, in the copy." },
    { "follow", native_follow, METH_NOARGS,
      "follow(): logs that have another file by now are opened anew." },
    { "peer", native_peer, METH_NOARGS,
      "peer(): the address of the call's client, \"\" outside of calls." },
};


static PyObject *
functions_add(PyObject *module, ct_python_host_t *host)
{
    PyObject *self = PyCapsule_New(host, HOST_CAPSULE, NULL);

    for (size_t i = 0;
         self != NULL && i < sizeof(native_methods) / sizeof(native_methods[0]);
         i++) {
        PyObject *function = PyCFunction_New(&native_methods[i], self);

        if (function == NULL
            || PyModule_AddObject(module, native_methods[i].ml_name, function)
                   == -1) {
            Py_XDECREF(function);
            Py_CLEAR(self);
        }
    }
    Py_XDECREF(self);
    return self != NULL ? module : NULL;
}


PyObject *
ct_python_native_create(ct_python_host_t *host)
{
    PyObject *modules = PyImport_GetModuleDict();
    PyObject *module = PyModule_New("_cthrift");

    if (module == NULL || functions_add(module, host) == NULL
        || PyDict_SetItemString(modules, "_cthrift", module) == -1) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}


/* They share one capsule. */
ct_rc_t
ct_python_native_adopt(ct_python_host_t *host)
{
    PyObject *module =
        PyDict_GetItemString(PyImport_GetModuleDict(), "_cthrift");
    PyObject *function =
        module != NULL ? PyObject_GetAttrString(module, "log") : NULL;
    int failed = -1;

    if (function != NULL) {
        failed = PyCapsule_SetPointer(PyCFunction_GetSelf(function), host);
    }
    Py_XDECREF(function);
    return failed == 0 ? CT_OK : CT_ERROR;
}
