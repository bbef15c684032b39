/*
 * ct_access_log_sink.c -- a log of calls, as one worker writes it.
 *
 *   state   | event                          | what follows
 *   --------+--------------------------------+-----------------------------
 *   idle    | a line                         | waiting
 *   waiting | the turn ends, with a buffer:  | written
 *           | it is full, or its time is up  |
 *   written | all of it was taken            | idle
 *   written | EAGAIN: a pipe is full         | waiting, tried again soon
 *   written | an error, or the file is gone  | failing, tried again later
 *   failing | lines, while there is room     | kept
 *   failing | lines beyond that              | lost, and counted
 *   failing | a write goes well              | idle; the log tells how many
 *
 * The memory has room for a whole line behind `most`, so a line is written
 * into it in place, and only whether the one before went beyond is asked.
 *
 * Half a line: a disk that fills up takes the beginning of a line.  Its rest
 * is the first thing that this worker writes when it can.  But lines of other
 * workers go into the same file, and one may come before: so who leaves half a
 * line says so in memory that all workers share (`torn`), and who comes next
 * and is another begins with a newline.  The first one finds its word gone
 * then, and drops the rest.
 *
 * A pipe takes up to PIPE_BUF bytes whole or not at all, and lines of several
 * workers do not mix there as long as nobody writes more at once.
 */

#include "core/ct_config.h"

#include "modules/ct_access_log_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct_board.h"
#include "core/ct_clock.h"
#include "core/ct_file.h"
#include "core/ct_syslog.h"
#include "modules/ct_access_log_conf.h"

/* What a log without buffer= may hold of one turn before it is written. */
#define TURN_SIZE ((size_t) 64 * 1024)

/* How soon what was refused is tried again: a full pipe, and anything else. */
#define AGAIN_MS 10
#define RETRY_MS 200

/* How often a log that cannot be written is complained of. */
#define SAY_MS 10000

/*
 * Invariant: len < most + CT_ACCESS_LOG_LINE; data is base but while it is
 * written; in front of a line's beginning there is a newline.
 */
struct ct_access_sink_s {
    const ct_access_target_t *target;
    const ct_worker_t        *worker;
    ct_later_t                later;
    char                     *base;
    char                     *data;
    size_t                    len;
    size_t                    most;    /* from here on there is no room */
    bool                      waits;   /* for a full buffer, or its time */
    bool                      is_torn; /* it begins with the rest of a line */
    bool                      is_closed;
    bool                      failing;
    bool                      has_said; /* that it fails */
    uint64_t                  retry_ms; /* while failing: not before */
    uint64_t                  said_ms;  /* when it was last complained of */
    uint64_t                  nlost;    /* since it fails */
};


static uint32_t
own_token(void)
{
    return (uint32_t) getpid();
}


static uint64_t
count_lines(const char *data, size_t len)
{
    uint64_t n = 0;

    while (len > 0) {
        const char *newline = memchr(data, '\n', len);

        if (newline == NULL) {
            break;
        }
        n++;
        len -= (size_t) (newline + 1 - data);
        data = newline + 1;
    }
    return n;
}


/* Takes `n` bytes off the front. */
static void
drop(ct_access_sink_t *sink, size_t n)
{
    sink->len -= n;
    sink->data += n;
}


/* What is left moves to the front once, not for each 4 KB that a pipe takes. */
static void
compact(ct_access_sink_t *sink)
{
    if (sink->data != sink->base) {
        memmove(sink->base, sink->data, sink->len);
        sink->data = sink->base;
    }
}


/* ---- What becomes of it. */

/* Of a log that is not written, a line now and then. */
static bool
may_say(ct_access_sink_t *sink)
{
    const uint64_t now_ms = ct_clock_ms();

    if (sink->said_ms != 0 && now_ms - sink->said_ms < SAY_MS) {
        return false;
    }
    sink->said_ms = now_ms;
    return true;
}


static void
lose(ct_access_sink_t *sink, uint64_t nlines)
{
    if (nlines == 0) {
        return;
    }
    sink->nlost += nlines;
    ct_board_count(sink->worker->slot, CT_COUNT_LOG_LINES_LOST, nlines);
    if (!sink->failing && may_say(sink)) {
        CT_LOG(sink->worker->log, CT_LOG_ERR, 0,
               "access log '%.*s' does not take all lines, %" PRIu64
               " are lost so far",
               CT_STR_ARG(sink->target->word), sink->nlost);
    }
}


