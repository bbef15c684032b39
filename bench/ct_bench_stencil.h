/*
 * ct_bench_stencil.h -- a message with holes where its seqid goes.
 *
 * All messages of one kind are alike but for the seqid, which stands in them
 * once or, where the transport says it too, twice.  A stencil is made of two
 * of them, and from then on writing the next, or knowing it again, is copying
 * or comparing bytes: what a server is measured by must not be what decoding
 * costs here.
 *
 * So that the holes stay where they are, each seqid is of the same width in
 * every protocol: four bytes in binary and as a varint, nine digits in JSON.
 */

#ifndef CT_BENCH_STENCIL_H
#define CT_BENCH_STENCIL_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_pool_s ct_pool_t;

/* Turns wrap here; no connection has so many calls under way. */
#define CT_BENCH_TURNS 0x04000000U

/* 2^21 <= seqid < 2^28: a varint of four bytes. */
#define CT_BENCH_FIRST_SEQID 100000000U

/* The seqid of a connection's call number `turn`. */
static inline uint32_t
ct_bench_seqid(uint32_t turn)
{
    return CT_BENCH_FIRST_SEQID + (turn & (CT_BENCH_TURNS - 1));
}

/* How a seqid is written. */
typedef enum ct_bench_form_e {
    CT_BENCH_FORM_FIXED,  /* four bytes, big-endian */
    CT_BENCH_FORM_VARINT, /* four bytes of seven bits, the lowest first */
    CT_BENCH_FORM_DIGITS, /* nine of them */
} ct_bench_form_t;

typedef struct ct_bench_hole_s {
    ct_bench_form_t form;
    size_t          at;
    size_t          end;
} ct_bench_hole_t;

/* In a THeader's frame and in the message in it; two more, to be sure. */
#define CT_BENCH_MAX_HOLES 4

/*
 * Holes are in ascending order and do not overlap.  nholes == 0: there is no
 * stencil, and nothing matches.
 */
typedef struct ct_bench_stencil_s {
    const uint8_t  *data;
    size_t          len;
    size_t          nholes;
    ct_bench_hole_t holes[CT_BENCH_MAX_HOLES];
} ct_bench_stencil_t;

/* One message, and the seqid that it has. */
typedef struct ct_bench_sample_s {
    ct_str_t bytes;
    uint32_t seqid;
} ct_bench_sample_t;

/*
 * Makes a stencil of two messages with different seqids; its bytes are copied
 * into `pool`.  CT_DECLINED: they differ in more than that, or not at all.
 */
ct_rc_t ct_bench_stencil_make(ct_bench_stencil_t      *stencil,
                              const ct_bench_sample_t *a,
                              const ct_bench_sample_t *b, ct_pool_t *pool);

/* Writes the message with that seqid: stencil->len bytes. */
void ct_bench_stencil_write(const ct_bench_stencil_t *stencil, uint32_t seqid,
                            uint8_t *out);

/* Whether the first `len` bytes of the message with that seqid, or all, are
 * those at `data`. */
bool ct_bench_stencil_matches(const ct_bench_stencil_t *stencil, uint32_t seqid,
                              const uint8_t *data, size_t len);

#endif /* CT_BENCH_STENCIL_H */
