/*
 * ct_nearest.h -- "did you mean": the known word closest to a mistyped one.
 *
 * Candidates are offered one by one; the closest is kept, the first of equal
 * ones.  A word is near when no more than a third of its letters, at least
 * one and at most three, are wrong: beyond that a guess only misleads.
 */

#ifndef CT_NEAREST_H
#define CT_NEAREST_H

#include "core/ct_config.h"

#include "core/ct_str.h"

/* Room for the sentence of ct_nearest_text with a word of 64 bytes. */
#define CT_NEAREST_TEXT_SIZE 96

typedef struct ct_nearest_s {
    ct_str_t word;
    ct_str_t best; /* no string while nothing is near */
    size_t   distance;
} ct_nearest_t;

/* `word` must outlive the search, the candidates too. */
CT_API void ct_nearest_init(ct_nearest_t *nearest, ct_str_t word);

CT_API void ct_nearest_offer(ct_nearest_t *nearest, ct_str_t candidate);

/* ", did you mean 'x'?" or "", to stand behind a message; gives `out` back. */
CT_API const char *ct_nearest_text(const ct_nearest_t *nearest,
                                   char out[CT_NEAREST_TEXT_SIZE]);

#endif /* CT_NEAREST_H */
