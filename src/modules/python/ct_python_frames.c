/*
 * ct_python_frames.c -- where Python code stands, told in a signal handler.
 *
 * The interpreter has a function that does it, without its lock and without
 * memory, but does not export it in every version.  What every version has is
 * the module faulthandler, which installs that function as a handler of a
 * signal.  So it is asked to, twice: for this thread alone, and for all of
 * them.  The handler is remembered, and the signal given back at once: a
 * handler may be called without any signal.
 *
 * It writes into a pipe of its own.  From there the lines go where they are
 * wanted, but for threads that run no Python, of which a pool has many.
 *
 * Frames of another thread that runs may change while they are read; this is
 * why all threads are told only where this one waits for the lock, or where
 * nothing is left to lose.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_frames.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Signals that programs seldom have a handler for; they keep theirs. */
#define SIGNAL_OWN SIGVTALRM
#define SIGNAL_ALL SIGPROF

/* A frame's file, line and function; longer ones are cut. */
#define LINE_SIZE 512

#define PREFIX "python: "

/* Lines on their way. */
typedef struct filter_s {
    int    fd;
    bool   skips;   /* the thread that is being told of */
    size_t headlen; /* of what begins it, until something follows */
    char   head[LINE_SIZE];
    size_t len;
    char   line[LINE_SIZE];
} filter_t;


static bool
begins_with(const char *line, size_t len, const char *c_what)
{
    const size_t n = strlen(c_what);

    return len >= n && memcmp(line, c_what, n) == 0;
}


/* One write, so that lines of two processes do not mix. */
static void
line_write(int fd, const char *line, size_t len)
{
    char out[sizeof(PREFIX) + LINE_SIZE];

    memcpy(out, PREFIX, sizeof(PREFIX) - 1);
    memcpy(out + sizeof(PREFIX) - 1, line, len);
    out[sizeof(PREFIX) - 1 + len] = '\n';
    while (write(fd, out, sizeof(PREFIX) + len) == -1 && errno == EINTR) {
    }
}


/*
 * "Thread ... (most recent call first):", and behind it its frames; or
 * "Stack ...", of which nothing is worth a line.
 */
static void
line_take(filter_t *filter)
{
    const size_t len = filter->len;

    filter->len = 0;
    if (len == 0) {
        return;
    }
    if (filter->line[0] != ' ') {
        /* The thread that asks has been told of, alone and first. */
        filter->skips = begins_with(filter->line, len, "Current thread");
        filter->headlen = begins_with(filter->line, len, "Thread") ? len : 0;
        memcpy(filter->head, filter->line, filter->headlen);
        return;
    }
    if (begins_with(filter->line, len, "  <")) {
        filter->skips = true;
    }
    if (filter->skips) {
        return;
    }
    if (filter->headlen > 0) {
        line_write(filter->fd, filter->head, filter->headlen);
        filter->headlen = 0;
    }
    line_write(filter->fd, filter->line, len);
}


/* All that is in the pipe `from`. */
static void
lines_pass(int from, int fd)
{
    filter_t filter = { .fd = fd };
    char     text[LINE_SIZE];
    ssize_t  n;

    do {
        n = read(from, text, sizeof(text));
        for (ssize_t i = 0; i < n; i++) {
            if (text[i] == '\n') {
                line_take(&filter);
            } else if (filter.len < sizeof(filter.line)) {
                filter.line[filter.len++] = text[i];
            }
        }
    } while (n > 0 || (n == -1 && errno == EINTR));
}


void
ct_python_frames_write(const ct_python_host_t *host, int fd, bool ending)
{
    const ct_python_frames_t *frames = &host->frames;
    const ct_python_place_t   place = ct_python_host_place(host);

    if (frames->handler == NULL || (place == CT_PYTHON_OUTSIDE && !ending)) {
        return;
    }
    frames->handler(SIGNAL_OWN);
    lines_pass(frames->ends[0], fd);
    if (place == CT_PYTHON_ENTERING || ending) {
        frames->handler(SIGNAL_ALL);
        lines_pass(frames->ends[0], fd);
    }
}


static ct_rc_t
pipe_make(int ends[2])
{
    if (pipe(ends) == -1) {
        (void) PyErr_SetFromErrno(PyExc_OSError);
        return CT_ERROR;
    }
    for (int i = 0; i < 2; i++) {
        (void) fcntl(ends[i], F_SETFL, O_NONBLOCK);
        (void) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    return CT_OK;
}


/*
 * faulthandler.register(signal, file, all_threads, chain).  Where it was asked
 * before, in the master, it takes the file and leaves the handler as it is.
 */
static ct_rc_t
handler_have(PyObject *faulthandler, ct_python_frames_t *frames, int sig,
             bool all)
{
    struct sigaction before;
    struct sigaction made;
    PyObject        *done;

    (void) sigaction(sig, NULL, &before);
    done = PyObject_CallMethod(faulthandler, "register", "iiOO", sig,
                               frames->ends[1], all ? Py_True : Py_False,
                               Py_False);
    if (done == NULL) {
        return CT_ERROR;
    }
    Py_DECREF(done);
    (void) sigaction(sig, &before, &made);
    if (made.sa_handler != before.sa_handler) {
        frames->handler = made.sa_handler;
    }
    return CT_OK;
}


ct_rc_t
ct_python_frames_init(ct_python_frames_t *frames)
{
    PyObject *faulthandler = PyImport_ImportModule("faulthandler");
    ct_rc_t   rc = CT_ERROR;

    if (faulthandler != NULL && pipe_make(frames->ends) == CT_OK
        && handler_have(faulthandler, frames, SIGNAL_OWN, false) == CT_OK) {
        rc = handler_have(faulthandler, frames, SIGNAL_ALL, true);
    }
    Py_XDECREF(faulthandler);
    return rc;
}
