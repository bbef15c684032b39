/*
 * ct_hash.h -- values found by name.
 *
 * An open-addressing table of strings in a pool, filled at load time and only
 * read afterwards: directive names, methods of a service, words.  A lookup
 * touches the slot, then the key once, since the whole hash is kept beside it.
 *
 * Invariants: size is 0 or a power of two; 2 * n <= size, so every search
 * meets an empty slot.  Growing leaves the old slots to the pool.
 */

#ifndef CT_HASH_H
#define CT_HASH_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_pool_s ct_pool_t;

/* Empty where value is NULL. */
typedef struct ct_hash_slot_s {
    uint64_t hash;
    ct_str_t key;
    void    *value;
} ct_hash_slot_t;

typedef struct ct_hash_s {
    ct_hash_slot_t *slots;
    size_t          n;
    size_t          size;
    ct_pool_t      *pool;
} ct_hash_t;

/* An empty table; allocates nothing yet. */
CT_API void ct_hash_init(ct_hash_t *hash, ct_pool_t *pool);

/*
 * Adds a value, not NULL.  The key's bytes are not copied and must live as
 * long as the table.  CT_DECLINED when the key is there already.
 */
CT_API ct_rc_t ct_hash_add(ct_hash_t *hash, ct_str_t key, void *value);

/* The value of `key`, or NULL.  May be called by several threads at once. */
CT_API void *ct_hash_find(const ct_hash_t *hash, ct_str_t key);

/* FNV-1a, 64 bits; what the table uses. */
CT_API uint64_t ct_hash_of(ct_str_t key);

#endif /* CT_HASH_H */
