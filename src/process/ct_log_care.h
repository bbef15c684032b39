/*
 * ct_log_care.h -- what a process does about its own log once a turn.
 *
 * It tells of messages that were kept back (ct_log_keeper.h) and takes the
 * level that `cthrift -s log-level` has put onto the board.  Lines that are
 * lost are counted there.
 */

#ifndef CT_LOG_CARE_H
#define CT_LOG_CARE_H

#include "core/ct_config.h"

#include "core/ct_board.h"
#include "core/ct_log.h"
#include "core/ct_log_keeper.h"

/* Must stay where it is. */
typedef struct ct_log_care_s {
    ct_log_keeper_t   keeper;
    const ct_board_t *board;
    ct_log_t         *log;
    uint32_t          level; /* of the board, as the log has it */
} ct_log_care_t;

/*
 * Takes care of `log`, one with sinks, from now on, and of no other.  Lines
 * that are lost are added to `lost`, and all of them by level to `lines`, both
 * on the board (ct_log_keeper.h).
 */
void ct_log_care_init(ct_log_care_t *care, ct_log_t *log,
                      const ct_board_t *board, ct_counter_t *lost,
                      ct_counter_t *lines);

/* The heartbeat; `now_ms` is monotonic. */
void ct_log_care_turn(ct_log_care_t *care, uint64_t now_ms);

/* Tells all that was kept back, and lets go of the log. */
void ct_log_care_release(ct_log_care_t *care);

#endif /* CT_LOG_CARE_H */
