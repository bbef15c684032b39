/*
 * ct_siphash.h -- a hash that nobody can aim at who does not know its key.
 *
 * SipHash-2-4 of Aumasson and Bernstein, 64 bits.  For tables whose keys are
 * chosen by peers; ct_hash_of is for names of our own.
 */

#ifndef CT_SIPHASH_H
#define CT_SIPHASH_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_siphash_key_s {
    uint64_t k0;
    uint64_t k1;
} ct_siphash_key_t;

/* A key that nobody can guess.  CT_ERROR sets errno and is not logged. */
CT_API ct_rc_t ct_siphash_key_make(ct_siphash_key_t *key);

/* The same on machines of either byte order.  From any thread. */
CT_API uint64_t ct_siphash(const ct_siphash_key_t *key, ct_str_t data);

#endif /* CT_SIPHASH_H */
