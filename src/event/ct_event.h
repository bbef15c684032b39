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
};

/*
 * Set fd, fn and data, zero the rest, then ct_loop_add_io.  `fn` is called
 * with readable or writable newly set.
 */
struct ct_io_s {
    int      fd;
    uint8_t  interest; /* CT_IO_*; set by ct_loop_add_io */
    bool     readable;
    bool     writable;
    bool     hung_up;    /* the peer has gone altogether: EPOLLHUP, ERR */
    bool     registered; /* in a loop */
    uint32_t slot;       /* the backend's own note */
    uint32_t turn;       /* guards against events of a removed io */
    ct_io_fn fn;
    void    *data;
};

/* Something to do after the events of this turn; may post itself again. */
typedef void (*ct_task_fn)(ct_task_t *task);

struct ct_task_s {
    ct_queue_t link; /* ct_queue_init before first use */
    ct_task_fn fn;
    void      *data;
};

#endif /* CT_EVENT_H */
