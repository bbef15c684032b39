/*
 * ct_report.c -- the first error line of several processes.
 *
 * The first line is the cause; those behind it are what followed.  The pipe
 * is never drained while it fills: 64 KB of reasons are enough, and a full
 * pipe only loses lines that nobody would read.
 */

#include "core/ct_config.h"

#include "process/ct_report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_log.h"


ct_rc_t
ct_report_init(ct_report_t *report, ct_log_t *log)
{
    int fds[2];

    memset(report, 0, sizeof(*report));
    report->file.fd = -1;
    report->file.path = CT_STR("");
    ct_queue_init(&report->file.link);
    report->read_fd = -1;
    if (pipe(fds) == -1) {
        CT_LOG(log, CT_LOG_ALERT, errno, "cannot make a pipe");
        return CT_ERROR;
    }
    for (int i = 0; i < 2; i++) {
        (void) ct_file_set_nonblocking(fds[i], true);
        (void) ct_file_set_cloexec(fds[i], true);
    }
    report->read_fd = fds[0];
    report->file.fd = fds[1];
    return CT_OK;
}


void
ct_report_release(ct_report_t *report)
{
    if (report->read_fd == -1) {
        return;
    }
    close(report->read_fd);
    close(report->file.fd);
    report->read_fd = -1;
    report->file.fd = -1;
}


void
ct_report_message(const char *line, size_t len, char out[CT_REPORT_SIZE])
{
    const char *end = line + len;
    const char *level_end = memchr(line, ']', len);
    const char *message = line;

    /* "2026/01/31 23:59:59 [emerg] 4711: message" */
    if (level_end != NULL) {
        const char *colon = memchr(level_end, ':', (size_t) (end - level_end));

        if (colon != NULL && end - colon > 2) {
            message = colon + 2;
        }
    }
    len = (size_t) (end - message);
    if (len >= CT_REPORT_SIZE) {
        len = CT_REPORT_SIZE - 1;
    }
    memcpy(out, message, len);
    out[len] = '\0';
}


const char *
ct_report_take(ct_report_t *report, char out[CT_REPORT_SIZE])
{
    char        text[CT_LOG_LINE_SIZE];
    const char *line_end = NULL;
    ssize_t     n = 0;

    out[0] = '\0';
    if (report->read_fd == -1) {
        return out;
    }
    n = read(report->read_fd, text, sizeof(text));
    if (n <= 0) {
        return out;
    }
    line_end = memchr(text, '\n', (size_t) n);
    ct_report_message(
        text, line_end != NULL ? (size_t) (line_end - text) : (size_t) n, out);
    return out;
}
