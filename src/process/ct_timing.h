/*
 * ct_timing.h -- times for the calls that a histogram has counted.
 */

#ifndef CT_TIMING_H
#define CT_TIMING_H

#include "core/ct_config.h"

#include "core/ct_board.h"

/*
 * For each bucket that holds calls one time, in microseconds, to stand for all
 * of them: within the bucket's bounds, so off by less than half of it, and
 * such that together they took `time_us` as nearly as whole microseconds and
 * the bounds allow.  `time_us` may be negative, when more was told before than
 * there was.  Buckets without calls get 0.
 */
void ct_timing_of(const uint64_t calls[CT_BOARD_BUCKETS], int64_t time_us,
                  uint64_t value_us[CT_BOARD_BUCKETS]);

#endif /* CT_TIMING_H */
