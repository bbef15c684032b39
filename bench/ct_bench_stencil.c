/*
 * ct_bench_stencil.c -- a message with holes where its seqid goes.
 *
 * Nothing is known here of protocols.  Where one sample has its seqid in a
 * certain form, and the other one has its own in that form at the same place,
 * is a hole; and all other bytes must be equal.  Bytes of a value that happen
 * to look like the seqid in both are not to be feared: they would have to
 * change with it.
 */

#include "core/ct_config.h"

#include "ct_bench_stencil.h"

#include <string.h>

#include "core/ct_pool.h"
#include "thrift/wire/ct_bytes.h"

#define FORM_SIZE 9
#define NFORMS    3


static size_t
form_len(ct_bench_form_t form)
{
    return form == CT_BENCH_FORM_DIGITS ? FORM_SIZE : sizeof(uint32_t);
}


/* Its four bytes, the first one highest. */
static inline uint32_t
varint_of(uint32_t seqid)
{
    return (0x80 | (seqid & 0x7f)) << 24 | (0x80 | (seqid >> 7 & 0x7f)) << 16
           | (0x80 | (seqid >> 14 & 0x7f)) << 8 | (seqid >> 21 & 0x7f);
}


static void
write_digits(uint32_t seqid, uint8_t *out)
{
    for (size_t i = FORM_SIZE; i > 0; i--) {
        out[i - 1] = (uint8_t) ('0' + seqid % 10);
        seqid /= 10;
    }
}


static inline void
write_form(ct_bench_form_t form, uint32_t seqid, uint8_t *out)
{
    switch (form) {
    case CT_BENCH_FORM_FIXED:
        ct_store32(out, seqid);
        return;
    case CT_BENCH_FORM_VARINT:
        ct_store32(out, varint_of(seqid));
        return;
    case CT_BENCH_FORM_DIGITS:
        write_digits(seqid, out);
        return;
    }
}


static bool
has_form_at(const ct_bench_sample_t *sample, ct_bench_form_t form, size_t at)
{
    const size_t len = form_len(form);
    uint8_t      due[FORM_SIZE];

    if (sample->bytes.len - at < len) {
        return false;
    }
    write_form(form, sample->seqid, due);
    return memcmp(sample->bytes.data + at, due, len) == 0;
}


/* Whether a hole begins at `at`; then the stencil has it. */
static bool
find_hole(ct_bench_stencil_t *stencil, const ct_bench_sample_t *a,
          const ct_bench_sample_t *b, size_t at)
{
    static const ct_bench_form_t forms[NFORMS] = {
        CT_BENCH_FORM_FIXED,
        CT_BENCH_FORM_VARINT,
        CT_BENCH_FORM_DIGITS,
    };

    for (size_t i = 0; i < NFORMS; i++) {
        if (stencil->nholes < CT_BENCH_MAX_HOLES && has_form_at(a, forms[i], at)
            && has_form_at(b, forms[i], at)) {
            stencil->holes[stencil->nholes++] =
                (ct_bench_hole_t){ forms[i], at, at + form_len(forms[i]) };
            return true;
        }
    }
    return false;
}


ct_rc_t
ct_bench_stencil_make(ct_bench_stencil_t *stencil, const ct_bench_sample_t *a,
                      const ct_bench_sample_t *b, ct_pool_t *pool)
{
    ct_bench_stencil_t made = { .len = a->bytes.len };
    size_t             at = 0;

    if (a->bytes.len != b->bytes.len || a->seqid == b->seqid) {
        return CT_DECLINED;
    }
    while (at < made.len) {
        if (find_hole(&made, a, b, at)) {
            at = made.holes[made.nholes - 1].end;
        } else if (a->bytes.data[at] == b->bytes.data[at]) {
            at++;
        } else {
            return CT_DECLINED;
        }
    }
    if (made.nholes == 0) {
        return CT_DECLINED;
    }
    made.data = (const uint8_t *) ct_str_dup(pool, a->bytes).data;
    *stencil = made;
    return CT_OK;
}


void
ct_bench_stencil_write(const ct_bench_stencil_t *stencil, uint32_t seqid,
                       uint8_t *out)
{
    memcpy(out, stencil->data, stencil->len);
    for (size_t i = 0; i < stencil->nholes; i++) {
        write_form(stencil->holes[i].form, seqid, out + stencil->holes[i].at);
    }
}


/* The same of what has not come whole. */
static bool
begins_like(const ct_bench_stencil_t *stencil, uint32_t seqid,
            const uint8_t *data, size_t len)
{
    size_t  at = 0;
    uint8_t due[FORM_SIZE];

    for (size_t i = 0; i < stencil->nholes && at < len; i++) {
        const ct_bench_hole_t *hole = &stencil->holes[i];
        const size_t           end = hole->end < len ? hole->end : len;

        if (hole->at >= len) {
            break;
        }
        write_form(hole->form, seqid, due);
        if (memcmp(data + at, stencil->data + at, hole->at - at) != 0
            || memcmp(data + hole->at, due, end - hole->at) != 0) {
            return false;
        }
        at = end;
    }
    return memcmp(data + at, stencil->data + at, len - at) == 0;
}


static bool
digits_match(uint32_t seqid, const uint8_t *data)
{
    uint8_t due[FORM_SIZE];

    write_digits(seqid, due);
    return memcmp(data, due, sizeof(due)) == 0;
}


/* The word of four bytes is what a call is measured by: no call for it. */
static inline bool
form_matches(ct_bench_form_t form, uint32_t seqid, const uint8_t *data)
{
    switch (form) {
    case CT_BENCH_FORM_FIXED:
        return ct_load32(data) == seqid;
    case CT_BENCH_FORM_VARINT:
        return ct_load32(data) == varint_of(seqid);
    case CT_BENCH_FORM_DIGITS:
        return digits_match(seqid, data);
    }
    return false;
}


bool
ct_bench_stencil_matches(const ct_bench_stencil_t *stencil, uint32_t seqid,
                         const uint8_t *data, size_t len)
{
    size_t at = 0;

    if (stencil->nholes == 0) {
        return false;
    }
    if (len < stencil->len) {
        return begins_like(stencil, seqid, data, len);
    }
    for (size_t i = 0; i < stencil->nholes; i++) {
        const ct_bench_hole_t *hole = &stencil->holes[i];

        if (!form_matches(hole->form, seqid, data + hole->at)
            || memcmp(data + at, stencil->data + at, hole->at - at) != 0) {
            return false;
        }
        at = hole->end;
    }
    return memcmp(data + at, stencil->data + at, stencil->len - at) == 0;
}
