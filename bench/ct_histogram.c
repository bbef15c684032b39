/*
 * ct_histogram.c -- places of a value among parts of powers of two.
 *
 * Values below 256 have a place each.  Above, a value's eight highest bits
 * say its part, and how far they stand from the right says which power.
 */

#include "ct_histogram.h"

/* Bits that a value keeps: 128 parts and the leading one. */
#define KEPT_BITS 8


static size_t
place_of(uint64_t value)
{
    int shift;

    if (value < 2 * CT_HISTOGRAM_PARTS) {
        return (size_t) value;
    }
    shift = 64 - __builtin_clzll(value) - KEPT_BITS;
    return (size_t) shift * CT_HISTOGRAM_PARTS + (size_t) (value >> shift);
}


uint64_t
ct_histogram_value(size_t place)
{
    size_t shift;

    if (place < 2 * CT_HISTOGRAM_PARTS) {
        return place;
    }
    shift = place / CT_HISTOGRAM_PARTS - 1;
    return ((place - shift * CT_HISTOGRAM_PARTS + 1) << shift) - 1;
}


void
ct_histogram_add(ct_histogram_t *histogram, uint64_t value)
{
    histogram->counts[place_of(value)]++;
    histogram->total++;
}


uint64_t
ct_histogram_percentile(const ct_histogram_t *histogram, double percent)
{
    const double wanted = (double) histogram->total * percent / 100;
    uint64_t     seen = 0;
    size_t       i;

    for (i = 0; i < CT_HISTOGRAM_SIZE; i++) {
        seen += histogram->counts[i];
        if (seen != 0 && (double) seen >= wanted) {
            return ct_histogram_value(i);
        }
    }
    return 0;
}


void
ct_histogram_merge(ct_histogram_t *histogram, const ct_histogram_t *other)
{
    size_t i;

    for (i = 0; i < CT_HISTOGRAM_SIZE; i++) {
        histogram->counts[i] += other->counts[i];
    }
    histogram->total += other->total;
}


double
ct_histogram_mean(const ct_histogram_t *histogram)
{
    double sum = 0;
    double below;
    size_t i;

    for (i = 0; i < CT_HISTOGRAM_SIZE; i++) {
        below = i == 0 ? 0 : (double) ct_histogram_value(i - 1) + 1;
        sum += (double) histogram->counts[i]
               * ((below + (double) ct_histogram_value(i)) / 2);
    }
    return histogram->total == 0 ? 0 : sum / (double) histogram->total;
}
