/*
 * ct_event.h -- a descriptor in a loop.
 *
 * A ct_io_t lives in its owner's struct.  Backends report edges: `readable`
 * and `writable` say what the kernel has told us and are cleared by who gets
 * EAGAIN, so an io is registered once and never touched again.  A backend
 * without edges (poll) watches what is not yet known to be ready.
 *
 * Interface header: backends and the loop fill and call it.
 */

#ifndef CT_EVENT_H
#define CT_EVENT_H

#include "core/ct_config.h"

#include "core/ct_queue.h"

typedef struct ct_io_s   ct_io_t;
typedef struct ct_loop_s ct_loop_t;
typedef struct ct_task_s ct_task_t;

/* May remove its io and free the struct around it (rule 40). */
typedef void (*ct_io_fn)(ct_io_t *io);

enum {
    CT_IO_READ = 0x1,
    CT_IO_WRITE = 0x2,
    CT_IO_EXCLUSIVE = 0x4, /* wake one process only, where that exists */
    CT_IO_LEVEL = 0x8,     /* report as long as it lasts (listeners) */

    /* What a backend may report beside CT_IO_READ and CT_IO_WRITE. */
    CT_IO_ENDING = 0x10,
    CT_IO_HUNG_UP = 0x20,
};

/*
 * Set fd, fn and data, zero the rest, then ct_loop_add_io.  `fn` is called
 * with readable or writable newly set, and `news` says which; an io of
 * CT_IO_LEVEL is called as long as the state lasts.
 */
struct ct_io_s {
    int      fd;
    uint8_t  interest; /* CT_IO_*; set by ct_loop_add_io */
    uint8_t  news;     /* CT_IO_READ, CT_IO_WRITE: why fn is called */
    bool     readable;
    bool     writable;
    bool     ending;     /* the peer has ended its side: read to the end */
    bool     hung_up;    /* the peer has gone altogether: EPOLLHUP, ERR */
    bool     registered; /* in a loop */
    uint32_t slot;       /* the backend's own note */
    ct_io_fn fn;
    void    *data;
};

/*
 * Something to do after the events of this turn; may post itself again, and
 * may free the struct around it.  A posted task is called off by taking
 * `link` out of its queue.
 */
typedef void (*ct_task_fn)(ct_task_t *task);

struct ct_task_s {
    ct_queue_t link; /* ct_queue_init before first use */
    ct_task_fn fn;
    void      *data;
};

#endif /* CT_EVENT_H */
