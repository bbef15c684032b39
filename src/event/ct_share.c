/*
 * ct_share.c -- how many connections each serving worker has.
 *
 * Connections come and go, so shares are never quite equal, and moving has its
 * price: nothing is given away unless somebody has less than four fifths of
 * the mean.  Then all who are above the mean give what they have above it;
 * together that is what the others lack, so nobody ends up below and has to be
 * given something back.  One whose loop does not turn, in a handler that
 * blocks, is given nothing: it would not take it.
 */

#include "core/ct_config.h"

#include "event/ct_share.h"

#include "core/ct_board.h"
#include "core/ct_clock.h"

/* Who has less of the mean than this lacks connections. */
#define LOW_PERCENT 80

/* Above the mean by this much: others are asked first. */
#define SLACK(mean) ((mean) / 16 + 2)

/* Whose loop has not turned for so long is busy with something else. */
#define ASLEEP_MS 1500


/* Every loop turns several times a second, since ours looks around as often. */
static bool
is_awake(const ct_board_slot_t *slot, uint64_t now_ms)
{
    return now_ms
           < atomic_load_explicit(&slot->heartbeat_ms, memory_order_relaxed)
                 + ASLEEP_MS;
}


static void
add(ct_share_t *share, const ct_board_slot_t *slot, uint64_t now_ms)
{
    const uint64_t n = ct_counter_get(&slot->gauges[CT_GAUGE_CONNECTIONS]);

    if (is_awake(slot, now_ms) && n < share->least) {
        share->least = n;
    }
    share->nserving++;
    share->connections += n;
}


void
ct_share_read(ct_share_t *share, const ct_board_t *board,
              const ct_board_slot_t *mine)
{
    const uint32_t nslots = board != NULL ? atomic_load(&board->nslots) : 0;

    const uint64_t now_ms = ct_clock_ms();

    *share = (ct_share_t){
        .mine = ct_counter_get(&mine->gauges[CT_GAUGE_CONNECTIONS]),
        .least = UINT32_MAX,
    };
    for (unsigned i = 1; i < nslots && i < CT_BOARD_SLOTS; i++) {
        const ct_board_slot_t *slot = &board->slots[i];
        const uint32_t         state = atomic_load(&slot->state);

        if (state == CT_SLOT_SERVING) {
            add(share, slot, now_ms);
        }
        share->nstarting += state == CT_SLOT_STARTING;
    }
}


uint64_t
ct_share_mean(const ct_share_t *share)
{
    if (share->nserving == 0) {
        return share->mine;
    }
    return (share->connections + share->nserving - 1) / share->nserving;
}


bool
ct_share_is_over(const ct_share_t *share)
{
    const uint64_t mean = ct_share_mean(share);

    return share->nserving > 1 && share->mine > mean + SLACK(mean);
}


uint64_t
ct_share_excess(const ct_share_t *share)
{
    const uint64_t mean = ct_share_mean(share);

    if (share->nserving < 2 || share->mine <= mean
        || share->least * share->nserving * 100
               >= share->connections * LOW_PERCENT) {
        return 0;
    }
    return share->mine - mean;
}
