/*
 * ct_tally.h -- how many of something each of many keys has, over all workers.
 *
 * A table in shared memory where every worker counts its own: what a worker
 * that died had counted is void from then on, so sums heal by themselves.  No
 * lock and no link is in it: see ct_tally.c.
 */

#ifndef CT_TALLY_H
#define CT_TALLY_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_board_s        ct_board_t;
typedef struct ct_tally_entry_s  ct_tally_entry_t;
typedef struct ct_tally_bucket_s ct_tally_bucket_t;

/* One worker's view; zeroed memory is an empty table. */
typedef struct ct_tally_s {
    ct_tally_bucket_t *buckets;
    size_t             nbuckets;
    const ct_board_t  *board; /* says who lives */
    uint64_t           owner; /* this worker, as words of entries have it */
    unsigned           slot;  /* of it in the board */
} ct_tally_t;

/* Least bytes of a table. */
#define CT_TALLY_MIN_SIZE ((size_t) 512)

/*
 * Lays a table over `size` bytes, aligned to 64, for the worker that is in
 * that slot of the board, as the process that it is now.  Whatever its
 * predecessors in the slot have left there is given back.
 */
void ct_tally_init(ct_tally_t *tally, void *memory, size_t size,
                   const ct_board_t *board, unsigned slot);

/*
 * Counts one more for the key that `id` is the hash of, not 0.  CT_OK: *entry
 * takes it back.  CT_DECLINED: with it there would be more than `limit`.
 * CT_ERROR: the table is full.  Neither of the latter counts.
 */
ct_rc_t ct_tally_add(const ct_tally_t *tally, uint64_t id, uint32_t limit,
                     ct_tally_entry_t **entry);

/* Counts one less; `entry` comes from an addition of this worker. */
void ct_tally_drop(const ct_tally_t *tally, ct_tally_entry_t *entry);

/* How many the key has in all workers that live. */
uint64_t ct_tally_count(const ct_tally_t *tally, uint64_t id);

#endif /* CT_TALLY_H */
