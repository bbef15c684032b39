/*
 * ct_tally.c -- how many of something each of many keys has, over all workers.
 *
 * An entry belongs to one key and one worker: `id` is the key's hash, `word`
 * says who owns it (the worker's slot in the scoreboard, and its pid) and how
 * many it has counted.  Only the owner writes, by plain stores, so no count is
 * ever half written; a reader adds up the entries of a key whose owners live.
 * When a worker is killed the master notes it in the scoreboard, and its
 * entries mean nothing any more and may be taken.
 *
 *   entry       | step                           | next
 *   ------------+--------------------------------+-----------------
 *   free, or of | swap word: its -> mine, 0      | mine, no key's
 *   one who died|                                |
 *   mine        | store id, then word: mine, n   | mine, counts
 *   mine        | store word: 0 after the last   | free
 *   mine        | killed, at whatever step       | of one who died
 *
 * So that workers in any number find room, a key has one bucket for every
 * eight slots of the scoreboard, each found by a hash of its own.
 *
 * Who adds counts first and looks then whether that is too many: of two that
 * come at once both may be turned away where one was free, but never are both
 * let in.
 */

#include "core/ct_config.h"

#include "modules/ct_tally.h"

#include <stdatomic.h>
#include <unistd.h>

#include "core/ct_board.h"

/* Entries that a key may have for eight workers, beside other keys. */
#define WAYS 32

/* Slots of the board that share a bucket. */
#define GROUP 8

/* A word: slot, pid, count. */
#define SLOT_SHIFT 56
#define PID_SHIFT  32
#define PID_MASK   ((UINT64_C(1) << (SLOT_SHIFT - PID_SHIFT)) - 1)
#define COUNT_MASK ((UINT64_C(1) << PID_SHIFT) - 1)

/* Two to the 64th by the golden ratio: spreads a key's buckets. */
#define SPREAD UINT64_C(0x9e3779b97f4a7c15)

struct ct_tally_entry_s {
    _Atomic uint64_t id;
    _Atomic uint64_t word;
};

struct ct_tally_bucket_s {
    ct_tally_entry_t entries[WAYS];
};


static uint64_t
owner_of(unsigned slot, uint64_t pid)
{
    return (uint64_t) slot << SLOT_SHIFT | (pid & PID_MASK) << PID_SHIFT;
}


/* Whether the worker lives that this word is of. */
static bool
is_alive(const ct_tally_t *tally, uint64_t word)
{
    const uint64_t         owner = word & ~COUNT_MASK;
    const unsigned         slot = (unsigned) (word >> SLOT_SHIFT);
    const ct_board_slot_t *its = &tally->board->slots[slot];
    const uint64_t         pid = (uint64_t) atomic_load(&its->pid);

    return owner == tally->owner
           || (owner != 0 && owner == owner_of(slot, pid)
               && atomic_load(&its->state) != CT_SLOT_DEAD);
}


void
ct_tally_init(ct_tally_t *tally, void *memory, size_t size,
              const ct_board_t *board, unsigned slot)
{
    _Static_assert(sizeof(ct_tally_bucket_t) == CT_TALLY_MIN_SIZE, "one");
    _Static_assert(CT_BOARD_SLOTS <= 1 << (64 - SLOT_SHIFT), "slots fit");
    CT_ASSERT(size >= CT_TALLY_MIN_SIZE && slot < CT_BOARD_SLOTS);
    tally->buckets = memory;
    tally->nbuckets = size / sizeof(ct_tally_bucket_t);
    tally->board = board;
    tally->slot = slot;
    tally->owner = owner_of(slot, (uint64_t) getpid());
    for (size_t i = 0; i < tally->nbuckets; i++) {
        for (size_t k = 0; k < WAYS; k++) {
            ct_tally_entry_t *entry = &tally->buckets[i].entries[k];
            uint64_t          word = atomic_load(&entry->word);

            if (word != 0 && word >> SLOT_SHIFT == slot) {
                (void) atomic_compare_exchange_strong(&entry->word, &word, 0);
            }
        }
    }
}


