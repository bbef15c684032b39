/*
 * ct_gate.h -- the listening descriptors of a worker, and when they are
 * watched.
 *
 * The gate says "somebody is at this socket"; ct_accept.c lets them in, and
 * tells the gate when it cannot.  Header of the event floor only.
 */

#ifndef CT_GATE_H
#define CT_GATE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_event.h"
#include "event/ct_timer.h"

typedef struct ct_gate_s    ct_gate_t;
typedef struct ct_listen_s  ct_listen_t;
typedef struct ct_listens_s ct_listens_t;
typedef struct ct_worker_s  ct_worker_t;

/* A listening descriptor.  Its io is registered while it is watched. */
typedef struct ct_door_s {
    ct_io_t            io;
    ct_gate_t         *gate;
    const ct_listen_t *listen;
    unsigned           owner;     /* worker id, where is_shared is false */
    bool               is_shared; /* the only socket of its listen */
    bool               is_broken; /* never watched again */
    uint8_t            nalone;    /* times yet that one is let in, not more */
} ct_door_t;

/* Somebody is at the door; called again as long as they are. */
typedef void (*ct_door_fn)(ct_door_t *door);

struct ct_gate_s {
    ct_worker_t *worker;
    ct_door_t   *doors;
    size_t       ndoors;
    bool         has_owned; /* some door is not shared */
    bool         is_open;   /* between ct_gate_open and ct_gate_close */
    bool         is_full;
    ct_timer_t   backoff_timer; /* on: backing off */
    ct_timer_t   full_timer;
    ct_timer_t   orphan_timer;
    uint64_t     backoff_ms;  /* the last one; 0: none since a success */
    uint64_t     full_log_ms; /* when the next line is allowed */
    uint64_t     error_log_ms;
    ct_door_fn   fn;
    void        *data; /* whose gate it is */
};

/*
 * A gate over the sockets of `listens`, closed; `fn` is called for each door
 * that somebody stands at.  It must stay where it is, and ends with the
 * worker's pool.
 */
void ct_gate_init(ct_gate_t *gate, ct_worker_t *worker,
                  const ct_listens_t *listens, ct_door_fn fn, void *data);

/* Begins to watch; CT_ERROR, logged, when a door cannot be watched. */
ct_rc_t ct_gate_open(ct_gate_t *gate);

/* Ends it for good and closes this process's descriptors. */
void ct_gate_close(ct_gate_t *gate);

/* The worker has all the connections it may have, or no longer. */
void ct_gate_set_full(ct_gate_t *gate, bool is_full);

/* accept(2) has lacked something (`err`): pauses, and logs now and then. */
void ct_gate_back_off(ct_gate_t *gate, const ct_door_t *door, int err);

/* accept(2) has succeeded: the next pause begins small again. */
static inline void
ct_gate_relax(ct_gate_t *gate)
{
    gate->backoff_ms = 0;
}


/* The descriptor itself is bad (`err`, logged): it is not watched again. */
void ct_gate_give_up(ct_gate_t *gate, ct_door_t *door, int err);

#endif /* CT_GATE_H */
