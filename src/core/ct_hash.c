/*
 * ct_hash.c -- values found by name.
 *
 * Linear probing over a table at most half full.  FNV-1a is weak against an
 * attacker who chooses the keys; here a peer can only choose what is looked
 * up, never what stands in the table, so a search ends at the first gap of a
 * table that the operator's own names have filled.
 */

#include "core/ct_config.h"

#include "core/ct_hash.h"

#include "core/ct_pool.h"

#define FIRST_SIZE 16

/* Landon Curt Noll's parameters for 64 bits. */
#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL


uint64_t
ct_hash_of(ct_str_t key)
{
    uint64_t hash = FNV_BASIS;

    for (size_t i = 0; i < key.len; i++) {
        hash = (hash ^ (uint8_t) key.data[i]) * FNV_PRIME;
    }
    return hash;
}


void
ct_hash_init(ct_hash_t *hash, ct_pool_t *pool)
{
    *hash = (ct_hash_t){ NULL, 0, 0, pool };
}


/* The slot that holds the key, or the empty one where it would stand. */
static ct_hash_slot_t *
seek(const ct_hash_t *hash, uint64_t value, ct_str_t key)
{
    const size_t mask = hash->size - 1;
    size_t       i = (size_t) value & mask;

    while (hash->slots[i].value != NULL) {
        ct_hash_slot_t *slot = &hash->slots[i];

        if (slot->hash == value && ct_str_eq(slot->key, key)) {
            return slot;
        }
        i = (i + 1) & mask;
    }
    return &hash->slots[i];
}


/* Slots move by their kept hash: no key is read again. */
static void
grow(ct_hash_t *hash)
{
    const ct_hash_t old = *hash;

    hash->size = old.size == 0 ? FIRST_SIZE : old.size * 2;
    hash->slots = ct_pool_zalloc(hash->pool, hash->size * sizeof(*hash->slots));
    for (size_t i = 0; i < old.size; i++) {
        const ct_hash_slot_t *slot = &old.slots[i];

        if (slot->value != NULL) {
            *seek(hash, slot->hash, slot->key) = *slot;
        }
    }
}


ct_rc_t
ct_hash_add(ct_hash_t *hash, ct_str_t key, void *value)
{
    const uint64_t  code = ct_hash_of(key);
    ct_hash_slot_t *slot;

    CT_ASSERT(value != NULL);
    if (2 * (hash->n + 1) > hash->size) {
        grow(hash);
    }
    slot = seek(hash, code, key);
    if (slot->value != NULL) {
        return CT_DECLINED;
    }
    *slot = (ct_hash_slot_t){ code, key, value };
    hash->n++;
    return CT_OK;
}


void *
ct_hash_find(const ct_hash_t *hash, ct_str_t key)
{
    if (hash->n == 0) {
        return NULL;
    }
    return seek(hash, ct_hash_of(key), key)->value;
}
