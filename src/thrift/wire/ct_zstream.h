/*
 * ct_zstream.h -- the two streams of the zlib transport.
 *
 * The transport is one endless zlib stream (RFC 1950) in each direction of a
 * connection; whatever else is spoken goes through it.  Compressed bytes are
 * received into the room that a stream gives, or fed to it, and come out
 * inflated in pieces of the caller's size, so that no input, however well
 * compressed, is more than that in memory.  What is sent is flushed whole by
 * each call and never finished.
 *
 * A connection costs about 20 KB until its first message, then up to 60 for
 * what comes and 64 for what goes.
 */

#ifndef CT_ZSTREAM_H
#define CT_ZSTREAM_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_buf_s     ct_buf_t;
typedef struct ct_zstream_s ct_zstream_t;

/* Both directions at their beginning; NULL: no memory. */
CT_API ct_zstream_t *ct_zstream_create(void);

/* Ends them; NULL is allowed. */
CT_API void ct_zstream_destroy(ct_zstream_t *zstream);

/*
 * Where compressed bytes can be received: *size of them, several thousand.
 * Zero while some are still to be inflated.  NULL: no memory.
 */
CT_API uint8_t *ct_zstream_room(ct_zstream_t *zstream, size_t *size);

/* `n` bytes were received there. */
CT_API void ct_zstream_received(ct_zstream_t *zstream, size_t n);

/*
 * The same for bytes that were received elsewhere, which are copied behind
 * those that wait.  CT_ERROR: no memory; nothing changes.
 */
CT_API ct_rc_t ct_zstream_feed(ct_zstream_t *zstream, const uint8_t *data,
                               size_t len);

/*
 * Whether inflating may give anything but CT_AGAIN before more bytes have come:
 * bytes, the end, an error.
 */
CT_API bool ct_zstream_has_news(const ct_zstream_t *zstream);

/*
 * Inflates into `size` bytes at `data`, at least one.  CT_OK: *n of them, one
 * at least, were written.  CT_AGAIN: more compressed bytes are needed first.
 * CT_DECLINED: the peer has ended its stream, and all of it has been given.
 * CT_ERROR: *why, a constant text; so does every later call.
 */
CT_API ct_rc_t ct_zstream_inflate(ct_zstream_t *zstream, uint8_t *data,
                                  size_t size, size_t *n, const char **why);

/*
 * Deflates `len` bytes to the end of `out`, all that the peer needs to have
 * them.  CT_ERROR: no memory; `out` has the bytes that it had, and nothing
 * more can be sent on this connection.
 */
CT_API ct_rc_t ct_zstream_deflate(ct_zstream_t *zstream, const uint8_t *data,
                                  size_t len, ct_buf_t *out);

#endif /* CT_ZSTREAM_H */