static void
fail(ct_access_sink_t *sink, int err)
{
    sink->failing = true;
    sink->retry_ms = ct_clock_ms() + RETRY_MS;
    ct_later_in(&sink->later, RETRY_MS);
    if (may_say(sink)) {
        sink->has_said = true;
        CT_LOG(sink->worker->log, CT_LOG_ERR, err,
               "cannot write access log '%.*s', %" PRIu64
               " lines are lost so far",
               CT_STR_ARG(sink->target->word), sink->nlost);
    }
}


static void
succeed(ct_access_sink_t *sink)
{
    if (!sink->failing) {
        return;
    }
    if (sink->has_said) {
        CT_LOG(sink->worker->log, CT_LOG_NOTICE, 0,
               "access log '%.*s' is written again, %" PRIu64
               " lines were lost",
               CT_STR_ARG(sink->target->word), sink->nlost);
    }
    sink->failing = false;
    sink->has_said = false;
    sink->nlost = 0;
}


/* ---- Writing. */

/*
 * How many bytes may go at once: all into a file, no more than stay together
 * into anything else, up to the end of a line.
 */
static size_t
portion(const struct stat *status, const char *data, size_t len)
{
    size_t n = PIPE_BUF;

    if (S_ISREG(status->st_mode) || len <= n) {
        return len;
    }
    while (n > 0 && data[n - 1] != '\n') {
        n--;
    }
    return n > 0 ? n : PIPE_BUF;
}


/* Whether a write would come back at once. */
static bool
is_ready(int fd)
{
    struct pollfd asked = { .fd = fd, .events = POLLOUT };
    const int     flags = fcntl(fd, F_GETFL);

    return (flags != -1 && (flags & O_NONBLOCK) != 0)
           || poll(&asked, 1, 0) == 1;
}


/* As write(2), but it never waits; -1 with EAGAIN instead. */
static ssize_t
write_now(int fd, const struct stat *status, const char *data, size_t len)
{
    ssize_t n;

    do {
        if (S_ISSOCK(status->st_mode)) {
            n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
        } else if (S_ISREG(status->st_mode) || is_ready(fd)) {
            n = write(fd, data, len);
        } else {
            errno = EAGAIN;
            return -1;
        }
    } while (n == -1 && errno == EINTR);
    return n;
}


/* The rest of a line would be without its beginning in another file. */
static void
forget_torn(ct_access_sink_t *sink)
{
    uint32_t    whose = own_token();
    const char *newline;

    if (!sink->is_torn) {
        return;
    }
    (void) atomic_compare_exchange_strong(sink->target->torn, &whose, 0);
    newline = memchr(sink->data, '\n', sink->len);
    CT_ASSERT(newline != NULL);
    /* One that lacks no more than its newline is not lost. */
    lose(sink, newline != sink->data);
    drop(sink, (size_t) (newline + 1 - sink->data));
    sink->is_torn = false;
}


/*
 * A file that was removed takes lines that nobody will read; a new one is
 * tried.  CT_ERROR with errno: it cannot be made.
 */
static ct_rc_t
stand_on_file(ct_access_sink_t *sink, struct stat *status)
{
    ct_file_t *file = sink->target->file;

    if (fstat(file->fd, status) == -1) {
        return CT_ERROR;
    }
    if (!S_ISREG(status->st_mode) || status->st_nlink != 0
        || file->path.len == 0) {
        return CT_OK;
    }
    if (ct_file_reopen(file) != CT_OK) {
        return CT_ERROR;
    }
    forget_torn(sink);
    return fstat(file->fd, status) == -1 ? CT_ERROR : CT_OK;
}


/*
 * What half lines at the file's end ask for.  True: somebody else's is there,
 * and a newline has to come first.
 */
static bool
mend(ct_access_sink_t *sink)
{
    _Atomic uint32_t *torn = sink->target->torn;
    uint32_t          whose = atomic_load_explicit(torn, memory_order_relaxed);

    if (sink->is_torn && whose == own_token()) {
        atomic_store(torn, 0);
        return false;
    }
    forget_torn(sink);
    return whose != 0 && atomic_exchange(torn, 0) != 0;
}


/* `n` bytes have gone from the front. */
static void
take_note(ct_access_sink_t *sink, size_t n)
{
    const bool is_whole = sink->data[n - 1] == '\n';

    drop(sink, n);
    sink->is_torn = !is_whole;
    if (!is_whole) {
        atomic_store(sink->target->torn, own_token());
    }
}


