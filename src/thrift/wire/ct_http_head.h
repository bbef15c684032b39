/*
 * ct_http_head.h -- the head of a message of HTTP/1: its first line and its
 * fields.
 *
 * A head is looked for in a restartable way and parsed when it is whole, into
 * slices of it.  The grammar is RFC 9112's without what that calls obsolete:
 * lines end with CR LF, fields are not folded, and how long the body is must
 * be said once and in one way.
 *
 * Private to the HTTP transports.
 */

#ifndef CT_HTTP_HEAD_H
#define CT_HTTP_HEAD_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_transport.h"

/* The most fields of one head. */
#define CT_HTTP_MAX_FIELDS 100

/* The most bytes of a first line, its end included. */
#define CT_HTTP_MAX_LINE ((size_t) 8192)

/*
 * Invariants of a parsed head: at most one of has_length and is_chunked, and
 * the slices point into its bytes.  Filled in by whoever wants it parsed:
 * is_response, and fields, room for CT_HTTP_MAX_FIELDS, or NULL.
 */
typedef struct ct_http_head_s {
    bool         is_response;
    ct_header_t *fields;
    size_t       nfields;
    ct_str_t     method; /* of a request, like the next */
    ct_str_t     target;
    uint16_t     code;  /* of a response */
    uint8_t      minor; /* HTTP/1.0 or HTTP/1.1 */
    uint64_t     length;
    bool         has_length;
    bool         is_chunked;
    bool         has_host;
    bool         says_close;
    bool         says_keep;
    bool         closes; /* this is the last message of its connection */
    bool         expects_continue;
    ct_str_t     content_type; /* without its parameters; NULL: none given */
    bool         has_origin;
} ct_http_head_t;

/*
 * Looks for the end of the head that begins at data[scan->total], and parses
 * it.  CT_OK: scan->head is behind it, *head is set.  CT_AGAIN: it is not
 * whole; scan->offset bytes have been looked at.  CT_ERROR: scan->error, why,
 * and status, which a client can be told.
 *
 * The scan begins with offset, head and total the same, and depth 0.
 */
ct_rc_t ct_http_head_take(ct_scan_t *scan, const uint8_t *data, size_t len,
                          const ct_limits_t *limits, ct_http_head_t *head);

/* CT_ERROR, with its reasons in the scan. */
ct_rc_t ct_http_fail(ct_scan_t *scan, uint16_t status, const char *why);

#endif /* CT_HTTP_HEAD_H */
