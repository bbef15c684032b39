/*
 * ct_timing.c -- times for the calls that a histogram has counted.
 *
 * A bucket knows how many calls it holds but not how long each took; how long
 * all took together is known exactly.  So every bucket's calls are placed at
 * the same part of the way from its lower bound to its upper one, and the part
 * is what makes the sum right.  It lies between 0 and 1, since each call lies
 * within its bucket.  The last bucket has no upper bound: where it holds
 * calls, the others are taken at their middle and it gets what is left.
 */

#include "core/ct_config.h"

#include "process/ct_timing.h"

#define LAST (CT_BOARD_BUCKETS - 1)


static uint64_t
lower_bound(unsigned bucket)
{
    return bucket == 0 ? 0 : ct_board_bucket_bound(bucket - 1);
}


static uint64_t
width(unsigned bucket)
{
    return ct_board_bucket_bound(bucket) - lower_bound(bucket);
}


/* The part of the way; the last bucket is empty. */
static double
share_of(const uint64_t calls[CT_BOARD_BUCKETS], int64_t time_us)
{
    double least = 0;
    double room = 0;
    double share;

    for (unsigned i = 0; i < LAST; i++) {
        least += (double) calls[i] * (double) lower_bound(i);
        room += (double) calls[i] * (double) width(i);
    }
    if (room <= 0) {
        return 0;
    }
    share = ((double) time_us - least) / room;
    if (share < 0) {
        return 0;
    }
    return share > 1 ? 1 : share;
}


static void
place(const uint64_t calls[CT_BOARD_BUCKETS], double share,
      uint64_t value_us[CT_BOARD_BUCKETS])
{
    for (unsigned i = 0; i < LAST; i++) {
        value_us[i] =
            calls[i] == 0
                ? 0
                : lower_bound(i) + (uint64_t) (share * (double) width(i));
    }
}


/* What the others leave, but no less than the bucket begins with. */
static uint64_t
last_value(const uint64_t calls[CT_BOARD_BUCKETS], int64_t time_us,
           const uint64_t value_us[CT_BOARD_BUCKETS])
{
    int64_t left = time_us;
    int64_t value;

    for (unsigned i = 0; i < LAST; i++) {
        left -= (int64_t) (calls[i] * value_us[i]);
    }
    value = left / (int64_t) calls[LAST];
    return value > (int64_t) lower_bound(LAST) ? (uint64_t) value
                                               : lower_bound(LAST);
}


void
ct_timing_of(const uint64_t calls[CT_BOARD_BUCKETS], int64_t time_us,
             uint64_t value_us[CT_BOARD_BUCKETS])
{
    const bool has_last = calls[LAST] > 0;

    place(calls, has_last ? 0.5 : share_of(calls, time_us), value_us);
    value_us[LAST] = has_last ? last_value(calls, time_us, value_us) : 0;
}