/* One write; CT_AGAIN or CT_ERROR with errno: not all of it was taken. */
static ct_rc_t
write_some(ct_access_sink_t *sink)
{
    struct stat status;
    bool        has_foreign;
    ssize_t     n;
    size_t      len;

    if (stand_on_file(sink, &status) != CT_OK) {
        return CT_ERROR;
    }
    has_foreign = mend(sink);
    if (sink->len == 0) {
        return CT_OK;
    }
    len = portion(&status, sink->data, sink->len);
    n = write_now(sink->target->file->fd, &status, sink->data - has_foreign,
                  len + has_foreign);
    if (n <= 0) {
        if (sink->is_torn || has_foreign) {
            atomic_store(sink->target->torn, own_token());
        }
        return n == -1 && errno == EAGAIN ? CT_AGAIN : CT_ERROR;
    }
    if ((size_t) n > has_foreign) {
        take_note(sink, (size_t) n - has_foreign);
    }
    return CT_OK;
}


/* As far as it goes. */
static void
write_all(ct_access_sink_t *sink)
{
    while (sink->len > 0) {
        const ct_rc_t rc = write_some(sink);

        if (rc == CT_AGAIN) {
            ct_later_in(&sink->later, AGAIN_MS);
            return;
        }
        if (rc != CT_OK) {
            fail(sink, errno);
            return;
        }
    }
    succeed(sink);
}


void
ct_access_sink_flush(ct_access_sink_t *sink)
{
    if (sink->len == 0 || (sink->failing && ct_clock_ms() < sink->retry_ms)) {
        return;
    }
    write_all(sink);
    compact(sink);
}


static void
on_later(void *data)
{
    ct_access_sink_flush(data);
}


/* ---- A sink's life. */

ct_access_sink_t *
ct_access_sink_create(const ct_worker_t        *worker,
                      const ct_access_target_t *target)
{
    ct_access_sink_t *sink = ct_pool_zalloc(worker->pool, sizeof(*sink));
    char             *memory;

    sink->target = target;
    sink->worker = worker;
    sink->waits = target->buffer_size != 0;
    sink->most = sink->waits ? target->buffer_size : TURN_SIZE;
    memory = ct_pool_alloc(worker->pool, 1 + sink->most + CT_ACCESS_LOG_LINE);
    memory[0] = '\n';
    sink->base = memory + 1;
    sink->data = sink->base;
    ct_later_init(&sink->later, worker, on_later, sink);
    return sink;
}


char *
ct_access_sink_begin(ct_access_sink_t *sink)
{
    if (sink->len >= sink->most) {
        ct_access_sink_flush(sink);
    }
    if (sink->len >= sink->most || sink->is_closed) {
        lose(sink, 1);
        return NULL;
    }
    return sink->data + sink->len;
}


/* syslog has no use for a buffer: each line is a datagram of its own. */
void
ct_access_sink_end(ct_access_sink_t *sink, size_t len)
{
    CT_ASSERT(len < CT_ACCESS_LOG_LINE);
    if (sink->target->syslog != NULL) {
        if (ct_syslog_send(sink->target->syslog, 0,
                           (ct_str_t){ len, sink->data })
            != CT_OK) {
            lose(sink, 1);
        }
        return;
    }
    sink->data[sink->len + len] = '\n';
    sink->len += len + 1;
    if (!sink->waits || sink->len >= sink->most) {
        ct_later_this_turn(&sink->later);
    } else if (!ct_later_is_due(&sink->later)) {
        ct_later_in(&sink->later, sink->target->flush_ms);
    }
}


void
ct_access_sink_reopen(ct_access_sink_t *sink)
{
    sink->retry_ms = 0;
    ct_access_sink_flush(sink);
    sink->retry_ms = 0;
    forget_torn(sink);
    compact(sink);
}


void
ct_access_sink_hasten(ct_access_sink_t *sink)
{
    sink->waits = false;
    ct_access_sink_flush(sink);
}


void
ct_access_sink_close(ct_access_sink_t *sink)
{
    uint64_t nlines;

    sink->retry_ms = 0;
    ct_access_sink_flush(sink);
    nlines = count_lines(sink->data, sink->len);
    lose(sink, nlines - (sink->is_torn && sink->data[0] == '\n'));
    sink->len = 0;
    sink->is_torn = false;
    sink->is_closed = true;
    ct_later_stop(&sink->later);
}
