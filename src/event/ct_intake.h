/*
 * ct_intake.h -- taking connections that other workers have given away.
 *
 * One half of ct_mover.c, which gives; lives in it.  Header of the event floor
 * only.
 */

#ifndef CT_INTAKE_H
#define CT_INTAKE_H

#include "core/ct_config.h"

#include "event/ct_event.h"
#include "event/ct_mover.h"
#include "event/ct_timer.h"

typedef struct ct_buf_s ct_buf_t;

/*
 * The queue is watched while none of the flags below stands; `paused` ends
 * with the timer.
 */
typedef struct ct_intake_s {
    ct_worker_t    *worker;
    ct_acceptor_t  *acceptor;
    ct_mover_conf_t conf;
    ct_buf_t       *out; /* to write a record in, the mover's */
    ct_io_t         io;  /* the end of the queue */
    ct_timer_t      timer;
    uint8_t        *in;       /* room for a record, once one has come */
    bool            is_full;  /* the worker has no room */
    bool            is_ended; /* it leaves */
    bool            paused;
    bool            yields; /* paused to let others go first */
} ct_intake_t;

/* Not watching yet; `out` must outlive it. */
void ct_intake_init(ct_intake_t *intake, ct_worker_t *worker,
                    ct_acceptor_t *acceptor, const ct_mover_conf_t *conf,
                    ct_buf_t *out);

void ct_intake_start(ct_intake_t *intake);

/*
 * We are about to give: takes nothing until others have taken that, or have
 * not for too long.
 */
void ct_intake_wait(ct_intake_t *intake);

/* The worker has no room for more, or has some again: others go first. */
void ct_intake_set_full(ct_intake_t *intake, bool is_full);

/* Takes no more, but for ct_intake_take_all. */
void ct_intake_end(ct_intake_t *intake);

/* Takes whatever lies there: nobody else will. */
void ct_intake_take_all(ct_intake_t *intake);

#endif /* CT_INTAKE_H */
