/*
 * ct_syslog_conf.h -- where lines for syslog go, and what they begin with.
 */

#ifndef CT_SYSLOG_CONF_H
#define CT_SYSLOG_CONF_H

#include "core/ct_config.h"

#include "core/ct_log.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <sys/socket.h>
#include <sys/un.h>

/* Longest tag: RFC 3164's, which is less than RFC 5424 allows. */
#define CT_SYSLOG_TAG_SIZE 32

/* Longest name of a host: RFC 5424's. */
#define CT_SYSLOG_HOST_SIZE 255

/* A host's name is printable ASCII without spaces, and set with has_host. */
typedef struct ct_syslog_conf_s {
    union {
        struct sockaddr         any;
        struct sockaddr_un      un;
        struct sockaddr_storage other;
    } addr;
    socklen_t      addr_len;
    unsigned       facility; /* 0 .. 23 */
    ct_log_level_t level;    /* of a line that has none of its own */
    bool           is_5424;  /* else RFC 3164 */
    bool           has_host;
    char           c_tag[CT_SYSLOG_TAG_SIZE + 1];
    char           c_host[CT_SYSLOG_HOST_SIZE + 1];
} ct_syslog_conf_t;

/* Whether the word means a destination of this kind: "syslog:...". */
CT_API bool ct_syslog_is_meant(ct_str_t word);

/*
 * What the word says: "syslog:server=unix:/dev/log,tag=greeter".  On CT_ERROR
 * *why, in `pool`, says what is wrong with it; nothing is logged.  The name of
 * a host is looked up, so this is for load time.
 */
ct_rc_t ct_syslog_conf_parse(ct_pool_t *pool, ct_str_t word,
                             ct_syslog_conf_t *conf, ct_str_t *why);

#endif /* CT_SYSLOG_CONF_H */
