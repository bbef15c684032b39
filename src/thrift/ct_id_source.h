/*
 * ct_id_source.h -- numbers that nobody can guess, for ids of calls.
 *
 * The system is asked for randomness once; each number is a hash of a counter
 * under that key.  So a number costs no system call, and none comes twice.
 * One belongs to one worker, and is made behind its fork.
 */

#ifndef CT_ID_SOURCE_H
#define CT_ID_SOURCE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_siphash.h"

typedef struct ct_id_source_s {
    ct_siphash_key_t key;
    uint64_t         count; /* of numbers given */
} ct_id_source_t;

/* CT_ERROR sets errno and is not logged. */
ct_rc_t ct_id_source_init(ct_id_source_t *source);

/* The next 64 bits; never 0, which stands for "none" in traces. */
uint64_t ct_id_source_next(ct_id_source_t *source);

/* `n` bytes as 2 * n lower-case digits at `out`, which gets no NUL. */
void ct_id_to_hex(const uint8_t *bytes, size_t n, char *out);

/* A number as 16 digits. */
void ct_id_u64_to_hex(uint64_t number, char *out);

#endif /* CT_ID_SOURCE_H */
