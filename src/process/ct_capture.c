/*
 * ct_capture.c -- what handlers print, as lines of the error log.
 *
 * The loop is told by level, so what one turn leaves in the pipe is looked at
 * in the next; nothing is read for longer than a turn may take.
 */

#include "core/ct_config.h"

#include "process/ct_capture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "event/ct_loop.h"

/* What is asked for; an ordinary pipe has 64 KiB. */
#define PIPE_SIZE (1024 * 1024)

/* Read at a time, and times in a turn. */
#define READ_SIZE      4096
#define READS_PER_TURN 64


void
ct_capture_init(ct_capture_t *capture)
{
    memset(capture, 0, sizeof(*capture));
    capture->out.io.fd = -1;
    capture->err.io.fd = -1;
}


static void
tell(ct_captured_t *captured)
{
    CT_LOG(captured->log, captured->level, 0, "%s: %.*s", captured->c_name,
           (int) captured->len, captured->line);
    captured->len = 0;
}


static void
take(ct_captured_t *captured, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n') {
            tell(captured);
            continue;
        }
        if (captured->len == sizeof(captured->line)) {
            tell(captured);
        }
        captured->line[captured->len++] = data[i];
    }
}


/* stdio remembers that a write has failed; who printed did not look. */
static void
tell_of_loss(const ct_captured_t *captured)
{
    if (ferror(captured->stream)) {
        clearerr(captured->stream);
        CT_LOG(captured->log, CT_LOG_ERR, 0,
               "%s: more was printed at once than is kept, some is lost",
               captured->c_name);
    }
}


/* Whether there may be more. */
static bool
read_some(ct_captured_t *captured)
{
    char    data[READ_SIZE];
    ssize_t n;

    do {
        n = read(captured->io.fd, data, sizeof(data));
    } while (n == -1 && errno == EINTR);
    if (n <= 0) {
        return false;
    }
    take(captured, data, (size_t) n);
    return true;
}


static void
on_readable(ct_io_t *io)
{
    ct_captured_t *captured = io->data;

    for (unsigned i = 0; i < READS_PER_TURN && read_some(captured); i++) {
    }
    tell_of_loss(captured);
}


/* Whether a path is one of our own descriptors under another name. */
static bool
is_own_descriptor(ct_str_t path)
{
    return ct_str_starts_with(path, "/dev/stderr")
           || ct_str_starts_with(path, "/dev/stdout")
           || ct_str_starts_with(path, "/dev/fd/")
           || ct_str_starts_with(path, "/proc/self/fd/");
}


/*
 * A log that is standard error keeps the one that was there.  What is open
 * under a name of it stays so: opened anew it would be our own pipe.
 */
static ct_rc_t
move_logs(ct_queue_t *files)
{
    for (ct_queue_t *link = files->next; link != files; link = link->next) {
        ct_file_t *file = CT_QUEUE_ENTRY(link, ct_file_t, link);
        int        fd;

        if (is_own_descriptor(file->path)) {
            file->path = CT_STR("");
        }
        if (file->fd != STDERR_FILENO) {
            continue;
        }
        fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (fd == -1) {
            return CT_ERROR;
        }
        file->fd = fd;
    }
    return CT_OK;
}


/* CT_ERROR sets errno. */
static ct_rc_t
begin(ct_captured_t *captured, int target)
{
    int fds[2];

    if (pipe(fds) == -1) {
        return CT_ERROR;
    }
#ifdef F_SETPIPE_SZ
    (void) fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE);
#endif
    captured->io.fd = fds[0];
    captured->io.fn = on_readable;
    captured->io.data = captured;
    if (ct_file_set_cloexec(fds[0], true) != CT_OK
        || ct_file_set_nonblocking(fds[0], true) != CT_OK
        || ct_file_set_nonblocking(fds[1], true) != CT_OK
        || ct_loop_add_io(captured->loop, &captured->io,
                          CT_IO_READ | CT_IO_LEVEL)
               != CT_OK
        || dup2(fds[1], target) == -1) {
        goto fail;
    }
    (void) close(fds[1]);
    /* A line is told when it ends, not when a buffer is full. */
    (void) setvbuf(captured->stream, NULL, _IOLBF, 0);
    return CT_OK;

fail:
    ct_loop_remove_io(captured->loop, &captured->io);
    (void) close(fds[0]);
    (void) close(fds[1]);
    captured->io.fd = -1;
    return CT_ERROR;
}


ct_rc_t
ct_capture_start(ct_capture_t *capture, ct_queue_t *files, ct_loop_t *loop,
                 ct_log_t *log)
{
    capture->out.c_name = "stdout";
    capture->out.stream = stdout;
    capture->out.level = CT_LOG_NOTICE;
    capture->err.c_name = "stderr";
    capture->err.stream = stderr;
    capture->err.level = CT_LOG_WARN;
    capture->out.loop = capture->err.loop = loop;
    capture->out.log = capture->err.log = log;
    if (move_logs(files) != CT_OK
        || begin(&capture->out, STDOUT_FILENO) != CT_OK
        || begin(&capture->err, STDERR_FILENO) != CT_OK) {
        CT_LOG(log, CT_LOG_ERR, errno, "cannot capture output");
        return CT_ERROR;
    }
    return CT_OK;
}


static void
end(ct_captured_t *captured)
{
    if (captured->io.fd == -1) {
        return;
    }
    (void) fflush(captured->stream);
    /* What it held by now: somebody who was left behind may go on printing. */
    for (unsigned i = 0; i < PIPE_SIZE / READ_SIZE && read_some(captured);
         i++) {
    }
    tell_of_loss(captured);
    if (captured->len > 0) {
        tell(captured);
    }
    ct_loop_remove_io(captured->loop, &captured->io);
    (void) close(captured->io.fd);
    captured->io.fd = -1;
}


void
ct_capture_stop(ct_capture_t *capture)
{
    end(&capture->out);
    end(&capture->err);
}
