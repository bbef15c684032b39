/*
 * ct_syslog.h -- lines for a syslog daemon.
 *
 * A destination is one word of the configuration:
 *
 *     syslog:server=unix:/dev/log,facility=daemon,tag=greeter
 *     syslog:server=192.0.2.1:514,rfc=5424,severity=info
 *
 * Nothing here ever waits.  A line that cannot go at once, because the daemon
 * is slow or gone, is dropped; the caller is told and counts it.  A daemon
 * that comes back is found again.
 */

#ifndef CT_SYSLOG_H
#define CT_SYSLOG_H

#include "core/ct_config.h"

#include "core/ct_log.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "core/ct_syslog_conf.h"

typedef struct ct_file_s   ct_file_t;
typedef struct ct_pool_s   ct_pool_t;
typedef struct ct_queue_s  ct_queue_t;
typedef struct ct_syslog_s ct_syslog_t;

/*
 * Longest line with its header, in bytes; what is longer is cut with "...".
 * Daemons take about as much unless they are told otherwise.
 */
#define CT_SYSLOG_LINE_SIZE 8192

/*
 * The destination that the word (ct_syslog_conf.h) names, in `pool`; not
 * connected yet.  Its descriptor becomes one of `files` (a cycle's) and is
 * closed with them.  On CT_ERROR *why, in `pool`, says what is wrong; nothing
 * is logged.  A host's name is looked up here, so this is for load time.
 */
CT_API ct_rc_t ct_syslog_create(ct_pool_t *pool, ct_queue_t *files,
                                ct_str_t word, ct_syslog_t **syslog,
                                ct_str_t *why);

/*
 * The word for what kind of message it is, RFC 5424's MSGID: "error".  A
 * constant; none is sent where this was not called.
 */
CT_API void ct_syslog_set_msgid(ct_syslog_t *syslog, const char *c_msgid);

/*
 * One line, without a newline.  `level` 0 is the word's `severity`.  Control
 * characters are replaced.  CT_DECLINED: it was dropped; errno says why, and
 * nothing is logged.  Each process has a socket of its own, made when it first
 * sends.  From any thread.
 */
CT_API ct_rc_t ct_syslog_send(ct_syslog_t *syslog, ct_log_level_t level,
                              ct_str_t text);

/* Its descriptor, as it stands among the cycle's files. */
CT_API ct_file_t *ct_syslog_file(ct_syslog_t *syslog);

#endif /* CT_SYSLOG_H */
