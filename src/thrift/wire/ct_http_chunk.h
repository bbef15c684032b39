/*
 * ct_http_chunk.h -- a body of HTTP/1.1 that comes in chunks.
 *
 * The same reader finds where the body ends and takes it apart afterwards, so
 * that the two cannot disagree.  Extensions and trailers are held against the
 * grammar and caps, and dropped.
 *
 * Private to the HTTP transports.
 */

#ifndef CT_HTTP_CHUNK_H
#define CT_HTTP_CHUNK_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_transport.h"

/* The most bytes of one chunk's extensions. */
#define CT_HTTP_MAX_EXTENSION 256

/* Where scan->step begins; the reader's own steps are this and above. */
#define CT_HTTP_CHUNK_STEP 16

/*
 * The next bytes of the body of chunks that begins at data[scan->head].
 * CT_OK: *piece is a slice of them, not empty.  CT_DECLINED: there are no
 * more, and scan->offset is behind the last trailer.  CT_AGAIN: more must
 * come.  CT_ERROR: scan->error, why, and status.
 *
 * scan->total counts the bytes given out.  limits->message caps the body
 * together with what stands around its chunks, limits->header the trailers.
 * The scan begins with offset at the body, and need, depth and total 0.
 */
ct_rc_t ct_http_chunk_next(ct_scan_t *scan, const uint8_t *data, size_t len,
                           const ct_limits_t *limits, ct_str_t *piece);

/* How many more bytes are needed, as far as is known, behind CT_AGAIN. */
size_t ct_http_chunk_want(const ct_scan_t *scan);

#endif /* CT_HTTP_CHUNK_H */
