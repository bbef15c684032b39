/*
 * ct_share.h -- how many connections each serving worker has.
 *
 * Read off the scoreboard, so as of about now; nobody is asked.
 */

#ifndef CT_SHARE_H
#define CT_SHARE_H

#include "core/ct_config.h"

typedef struct ct_board_s      ct_board_t;
typedef struct ct_board_slot_s ct_board_slot_t;

/* Of all workers that share the board, whichever master they have. */
typedef struct ct_share_s {
    unsigned nserving;
    unsigned nstarting;   /* who will serve soon */
    uint64_t connections; /* of those that serve */
    uint64_t least;       /* that one of them has whose loop turns */
    uint64_t mine;
} ct_share_t;

/* As of now; `board` may be NULL: nobody else serves. */
void ct_share_read(ct_share_t *share, const ct_board_t *board,
                   const ct_board_slot_t *mine);

/* What each would have, rounded up. */
uint64_t ct_share_mean(const ct_share_t *share);

/*
 * Whether we have so much more than our share that somebody else should take
 * what comes next.
 */
bool ct_share_is_over(const ct_share_t *share);

/*
 * How many of ours should go to workers that have clearly less; 0 as long as
 * the shares are nearly equal.
 */
uint64_t ct_share_excess(const ct_share_t *share);

#endif /* CT_SHARE_H */
