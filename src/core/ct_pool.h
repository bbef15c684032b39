/*
 * ct_pool.h -- memory that is released all at once.
 *
 * A pool hands out bytes and takes none back; destroying it gives back all of
 * them, after running its cleanups, last added first.  A pool belongs to one
 * thread.  Under a sanitizer each allocation is a malloc of its own, so that
 * an overrun is seen where it happens.
 */

#ifndef CT_POOL_H
#define CT_POOL_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_pool_s ct_pool_t;

/* Runs once, when the pool is reset or destroyed. */
typedef void (*ct_pool_cleanup_fn)(void *data);

/*
 * A new pool that takes memory in steps of about `size` bytes (at least 256);
 * larger blocks get an allocation of their own.  Never NULL.
 */
CT_API ct_pool_t *ct_pool_create(size_t size);

/* Ends the pool; NULL is allowed. */
CT_API void ct_pool_destroy(ct_pool_t *pool);

/*
 * As after create: cleanups run, everything handed out is invalid, and the
 * first step is kept, so that a pool reset in a loop allocates nothing.
 */
CT_API void ct_pool_reset(ct_pool_t *pool);

/*
 * `size` bytes, aligned for any type, not zeroed; valid until the pool is
 * reset or destroyed.  Never NULL: see rule 26.  A size chosen by a peer must
 * have been checked against a limit before it comes here.
 */
CT_API void *ct_pool_alloc(ct_pool_t *pool, size_t size);

/* The same, zeroed. */
CT_API void *ct_pool_zalloc(ct_pool_t *pool, size_t size);

/* The same as ct_pool_alloc, but NULL when there is no memory. */
CT_API void *ct_pool_try_alloc(ct_pool_t *pool, size_t size);

/* `fn(data)` runs when the pool is reset or destroyed. */
CT_API void ct_pool_cleanup_add(ct_pool_t *pool, ct_pool_cleanup_fn fn,
                                void *data);

/* Bytes taken from the allocator by this pool now. */
CT_API size_t ct_pool_size(const ct_pool_t *pool);

#endif /* CT_POOL_H */
