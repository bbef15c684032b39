/*
 * ct_rate.c -- how fast each of many keys comes, for all processes at once.
 *
 * An entry is two words.  `id` is the key's hash, 0 where the entry is free.
 * `word` holds the moment at which the key's backlog will have drained, and
 * above it twelve bits of the id it was written for.  So the whole state of a
 * leaky bucket is one word, a call is one compare-and-swap of it, and whoever
 * is killed has either made that swap or not: nothing is ever half done that
 * anybody would have to find and mend, and nobody waits for anybody.
 *
 * A backlog that has drained says the same as no entry at all.  Therefore an
 * entry whose moment is past may be given to another key by one swap of `id`:
 * the old word, which bears the old key's mark, then counts as no backlog
 * until the new owner writes its first.  Only where all entries of a set are
 * ahead is one lost that says something, the one that is least ahead.  (Marks
 * of two ids are the same once in 4096 times: then what is left of the old
 * key's backlog, mostly none, is the new one's.)
 *
 *   entry    | step                    | next
 *   ---------+-------------------------+----------------------------------
 *   free     | swap id: 0 -> K         | K's, no backlog (no mark of K)
 *   J's, past| swap id: J -> K         | K's, no backlog
 *   K's      | swap word: -> K, later  | K's, ahead; the call is counted
 *   K's      | time passes             | K's, past
 *
 * Who counts looks at `id` between reading the word and swapping it, and once
 * more behind the swap: an entry that another key has taken meanwhile did not
 * count the call, which then begins anew.  Two processes that meet a new key
 * at the same moment may each give it an entry: whoever finds another one in
 * front of its own gives its own up.
 *
 * Ids are 64 bits of a keyed hash: of a million keys that are ahead at once,
 * two are taken for one with a chance of one in 37 million.
 */

#include "core/ct_config.h"

#include "modules/ct_rate.h"

#include <stdatomic.h>

#include "core/ct_clock.h"

/* Entries that a key may have: four lines of cache. */
#define WAYS 16

#define TIME_BITS 52
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)

/* Attempts that others' swaps may spoil; then the call goes uncounted. */
#define ATTEMPTS 64

typedef struct entry_s {
    _Atomic uint64_t id;
    _Atomic uint64_t word;
} entry_t;

struct ct_rate_set_s {
    entry_t entries[WAYS];
};


void
ct_rate_init(ct_rate_t *rate, void *memory, size_t size)
{
    _Static_assert(sizeof(ct_rate_set_t) == CT_RATE_MIN_SIZE, "one set");
    CT_ASSERT(size >= CT_RATE_MIN_SIZE);
    rate->sets = memory;
    rate->nsets = size / sizeof(ct_rate_set_t);
}


/* 52 bits of ticks last for nine years without a reboot. */
uint64_t
ct_rate_now(void)
{
    return ct_clock_ns() * 2 / 125 & TIME_MASK;
}


/* The bits that are left of an id beside a time. */
static inline uint64_t
mark_of(uint64_t id)
{
    return id & ~TIME_MASK;
}


/* How far that word is ahead for `id`: not at all, if another key wrote it. */
static inline uint64_t
word_backlog(uint64_t word, uint64_t id, uint64_t now)
{
    const uint64_t moment = word & TIME_MASK;

    return mark_of(word) == mark_of(id) && moment > now ? moment - now : 0;
}


/* By bits that are not the mark's. */
static ct_rate_set_t *
set_of(const ct_rate_t *rate, uint64_t id)
{
    return &rate->sets[(id & TIME_MASK) % rate->nsets];
}


static entry_t *
entry_find(ct_rate_set_t *set, uint64_t id)
{
    for (size_t i = 0; i < WAYS; i++) {
        if (atomic_load(&set->entries[i].id) == id) {
            return &set->entries[i];
        }
    }
    return NULL;
}


