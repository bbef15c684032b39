/*
 * ct_rate.h -- how fast each of many keys comes, for all processes at once.
 *
 * A table of leaky buckets in shared memory.  No lock and no link is in it:
 * see ct_rate.c for why a process may be killed at any instruction and leave
 * nothing that must be repaired.
 *
 * Times are in ticks of 1/16 microsecond, so that a million calls a second are
 * still exact.  A key's backlog is how many ticks of calls it is ahead of its
 * rate: it grows by the cost of a call with each, and drains as time passes.
 */

#ifndef CT_RATE_H
#define CT_RATE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#define CT_RATE_TICKS_PER_S  ((uint64_t) 16000000)
#define CT_RATE_TICKS_PER_MS ((uint64_t) 16000)

/* The highest backlog that may be asked about. */
#define CT_RATE_MAX_BACKLOG (UINT64_C(1) << 50)

typedef struct ct_rate_set_s ct_rate_set_t;

/* One process's view; zeroed memory is an empty table. */
typedef struct ct_rate_s {
    ct_rate_set_t *sets;
    size_t         nsets;
} ct_rate_t;

/* What an addition found. */
typedef struct ct_rate_result_s {
    uint64_t backlog; /* before the call, in ticks */
    bool     forgot;  /* a key that was ahead had to make room */
} ct_rate_result_t;

/* Least bytes of a table. */
#define CT_RATE_MIN_SIZE ((size_t) 256)

/* Lays a table over `size` bytes, aligned to 64; the rest stays unused. */
void ct_rate_init(ct_rate_t *rate, void *memory, size_t size);

/* The time, the same in every process of this machine. */
uint64_t ct_rate_now(void);

/* The backlog of `id`, without adding to it; 0 where it is not known. */
uint64_t ct_rate_backlog(const ct_rate_t *rate, uint64_t id, uint64_t now);

/*
 * Adds a call of `cost` ticks to the key that `id` is the hash of, unless its
 * backlog is above `limit`: CT_DECLINED, and nothing has changed.  Both set
 * *result.
 */
ct_rc_t ct_rate_add(const ct_rate_t *rate, uint64_t id, uint64_t cost,
                    uint64_t limit, ct_rate_result_t *result);

/* Takes back what was added to it for one call. */
void ct_rate_take_back(const ct_rate_t *rate, uint64_t id, uint64_t cost);

#endif /* CT_RATE_H */
