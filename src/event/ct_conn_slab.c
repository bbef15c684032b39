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

struct ct_conn_step_s {
    ct_conn_step_t *next; /* taken later; NULL: the last one */
    ct_conn_t       conns[STEP];
};


void
ct_conn_slab_init(ct_conn_slab_t *slab, ct_pool_t *pool)
{
    ct_queue_init(&slab->spare);
    slab->pool = pool;
    slab->first = NULL;
    slab->last = NULL;
}


/* In front of the others: `next` of the head is what pop takes. */
void
ct_conn_slab_put(ct_conn_slab_t *slab, ct_conn_t *conn)
{
    conn->acceptor = NULL;
    ct_queue_push(slab->spare.next, &conn->link);
}


static bool
grow(ct_conn_slab_t *slab)
{
    ct_conn_step_t *step = ct_pool_try_alloc(slab->pool, sizeof(*step));

    if (step == NULL) {
        return false;
    }
    step->next = NULL;
    if (slab->last != NULL) {
        slab->last->next = step;
    } else {
        slab->first = step;
    }
    slab->last = step;
    for (int i = STEP; i > 0; i--) {
        ct_conn_slab_put(slab, &step->conns[i - 1]);
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


ct_conn_t *
ct_conn_slab_next(const ct_conn_slab_t *slab, ct_conn_cursor_t *cursor)
{
    if (cursor->step == NULL) {
        cursor->step = slab->first;
        cursor->i = 0;
    } else if (cursor->i == STEP && cursor->step->next != NULL) {
        cursor->step = cursor->step->next;
        cursor->i = 0;
    }
    if (cursor->step == NULL || cursor->i == STEP) {
        return NULL;
    }
    cursor->i++;
    return &cursor->step->conns[cursor->i - 1];
}