/* The first one that says nothing, else the one that says least. */
static entry_t *
entry_choose(ct_rate_set_t *set, uint64_t now, uint64_t *id, uint64_t *backlog)
{
    entry_t *best = NULL;

    for (size_t i = 0; i < WAYS; i++) {
        entry_t       *entry = &set->entries[i];
        const uint64_t its = atomic_load(&entry->id);
        const uint64_t ahead =
            its == 0 ? 0 : word_backlog(atomic_load(&entry->word), its, now);

        if (best == NULL || ahead < *backlog) {
            best = entry;
            *id = its;
            *backlog = ahead;
        }
        if (ahead == 0) {
            break;
        }
    }
    return best;
}


/* The key's entry, its own or one that it takes; NULL: others were faster. */
static entry_t *
entry_get(ct_rate_set_t *set, uint64_t id, uint64_t now, bool *forgot)
{
    entry_t *entry = entry_find(set, id);
    entry_t *first;
    uint64_t old = 0;
    uint64_t backlog = 0;

    if (entry != NULL) {
        return entry;
    }
    entry = entry_choose(set, now, &old, &backlog);
    if (!atomic_compare_exchange_strong(&entry->id, &old, id)) {
        return NULL;
    }
    *forgot |= backlog != 0;
    first = entry_find(set, id);
    if (first != NULL && first < entry) {
        old = id;
        (void) atomic_compare_exchange_strong(&entry->id, &old, 0);
        return first;
    }
    return entry;
}


/* CT_AGAIN: somebody came between. */
static ct_rc_t
entry_add(entry_t *entry, uint64_t id, uint64_t now, uint64_t cost,
          uint64_t limit, uint64_t *backlog)
{
    uint64_t word = atomic_load(&entry->word);
    uint64_t next;

    *backlog = word_backlog(word, id, now);
    next = mark_of(id) | ((now + *backlog + cost) & TIME_MASK);
    if (atomic_load(&entry->id) != id) {
        return CT_AGAIN;
    }
    if (*backlog > limit) {
        return CT_DECLINED;
    }
    if (!atomic_compare_exchange_strong(&entry->word, &word, next)
        || atomic_load(&entry->id) != id) {
        return CT_AGAIN;
    }
    return CT_OK;
}


uint64_t
ct_rate_backlog(const ct_rate_t *rate, uint64_t id, uint64_t now)
{
    const entry_t *entry = entry_find(set_of(rate, id), id);

    return entry == NULL ? 0 : word_backlog(atomic_load(&entry->word), id, now);
}


/*
 * The time is read once for each attempt: others move on meanwhile.  An id of
 * 0 would be a free entry.
 */
ct_rc_t
ct_rate_add(const ct_rate_t *rate, uint64_t id, uint64_t cost, uint64_t limit,
            ct_rate_result_t *result)
{
    ct_rate_set_t *set = set_of(rate, id);

    CT_ASSERT(id != 0 && limit <= CT_RATE_MAX_BACKLOG);
    *result = (ct_rate_result_t){ 0, false };
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        const uint64_t now = ct_rate_now();
        entry_t       *entry = entry_get(set, id, now, &result->forgot);
        ct_rc_t        rc = CT_AGAIN;

        if (entry != NULL) {
            rc = entry_add(entry, id, now, cost, limit, &result->backlog);
        }
        if (rc != CT_AGAIN) {
            return rc;
        }
    }
    result->backlog = 0;
    return CT_OK;
}


void
ct_rate_take_back(const ct_rate_t *rate, uint64_t id, uint64_t cost)
{
    entry_t *entry = entry_find(set_of(rate, id), id);
    uint64_t word;

    if (entry == NULL) {
        return;
    }
    word = atomic_load(&entry->word);
    while (mark_of(word) == mark_of(id) && (word & TIME_MASK) >= cost
           && !atomic_compare_exchange_weak(&entry->word, &word, word - cost)) {
        continue;
    }
}
