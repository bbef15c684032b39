/*
 * ct_nearest.c -- "did you mean": the known word closest to a mistyped one.
 */

#include "core/ct_config.h"

#include "core/ct_nearest.h"

#include <stdio.h>

/* A typing error or two in a long word; never a word's whole middle. */
#define MOST_WRONG 3


void
ct_nearest_init(ct_nearest_t *nearest, ct_str_t word)
{
    size_t limit = word.len / 3;

    if (limit == 0) {
        limit = 1;
    } else if (limit > MOST_WRONG) {
        limit = MOST_WRONG;
    }
    *nearest = (ct_nearest_t){ word, CT_STR_NONE, limit + 1 };
}


void
ct_nearest_offer(ct_nearest_t *nearest, ct_str_t candidate)
{
    const size_t distance = ct_str_distance(nearest->word, candidate);

    /* Of a word of one letter nothing would be left. */
    if (distance < nearest->distance && distance < nearest->word.len) {
        nearest->distance = distance;
        nearest->best = candidate;
    }
}


const char *
ct_nearest_text(const ct_nearest_t *nearest, char out[CT_NEAREST_TEXT_SIZE])
{
    if (nearest->best.data == NULL) {
        return "";
    }
    snprintf(out, CT_NEAREST_TEXT_SIZE, ", did you mean '%.*s'?",
             CT_STR_ARG(nearest->best));
    return out;
}
