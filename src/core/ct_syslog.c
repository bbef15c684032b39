/*
 * ct_syslog.c -- lines for a syslog daemon.
 *
 * state      | event                        | function | next
 * -----------+------------------------------+----------+-----------
 * closed     | a line, RETRY_MS have passed | dial     | open
 * closed     | a line, too early            | deliver  | closed, dropped
 * open       | a line goes                  | put      | open
 * open       | there is no room for it      | put      | open, dropped
 * open       | the daemon has gone          | hang_up  | closed, tries again
 * open       | another process's, by fork   | hang_up  | closed
 *
 * Datagrams need no framing and never arrive by half.  A few daemons listen
 * on a unix stream instead; connect(2) says so, and lines then end with a
 * newline (RFC 6587, 3.4.2).  What a stream has taken half of cannot be taken
 * back, so such a connection is given up.
 *
 * A mutex, because a watching thread may log beside the loop.  Nothing that
 * it guards can block, and no process is forked from one with threads.
 */

#include "core/ct_config.h"

#include "core/ct_syslog.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "core/ct_syslog_conf.h"
#include "core/ct_utf8.h"

/* SIGPIPE is ignored by the process too, where this is not known. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* How soon after a try to connect there may be another one. */
#define RETRY_MS 100

/* Room for PRI, time, names and numbers in front of the text. */
#define HEADER_SIZE 512

/* UTF-8 says of itself that it is. */
#define BOM "\xef\xbb\xbf"

struct ct_syslog_s {
    pthread_mutex_t  lock;
    ct_file_t        file;  /* a path would have it reopened: it has none */
    pid_t            owner; /* whose descriptor that is */
    uint64_t         retry_ms;
    int              type; /* SOCK_DGRAM, or SOCK_STREAM where that is wanted */
    const char      *c_msgid;
    ct_syslog_conf_t conf;
};

/* What is put together for one send(2). */
typedef struct line_s {
    char   text[CT_SYSLOG_LINE_SIZE + 1]; /* a stream's newline */
    size_t len;
} line_t;


ct_rc_t
ct_syslog_create(ct_pool_t *pool, ct_queue_t *files, ct_str_t word,
                 ct_syslog_t **syslog, ct_str_t *why)
{
    ct_syslog_t *made = ct_pool_zalloc(pool, sizeof(*made));

    if (ct_syslog_conf_parse(pool, word, &made->conf, why) != CT_OK) {
        return CT_ERROR;
    }
    made->type = SOCK_DGRAM;
    made->file.path = CT_STR("");
    made->file.fd = -1;
    /* Needs no end: others' cleanups may log after one of ours would run. */
    made->lock = (pthread_mutex_t) PTHREAD_MUTEX_INITIALIZER;
    ct_queue_push(files, &made->file.link);
    *syslog = made;
    return CT_OK;
}


void
ct_syslog_set_msgid(ct_syslog_t *syslog, const char *c_msgid)
{
    syslog->c_msgid = c_msgid;
}


ct_file_t *
ct_syslog_file(ct_syslog_t *syslog)
{
    return &syslog->file;
}


/* ---- The line. */

static void CT_PRINTF(2, 3) append(line_t *line, const char *fmt, ...)
{
    const size_t room = HEADER_SIZE - line->len;
    va_list      args;
    int          n;

    va_start(args, fmt);
    n = vsnprintf(line->text + line->len, room, fmt, args);
    va_end(args);
    CT_ASSERT(n >= 0 && (size_t) n < room);
    line->len += n < 0 ? 0 : (size_t) n;
}


/* "Nov 29 01:39:38": no year, no zone, and a space for a day's first digit. */
static void
append_3164(line_t *line, const ct_syslog_t *syslog, const struct tm *local)
{
    char time_text[CT_CLOCK_TEXT_SIZE];

    (void) strftime(time_text, sizeof(time_text), "%b %e %H:%M:%S", local);
    append(line, "%s %s%s%s[%ld]: ", time_text,
           syslog->conf.has_host ? syslog->conf.c_host : "",
           syslog->conf.has_host ? " " : "", syslog->conf.c_tag,
           (long) getpid());
}


/*
 * "2026-11-29T01:39:38.250113+01:00", then names, and "-" for what there is
 * not: no structured data ever.
 */
static void
append_5424(line_t *line, const ct_syslog_t *syslog, const struct tm *local,
            long us)
{
    char time_text[CT_CLOCK_TEXT_SIZE];
    char zone[CT_CLOCK_TEXT_SIZE] = "+0000";

    (void) strftime(time_text, sizeof(time_text), "%Y-%m-%dT%H:%M:%S", local);
    (void) strftime(zone, sizeof(zone), "%z", local);
    append(line, "%s.%06ld%.3s:%.2s %s %s %ld %s - ", time_text, us, zone,
           zone + 3, syslog->conf.has_host ? syslog->conf.c_host : "-",
           syslog->conf.c_tag, (long) getpid(),
           syslog->c_msgid != NULL ? syslog->c_msgid : "-");
}


/* RFC 5424 wants text that is UTF-8, and more than ASCII, to say so. */
static bool
wants_bom(const ct_syslog_t *syslog, ct_str_t text)
{
    if (!syslog->conf.is_5424) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if ((uint8_t) text.data[i] >= 0x80) {
            return ct_utf8_is_valid(text.data, text.len)
                   && !ct_str_starts_with(text, BOM);
        }
    }
    return false;
}


