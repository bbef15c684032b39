/*
 * ct_aside.h -- long strings of a message that are not copied into it.
 *
 * A string of some length costs more to copy than to be handed to the system
 * as a piece of its own.  A writer that is given a ct_aside_t leaves such
 * strings where they are and notes where they belong; who sends the message
 * puts the pieces together, while they last.
 *
 * Invariant: pieces stand in the order of `at`, and `len` is their sum.
 */

#ifndef CT_ASIDE_H
#define CT_ASIDE_H

#include "core/ct_config.h"

#include "core/ct_str.h"

/*
 * Shorter ones are copied: below this the system call's own work for another
 * piece is about as much (bench/README.md tells how to measure).
 */
#define CT_ASIDE_LEAST ((size_t) 16 * 1024)

/* In one message; what follows is copied. */
#define CT_ASIDE_MOST 16

typedef struct ct_aside_piece_s {
    size_t at; /* bytes of the buffer that go in front, as ct_buf_len has it */
    ct_str_t bytes;
} ct_aside_piece_t;

typedef struct ct_aside_s {
    size_t           n;
    size_t           len; /* bytes of all */
    ct_aside_piece_t pieces[CT_ASIDE_MOST];
} ct_aside_t;

static inline void
ct_aside_reset(ct_aside_t *aside)
{
    aside->n = 0;
    aside->len = 0;
}


/*
 * Leaves `bytes` aside; false: they are to be copied.  `aside` may be NULL:
 * then everything is.
 */
static inline bool
ct_aside_take(ct_aside_t *aside, size_t at, ct_str_t bytes)
{
    if (CT_LIKELY(bytes.len < CT_ASIDE_LEAST) || aside == NULL
        || aside->n == CT_ASIDE_MOST) {
        return false;
    }
    aside->pieces[aside->n++] = (ct_aside_piece_t){ at, bytes };
    aside->len += bytes.len;
    return true;
}

#endif /* CT_ASIDE_H */
