/*
 * ct_tls_cache.c -- sessions of TLS for all workers, in shared memory.
 *
 * Sessions are written one behind the other into a ring, each over the oldest
 * ones: no free list, nothing to fragment, and sessions are all used up at
 * about the same age anyway.  Positions in the ring are counted from the
 * beginning of time, so one that lies more than a ring's size behind the head
 * has been overwritten.  An index of small sets of positions finds a session
 * by its id; an entry of it that points nowhere any more is room for another.
 *
 * Everything that is read from the memory is checked before it is used to
 * reach further, so the worst that half-written bytes can do is to be no
 * session.  Where a process has died in the middle of writing, all is
 * forgotten.
 */

#include "core/ct_config.h"

#include "event/ct_tls_cache.h"

#include <string.h>

#include "core/ct_lock.h"

/* Positions in a set of the index. */
#define WAYS 4

/* The index is made for sessions of about that size. */
#define USUAL_SIZE 256

/* Entries begin at multiples of it. */
#define ALIGN 16


/* An entry of the ring; the session's bytes follow. */
typedef struct entry_s {
    uint64_t position; /* its own */
    uint64_t until_s;
    uint16_t id_len;
    uint16_t len;
    uint8_t  id[CT_TLS_CACHE_ID];
} entry_t;

/* A position is stored with 1 added: 0 is none. */
typedef struct set_s {
    uint64_t positions[WAYS];
} set_t;

/*
 * The ring follows the sets.  Invariant: everything in [head - ring, head) is
 * whole entries, and rests at the ring's end that were too small for one.
 */
struct ct_tls_cache_s {
    ct_lock_t lock;
    uint32_t  nsets;
    uint64_t  ring; /* bytes */
    uint64_t  head;
    set_t     sets[];
};


static uint8_t *
ring_of(ct_tls_cache_t *cache)
{
    return (uint8_t *) &cache->sets[cache->nsets];
}


static size_t
size_of(size_t len)
{
    return (sizeof(entry_t) + len + ALIGN - 1) / ALIGN * ALIGN;
}


static void
forget_all(ct_tls_cache_t *cache)
{
    memset(cache->sets, 0, cache->nsets * sizeof(set_t));
    cache->head = 0;
}


ct_tls_cache_t *
ct_tls_cache_attach(void *addr, size_t size)
{
    ct_tls_cache_t *cache = addr;
    size_t          nsets = size / USUAL_SIZE / WAYS;

    CT_ASSERT(size >= CT_TLS_CACHE_LEAST);
    if (cache->nsets == 0) {
        cache->ring =
            (size - sizeof(*cache) - nsets * sizeof(set_t)) / ALIGN * ALIGN;
        cache->nsets = nsets > UINT32_MAX ? UINT32_MAX : (uint32_t) nsets;
    }
    return cache;
}


/* False: it is busy, go without. */
static bool
enter(ct_tls_cache_t *cache)
{
    const ct_rc_t rc = ct_lock_take(&cache->lock);

    if (rc == CT_DECLINED) {
        forget_all(cache);
    }
    return rc != CT_AGAIN;
}


static void
leave(ct_tls_cache_t *cache)
{
    ct_lock_give(&cache->lock);
}


/* Ids are random, but who asks may send any: they only choose a set. */
static set_t *
set_of(ct_tls_cache_t *cache, const uint8_t *id, size_t id_len)
{
    uint64_t hash = 0xcbf29ce484222325ULL;

    for (size_t i = 0; i < id_len; i++) {
        hash = (hash ^ id[i]) * 0x100000001b3ULL;
    }
    hash ^= hash >> 32;
    return &cache->sets[hash % cache->nsets];
}


/* What stands there, or NULL if it has been overwritten since. */
static entry_t *
entry_at(ct_tls_cache_t *cache, uint64_t stored)
{
    const uint64_t position = stored - 1;
    const uint64_t offset = position % cache->ring;
    entry_t       *entry;

    if (stored == 0 || position >= cache->head
        || cache->head - position > cache->ring
        || cache->ring - offset < sizeof(entry_t)) {
        return NULL;
    }
    entry = (entry_t *) (void *) (ring_of(cache) + offset);
    if (entry->position != position || entry->id_len > CT_TLS_CACHE_ID
        || entry->len > CT_TLS_CACHE_DATA
        || cache->ring - offset < size_of(entry->len)) {
        return NULL;
    }
    return entry;
}