/* How much of the text fits, not ending inside a character of UTF-8. */
static size_t
len_that_fits(ct_str_t text, size_t room)
{
    size_t len = room - 3;

    if (text.len <= room) {
        return text.len;
    }
    while (len > 0 && ((uint8_t) text.data[len] & 0xc0) == 0x80) {
        len--;
    }
    return len;
}


static void
append_text(line_t *line, const ct_syslog_t *syslog, ct_str_t text)
{
    size_t len;

    if (wants_bom(syslog, text)) {
        append(line, BOM);
    }
    len = len_that_fits(text, CT_SYSLOG_LINE_SIZE - line->len);
    for (size_t i = 0; i < len; i++) {
        const uint8_t byte = (uint8_t) text.data[i];
        const bool    is_bad = byte < 0x20 || byte == 0x7f;

        line->text[line->len + i] =
            is_bad ? (byte == '\t' ? ' ' : '.') : text.data[i];
    }
    line->len += len;
    if (len < text.len) {
        memcpy(line->text + line->len, "...", 3);
        line->len += 3;
    }
}


static void
make_line(line_t *line, const ct_syslog_t *syslog, ct_log_level_t level,
          ct_str_t text)
{
    struct timespec now = { 0, 0 };
    struct tm       local;
    const unsigned  severity =
        (unsigned) (level != 0 ? level : syslog->conf.level) - CT_LOG_EMERG;

    memset(&local, 0, sizeof(local));
    (void) clock_gettime(CLOCK_REALTIME, &now);
    (void) localtime_r(&now.tv_sec, &local);
    line->len = 0;
    append(line, "<%u>%s", syslog->conf.facility * 8 + severity,
           syslog->conf.is_5424 ? "1 " : "");
    if (syslog->conf.is_5424) {
        append_5424(line, syslog, &local, now.tv_nsec / 1000);
    } else {
        append_3164(line, syslog, &local);
    }
    append_text(line, syslog, text);
}


/* ---- The socket. */

static void
hang_up(ct_syslog_t *syslog)
{
    if (syslog->file.fd != -1) {
        (void) close(syslog->file.fd);
        syslog->file.fd = -1;
    }
}


/* One try, with one kind of socket; CT_ERROR sets errno. */
static ct_rc_t
dial_as(ct_syslog_t *syslog, int type)
{
    const int fd = socket(syslog->conf.addr.any.sa_family, type, 0);
    int       saved_errno;

    if (fd == -1) {
        return CT_ERROR;
    }
    if (ct_file_set_cloexec(fd, true) == CT_OK
        && ct_file_set_nonblocking(fd, true) == CT_OK
        && connect(fd, &syslog->conf.addr.any, syslog->conf.addr_len) == 0) {
        syslog->type = type;
        syslog->file.fd = fd;
        syslog->owner = getpid();
        return CT_OK;
    }
    saved_errno = errno;
    (void) close(fd);
    errno = saved_errno;
    return CT_ERROR;
}


/* The kind that worked last time first. */
static ct_rc_t
dial(ct_syslog_t *syslog)
{
    const uint64_t now_ms = ct_clock_ms();

    if (now_ms < syslog->retry_ms) {
        errno = ENOTCONN;
        return CT_ERROR;
    }
    syslog->retry_ms = now_ms + RETRY_MS;
    if (dial_as(syslog, syslog->type) == CT_OK) {
        return CT_OK;
    }
    if (errno != EPROTOTYPE) {
        return CT_ERROR;
    }
    return dial_as(syslog,
                   syslog->type == SOCK_DGRAM ? SOCK_STREAM : SOCK_DGRAM);
}


/* CT_ERROR, the connection is of no use any more, and CT_AGAIN set errno. */
static ct_rc_t
put(const ct_syslog_t *syslog, line_t *line)
{
    const size_t len = syslog->type == SOCK_STREAM ? line->len + 1 : line->len;
    ssize_t      n;

    line->text[line->len] = '\n';
    do {
        n = send(syslog->file.fd, line->text, len, MSG_NOSIGNAL);
    } while (n == -1 && errno == EINTR);
    if (n == (ssize_t) len) {
        return CT_OK;
    }
    if (n != -1) {
        errno = EPIPE; /* half a line */
        return CT_ERROR;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS
                   || errno == EMSGSIZE
               ? CT_AGAIN
               : CT_ERROR;
}


/*
 * Twice at most: the first time may meet what has become of a daemon since
 * the last line, or of an earlier datagram.
 */
static ct_rc_t
deliver(ct_syslog_t *syslog, line_t *line)
{
    ct_rc_t rc = CT_ERROR;

    if (syslog->owner != getpid()) {
        hang_up(syslog);
        syslog->owner = getpid();
        syslog->retry_ms = 0;
    }
    for (int i = 0; i < 2 && rc == CT_ERROR; i++) {
        if (syslog->file.fd == -1 && dial(syslog) != CT_OK) {
            return CT_DECLINED;
        }
        rc = put(syslog, line);
        if (rc == CT_ERROR && errno != ECONNREFUSED) {
            hang_up(syslog);
        } else if (rc == CT_ERROR
                   && syslog->conf.addr.any.sa_family == AF_UNIX) {
            hang_up(syslog);
        }
    }
    return rc == CT_OK ? CT_OK : CT_DECLINED;
}


ct_rc_t
ct_syslog_send(ct_syslog_t *syslog, ct_log_level_t level, ct_str_t text)
{
    line_t  line;
    ct_rc_t rc;

    make_line(&line, syslog, level, text);
    pthread_mutex_lock(&syslog->lock);
    rc = deliver(syslog, &line);
    pthread_mutex_unlock(&syslog->lock);
    return rc;
}
