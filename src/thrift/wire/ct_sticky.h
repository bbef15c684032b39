/*
 * ct_sticky.h -- headers that last as long as a connection.
 *
 * A client of THeader may say once what holds for all its messages.  What is
 * kept is one block, which is never changed: setting makes another one.  So a
 * call can use the headers as they were when it came, without a copy, however
 * late it is answered.
 */

#ifndef CT_STICKY_H
#define CT_STICKY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_block_s ct_block_t;
typedef struct ct_buf_s   ct_buf_t;
typedef struct ct_pool_s  ct_pool_t;

/* Most headers that a connection may have. */
#define CT_STICKY_MOST 64

/* Zeroed: empty.  `block` begins with the `n` headers; NULL: there are none. */
struct ct_sticky_s {
    ct_block_t *block;
    size_t      n;
};

/*
 * Adds copies of `n` headers, each in place of one of its name, whatever its
 * case.  CT_DECLINED: there would be more than CT_STICKY_MOST, or more than
 * `limit` bytes of names and values; CT_ERROR: no memory.  Then nothing has
 * changed.
 */
ct_rc_t ct_sticky_set(ct_sticky_t *sticky, const ct_header_t *headers, size_t n,
                      size_t limit);

/* The headers as they are now, for as long as `pool` lives; *n of them. */
const ct_header_t *ct_sticky_hold(const ct_sticky_t *sticky, ct_pool_t *pool,
                                  size_t *n);

/*
 * Appends the headers to `out` as bytes that ct_sticky_read makes headers of
 * again, in another process too.  CT_ERROR: no memory.
 */
ct_rc_t ct_sticky_write(const ct_sticky_t *sticky, ct_buf_t *out);

/*
 * Adds the headers that were written so.  CT_DECLINED: these are other bytes,
 * or too many headers; CT_ERROR: no memory.  Then nothing has changed.
 */
ct_rc_t ct_sticky_read(ct_sticky_t *sticky, const uint8_t *data, size_t len);

/* Forgets them; empty as before. */
void ct_sticky_release(ct_sticky_t *sticky);

#endif /* CT_STICKY_H */
