/*
 * ct_conn_slab.h -- room for connections, taken in steps and used again.
 *
 * A worker that serves short connections allocates nothing after its first
 * ones.  The memory stays the pool's: a worker does not shrink.
 */

#ifndef CT_CONN_SLAB_H
#define CT_CONN_SLAB_H

#include "core/ct_config.h"

#include "core/ct_queue.h"

typedef struct ct_conn_s ct_conn_t;
typedef struct ct_pool_s ct_pool_t;

/* `spare` links connections that are not in use, by their `link`. */
typedef struct ct_conn_slab_s {
    ct_queue_t spare;
    ct_pool_t *pool;
} ct_conn_slab_t;

/* An empty slab over `pool`, which must outlive it. */
void ct_conn_slab_init(ct_conn_slab_t *slab, ct_pool_t *pool);

/* A zeroed connection, or NULL when there is no memory. */
ct_conn_t *ct_conn_slab_take(ct_conn_slab_t *slab);

/* Gives one back; it must be in no list. */
void ct_conn_slab_put(ct_conn_slab_t *slab, ct_conn_t *conn);

#endif /* CT_CONN_SLAB_H */
