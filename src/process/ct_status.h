/*
 * ct_status.h -- the scoreboard for people and for programs.
 */

#ifndef CT_STATUS_H
#define CT_STATUS_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_board_s ct_board_t;
typedef struct ct_pool_s  ct_pool_t;

/* Tables of the server, its workers, the totals and the methods. */
ct_str_t ct_status_text(const ct_board_t *board, ct_pool_t *pool);

/*
 * The same as one JSON object and a newline.  Names are stable: they are
 * only ever added.
 */
ct_str_t ct_status_json(const ct_board_t *board, ct_pool_t *pool);

/* The name of a counter, as in JSON; and of a slot's state. */
const char *ct_status_counter_name(unsigned counter);
const char *ct_status_state_name(unsigned state);

#endif /* CT_STATUS_H */
