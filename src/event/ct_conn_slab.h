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

typedef struct ct_conn_s      ct_conn_t;
typedef struct ct_conn_step_s ct_conn_step_t;
typedef struct ct_pool_s      ct_pool_t;

/*
 * `spare` links connections that are not in use, by their `link`.  The steps
 * that were ever taken are in a list, the first one first.
 */
typedef struct ct_conn_slab_s {
    ct_queue_t      spare;
    ct_pool_t      *pool;
    ct_conn_step_t *first;
    ct_conn_step_t *last;
} ct_conn_slab_t;

/* A place between two connections of a slab; zeroed: before the first. */
typedef struct ct_conn_cursor_s {
    ct_conn_step_t *step;
    size_t          i;
} ct_conn_cursor_t;

/* An empty slab over `pool`, which must outlive it. */
void ct_conn_slab_init(ct_conn_slab_t *slab, ct_pool_t *pool);

/* A zeroed connection, or NULL when there is no memory. */
ct_conn_t *ct_conn_slab_take(ct_conn_slab_t *slab);

/*
 * The connection behind the cursor, which moves past it; NULL at the end.  One
 * that is not in use has no acceptor.  Whoever is taken and given back
 * meanwhile: one that is in use all the time is met exactly once.
 */
ct_conn_t *ct_conn_slab_next(const ct_conn_slab_t *slab,
                             ct_conn_cursor_t     *cursor);

/* Gives one back; it must be in no list. */
void ct_conn_slab_put(ct_conn_slab_t *slab, ct_conn_t *conn);

#endif /* CT_CONN_SLAB_H */
