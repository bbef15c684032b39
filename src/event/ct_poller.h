/*
 * ct_poller.h -- what a backend of the loop must do.
 *
 * Interface header: ct_epoll.c, ct_kqueue.c and ct_poll.c implement it,
 * ct_loop.c chooses among them.  All calls are made by the loop's thread.
 */

#ifndef CT_POLLER_H
#define CT_POLLER_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_io_s   ct_io_t;
typedef struct ct_log_s  ct_log_t;
typedef struct ct_loop_s ct_loop_t;

typedef struct ct_poller_s {
    const char *name; /* as in `use NAME;` */

    /* *state is the backend's own.  `max_events` are taken per wait. */
    ct_rc_t (*create)(size_t max_events, ct_log_t *log, void **state);
    void (*destroy)(void *state);

    /*
     * Begins and ends watching; io->interest says what for.  After remove
     * the io is forgotten, also what `wait` still had to report of it: its
     * owner may free it at once, or add it again for another descriptor.
     */
    ct_rc_t (*add)(void *state, ct_io_t *io);
    void (*remove)(void *state, ct_io_t *io);

    /*
     * The io has cleared readable or writable and waits for it again.  NULL
     * in a backend of edges.
     */
    void (*rearm)(void *state, ct_io_t *io);

    /*
     * Waits at most timeout_ms (-1: for ever) and gives what is ready to
     * ct_loop_ready.  CT_AGAIN: a signal.
     */
    ct_rc_t (*wait)(void *state, ct_loop_t *loop, int timeout_ms);
} ct_poller_t;

extern const ct_poller_t ct_epoll_poller;
extern const ct_poller_t ct_kqueue_poller;
extern const ct_poller_t ct_poll_poller;

/*
 * For backends: notes what the kernel has told (`ready`, a mask of CT_IO_READ,
 * WRITE, ENDING and HUNG_UP) and calls the io's fn if that is news to it,
 * which may remove this and any other io.
 */
void ct_loop_ready(ct_loop_t *loop, ct_io_t *io, unsigned ready);

#endif /* CT_POLLER_H */
