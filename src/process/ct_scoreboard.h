/*
 * ct_scoreboard.h -- making, filling and folding the scoreboard.
 *
 * The layout and the rules stand in core/ct_board.h.  Slots are claimed with
 * a compare-and-swap, since two masters share one board during an upgrade.
 */

#ifndef CT_SCOREBOARD_H
#define CT_SCOREBOARD_H

#include "core/ct_config.h"

#include "core/ct_board.h"
#include "core/ct_rc.h"
#include "core/ct_shm.h"

typedef struct ct_log_s ct_log_t;

/* A new board, its times set. */
ct_rc_t ct_scoreboard_create(ct_shm_t *shm, ct_log_t *log);

/*
 * The board behind `fd`, which is taken over.  CT_DECLINED, logged, if it was
 * made by a binary with another layout; CT_ERROR if it cannot be mapped.
 */
ct_rc_t ct_scoreboard_attach(ct_shm_t *shm, int fd, ct_log_t *log);

/* A free slot, in state STARTING and owned by this process; or NULL. */
ct_board_slot_t *ct_scoreboard_claim(ct_board_t *board, unsigned id,
                                     unsigned generation);

/*
 * The process of the slot is gone: its counters go to the retired totals and
 * the slot is free.  To be called by its owner, or by who has found the owner
 * dead.
 */
void ct_scoreboard_retire(ct_board_t *board, ct_board_slot_t *slot);

/* Retires slots whose worker and master are both dead; how many. */
unsigned ct_scoreboard_sweep(ct_board_t *board);

#endif /* CT_SCOREBOARD_H */