static ct_tally_bucket_t *
bucket_of(const ct_tally_t *tally, uint64_t id, unsigned group)
{
    const uint64_t spread = id + group * SPREAD;

    return &tally->buckets[(spread ^ spread >> 32) % tally->nbuckets];
}


/* This worker's entry of the key, or NULL. */
static ct_tally_entry_t *
entry_find(const ct_tally_t *tally, ct_tally_bucket_t *bucket, uint64_t id)
{
    for (size_t i = 0; i < WAYS; i++) {
        ct_tally_entry_t *entry = &bucket->entries[i];
        const uint64_t    word = atomic_load(&entry->word);

        if ((word & ~COUNT_MASK) == tally->owner
            && atomic_load(&entry->id) == id) {
            return entry;
        }
    }
    return NULL;
}


/* One that nobody has any more; its key is written before it counts. */
static ct_tally_entry_t *
entry_take(const ct_tally_t *tally, ct_tally_bucket_t *bucket, uint64_t id)
{
    for (size_t i = 0; i < WAYS; i++) {
        ct_tally_entry_t *entry = &bucket->entries[i];
        uint64_t          word = atomic_load(&entry->word);

        if ((word == 0 || !is_alive(tally, word))
            && atomic_compare_exchange_strong(&entry->word, &word,
                                              tally->owner)) {
            atomic_store(&entry->id, id);
            return entry;
        }
    }
    return NULL;
}


static unsigned
group_of(uint64_t word)
{
    return (unsigned) (word >> SLOT_SHIFT) / GROUP;
}


/*
 * What the entry counts for the key, in a bucket that was looked up for that
 * group: in a small table two groups may have the same one.  It may change
 * hands between the two reads of `id`; then it counts for nobody.
 */
static uint64_t
entry_count(const ct_tally_t *tally, const ct_tally_entry_t *entry, uint64_t id,
            unsigned group)
{
    uint64_t word;

    if (atomic_load(&entry->id) != id) {
        return 0;
    }
    word = atomic_load(&entry->word);
    return atomic_load(&entry->id) == id && group_of(word) == group
                   && is_alive(tally, word)
               ? word & COUNT_MASK
               : 0;
}


uint64_t
ct_tally_count(const ct_tally_t *tally, uint64_t id)
{
    const unsigned nslots = atomic_load(&tally->board->nslots);
    uint64_t       sum = 0;

    for (unsigned group = 0; group <= nslots / GROUP; group++) {
        const ct_tally_bucket_t *bucket = bucket_of(tally, id, group);

        for (size_t i = 0; i < WAYS; i++) {
            sum += entry_count(tally, &bucket->entries[i], id, group);
        }
    }
    return sum;
}


ct_rc_t
ct_tally_add(const ct_tally_t *tally, uint64_t id, uint32_t limit,
             ct_tally_entry_t **entry)
{
    ct_tally_bucket_t *bucket = bucket_of(tally, id, tally->slot / GROUP);
    ct_tally_entry_t  *own = entry_find(tally, bucket, id);

    CT_ASSERT(id != 0);
    if (own == NULL) {
        own = entry_take(tally, bucket, id);
    }
    if (own == NULL) {
        return CT_ERROR;
    }
    atomic_store(&own->word, atomic_load(&own->word) + 1);
    if (ct_tally_count(tally, id) > limit) {
        ct_tally_drop(tally, own);
        return CT_DECLINED;
    }
    *entry = own;
    return CT_OK;
}


void
ct_tally_drop(const ct_tally_t *tally, ct_tally_entry_t *entry)
{
    const uint64_t word = atomic_load(&entry->word);

    CT_ASSERT((word & ~COUNT_MASK) == tally->owner && (word & COUNT_MASK) > 0);
    atomic_store(&entry->word, (word & COUNT_MASK) > 1 ? word - 1 : 0);
}
