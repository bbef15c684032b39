/*
 * ct_bare_skip.h -- where a struct ends that has no length in front of it.
 */

#ifndef CT_BARE_SKIP_H
#define CT_BARE_SKIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A place in bytes that came in.  at <= len.  Once `missing` (more must come
 * in) or `wrong` (no Thrift) is set it does not move any more, and reads zeros.
 */
typedef struct {
    const uint8_t *data;
    size_t         at;
    size_t         len;
    bool           missing;
    bool           wrong;
} ct_bare_place_t;

/* Past the struct that begins here, in strict binary. */
void ct_bare_skip_binary(ct_bare_place_t *place);

/* The same in compact. */
void ct_bare_skip_compact(ct_bare_place_t *place);

/* A varint of at most 64 bits. */
uint64_t ct_bare_varint(ct_bare_place_t *place);

/* Four bytes, the most significant first. */
uint32_t ct_bare_u32(ct_bare_place_t *place);

/* Past `n` bytes. */
void ct_bare_move(ct_bare_place_t *place, uint64_t n);

#endif
