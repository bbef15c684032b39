/*
 * ct_conn_slab.c -- connections, 64 at a time.
 *
 * The one given back last is taken first: its lines are still in the cache.
 * 64 of about 200 bytes are three pages, so an idle worker wastes little.
 * In a sanitizer's build a step is one connection, which a pool then puts
 * into a block of its own.
 */

#include "core/ct_config.h"

#include "event/ct_conn_slab.h"

#include <string.h>

#include "core/ct_pool.h"
#include "event/ct_conn.h"

enum {
    STEP = CT_SANITIZED ? 1 : 64 /* connections */
};


void
ct_conn_slab_init(ct_conn_slab_t *slab, ct_pool_t *pool)
{
    ct_queue_init(&slab->spare);
    slab->pool = pool;
}


/* In front of the others: `next` of the head is what pop takes. */
void
ct_conn_slab_put(ct_conn_slab_t *slab, ct_conn_t *conn)
{
    ct_queue_push(slab->spare.next, &conn->link);
}


static bool
grow(ct_conn_slab_t *slab)
{
    ct_conn_t *conns = ct_pool_try_alloc(slab->pool, STEP * sizeof(*conns));

    if (conns == NULL) {
        return false;
    }
    for (int i = STEP; i > 0; i--) {
        ct_conn_slab_put(slab, &conns[i - 1]);
    }
    return true;
}


ct_conn_t *
ct_conn_slab_take(ct_conn_slab_t *slab)
{
    ct_queue_t *link;
    ct_conn_t  *conn;

    if (ct_queue_is_empty(&slab->spare) && !grow(slab)) {
        return NULL;
    }
    link = ct_queue_pop(&slab->spare);
    conn = CT_QUEUE_ENTRY(link, ct_conn_t, link);
    memset(conn, 0, sizeof(*conn));
    ct_queue_init(&conn->link);
    return conn;
}