/* The place of the session in its set, or NULL. */
static uint64_t *
find(ct_tls_cache_t *cache, const uint8_t *id, size_t id_len, entry_t **entry)
{
    set_t *set = set_of(cache, id, id_len);

    for (size_t i = 0; i < WAYS; i++) {
        entry_t *found = entry_at(cache, set->positions[i]);

        if (found != NULL && found->id_len == id_len
            && memcmp(found->id, id, id_len) == 0) {
            *entry = found;
            return &set->positions[i];
        }
    }
    return NULL;
}


/* Its own place, or one that is free, or the oldest. */
static uint64_t *
place_for(ct_tls_cache_t *cache, const uint8_t *id, size_t id_len)
{
    set_t    *set = set_of(cache, id, id_len);
    entry_t  *unused;
    uint64_t *best = find(cache, id, id_len, &unused);

    for (size_t i = 0; i < WAYS && best == NULL; i++) {
        if (entry_at(cache, set->positions[i]) == NULL) {
            best = &set->positions[i];
        }
    }
    if (best != NULL) {
        return best;
    }
    best = &set->positions[0];
    for (size_t i = 1; i < WAYS; i++) {
        if (set->positions[i] < *best) {
            best = &set->positions[i];
        }
    }
    return best;
}


/* Moves the head over room for an entry in one piece; its position. */
static uint64_t
claim(ct_tls_cache_t *cache, size_t size)
{
    const uint64_t left = cache->ring - cache->head % cache->ring;
    uint64_t       position;

    if (left < size) {
        cache->head += left;
    }
    position = cache->head;
    cache->head += size;
    return position;
}


ct_rc_t
ct_tls_cache_put(ct_tls_cache_t *cache, const uint8_t *id, size_t id_len,
                 const uint8_t *data, size_t len, uint64_t until_s)
{
    uint64_t *place;
    uint64_t  position;
    entry_t  *entry;

    if (id_len == 0 || id_len > CT_TLS_CACHE_ID || len > CT_TLS_CACHE_DATA
        || !enter(cache)) {
        return CT_DECLINED;
    }
    place = place_for(cache, id, id_len);
    position = claim(cache, size_of(len));
    entry = (entry_t *) (void *) (ring_of(cache) + position % cache->ring);
    *entry = (entry_t){ .position = position,
                        .until_s = until_s,
                        .id_len = (uint16_t) id_len,
                        .len = (uint16_t) len };
    memcpy(entry->id, id, id_len);
    memcpy(entry + 1, data, len);
    *place = position + 1;
    leave(cache);
    return CT_OK;
}


ct_rc_t
ct_tls_cache_get(ct_tls_cache_t *cache, const uint8_t *id, size_t id_len,
                 uint64_t now_s, uint8_t *data, size_t *len)
{
    const uint64_t *place;
    entry_t        *entry = NULL;
    ct_rc_t         rc = CT_DECLINED;

    if (id_len == 0 || id_len > CT_TLS_CACHE_ID || !enter(cache)) {
        return CT_DECLINED;
    }
    place = find(cache, id, id_len, &entry);
    if (place != NULL && entry->until_s > now_s) {
        memcpy(data, entry + 1, entry->len);
        *len = entry->len;
        rc = CT_OK;
    }
    leave(cache);
    return rc;
}


void
ct_tls_cache_remove(ct_tls_cache_t *cache, const uint8_t *id, size_t id_len)
{
    uint64_t *place;
    entry_t  *entry;

    if (id_len == 0 || id_len > CT_TLS_CACHE_ID || !enter(cache)) {
        return;
    }
    place = find(cache, id, id_len, &entry);
    if (place != NULL) {
        *place = 0;
    }
    leave(cache);
}
