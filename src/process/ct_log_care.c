/*
 * ct_log_care.c -- what a process does about its own log once a turn.
 */

#include "core/ct_config.h"

#include "process/ct_log_care.h"


void
ct_log_care_init(ct_log_care_t *care, ct_log_t *log, const ct_board_t *board,
                 ct_counter_t *lost, ct_counter_t *lines)
{
    ct_log_keeper_init(&care->keeper, lost, lines);
    care->board = board;
    care->log = log;
    care->level = CT_LOG_INHERIT;
    log->guard = &care->keeper.guard;
}


CT_HOT void
ct_log_care_turn(ct_log_care_t *care, uint64_t now_ms)
{
    const uint32_t level =
        atomic_load_explicit(&care->board->log_level, memory_order_relaxed);

    ct_log_keeper_turn(&care->keeper, care->log, now_ms);
    if (level != care->level && level <= CT_LOG_DEBUG) {
        care->level = level;
        ct_log_set_level(care->log, (ct_log_level_t) level);
    }
}


void
ct_log_care_release(ct_log_care_t *care)
{
    ct_log_keeper_turn(&care->keeper, care->log, UINT64_MAX);
    care->log->guard = NULL;
}
