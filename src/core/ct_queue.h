/*
 * ct_queue.h -- an intrusive doubly linked list.
 *
 * The head is a link too; an empty list points at itself.  A link that is in
 * no list points at itself as well, so removing twice does no harm.
 */

#ifndef CT_QUEUE_H
#define CT_QUEUE_H

#include "core/ct_config.h"

typedef struct ct_queue_s {
    struct ct_queue_s *prev;
    struct ct_queue_s *next;
} ct_queue_t;

/* The struct that holds `link` as its `member`. */
#define CT_QUEUE_ENTRY(link, type, member) CT_CONTAINER_OF(link, type, member)

static inline void
ct_queue_init(ct_queue_t *queue)
{
    queue->prev = queue;
    queue->next = queue;
}


static inline bool
ct_queue_is_empty(const ct_queue_t *queue)
{
    return queue->next == queue;
}


/* Puts `link` before `queue`: at the end of the list whose head that is. */
static inline void
ct_queue_push(ct_queue_t *queue, ct_queue_t *link)
{
    link->prev = queue->prev;
    link->next = queue;
    queue->prev->next = link;
    queue->prev = link;
}


/* Takes `link` out of its list and leaves it pointing at itself. */
static inline void
ct_queue_remove(ct_queue_t *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    ct_queue_init(link);
}


/* The first link taken out, or NULL. */
static inline ct_queue_t *
ct_queue_pop(ct_queue_t *queue)
{
    ct_queue_t *link = queue->next;

    if (link == queue) {
        return NULL;
    }
    ct_queue_remove(link);
    return link;
}


/* Moves all of `from` to the end of `to`; `from` is empty then. */
static inline void
ct_queue_move(ct_queue_t *to, ct_queue_t *from)
{
    if (ct_queue_is_empty(from)) {
        return;
    }
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    ct_queue_init(from);
}

#endif /* CT_QUEUE_H */
