/*
 * ct_zlib.h -- whole bodies, inflated and deflated at once.
 *
 * For transports that compress each message by itself (RFC 1950); the zlib
 * transport's endless streams are ct_zstream.h's.
 */

#ifndef CT_ZLIB_H
#define CT_ZLIB_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_buf_s  ct_buf_t;
typedef struct ct_pool_s ct_pool_t;

/*
 * Inflates `in`, one whole zlib stream and nothing behind it, into memory that
 * lives as long as `pool`.  It grows as bytes come out, up to `cap` of them.
 * CT_DECLINED: there are more.  CT_ERROR: it is no such stream, or there is no
 * memory.  *why, a constant text, is set with either.
 */
CT_API ct_rc_t ct_zlib_inflate(ct_str_t in, size_t cap, ct_pool_t *pool,
                               ct_str_t *out, const char **why);

/*
 * Deflates the end of `out` in its place: what stands there from `at` on, an
 * offset from out->pos.  CT_ERROR: no memory; then those bytes are as before.
 */
CT_API ct_rc_t ct_zlib_deflate(ct_buf_t *out, size_t at);

#endif /* CT_ZLIB_H */
