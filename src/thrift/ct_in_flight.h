/*
 * ct_in_flight.h -- how many calls may be under way at once.
 *
 * Header of the thrift floor only; all functions belong to the worker's
 * thread.
 */

#ifndef CT_IN_FLIGHT_H
#define CT_IN_FLIGHT_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_rc.h"

typedef struct ct_pending_s      ct_pending_t;
typedef struct ct_thrift_state_s ct_thrift_state_t;

/*
 * One `max_calls_in_flight`, constant while workers run: where it stands, and
 * the one of the blocks around it.  A worker's count has the same index.
 */
typedef struct ct_in_flight_s ct_in_flight_t;

struct ct_in_flight_s {
    uint32_t              max;
    unsigned              index; /* in ct_thrift_state_t's in_flight */
    const char           *c_place;
    const ct_in_flight_t *outer; /* NULL: the outermost */
};

/* The type of `max_calls_in_flight`; its field is a const ct_in_flight_t *. */
extern const ct_conf_type_t ct_in_flight_type;

/* Gives a worker its counts. */
void ct_in_flight_init(ct_thrift_state_t *state);

/*
 * CT_OK: there is room for the call in every block around its method.
 * CT_ERROR: there is none; the refusal is noted and counted.
 */
ct_rc_t ct_in_flight_admit(ct_pending_t *pending);

/* The call outlives its turn, and has ended. */
void ct_in_flight_enter(ct_pending_t *pending);
void ct_in_flight_leave(ct_pending_t *pending);

#endif /* CT_IN_FLIGHT_H */
