/*
 * ct_http_body.h -- the body of a message of HTTP/1: where it ends, and what
 * is in it.
 *
 * Private to the HTTP transports.
 */

#ifndef CT_HTTP_BODY_H
#define CT_HTTP_BODY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_http_head.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_pool_s ct_pool_t;

/* scan->step is more than this from where a body begins. */
#define CT_HTTP_HEAD_STEP 0

/*
 * The head has been taken: the scan goes on with the body, which is empty if
 * nothing is said of it.  CT_ERROR: it is over limits->message.
 */
ct_rc_t ct_http_body_begin(ct_scan_t *scan, const ct_http_head_t *head,
                           const ct_limits_t *limits);

/*
 * Looks for the body's end: the rest of a transport's `cut`.  CT_OK:
 * [cut->body, cut->whole) is the body as it came, cut->len how much there is
 * in it, and the scan is clean.
 */
ct_rc_t ct_http_body_find(ct_scan_t *scan, const uint8_t *data, size_t len,
                          const ct_limits_t *limits, ct_cut_t *cut,
                          size_t *want);

/*
 * What is in the body that was cut at `data`: a slice of it, or of the pool if
 * it came in several chunks.  CT_ERROR: no memory.
 */
ct_rc_t ct_http_body_join(const ct_http_head_t *head, const uint8_t *data,
                          const ct_cut_t *cut, ct_pool_t *pool, ct_str_t *body);

/* Makes the scan clean for the next message. */
void ct_http_scan_reset(ct_scan_t *scan);

#endif /* CT_HTTP_BODY_H */
