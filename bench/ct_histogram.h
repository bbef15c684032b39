/*
 * ct_histogram.h -- how often each duration was seen, in bounded space.
 *
 * The way of HdrHistogram: each power of two is cut into 128 equal parts, so a
 * value is known to better than one per cent whatever its size, and adding one
 * is two instructions and a store.
 */

#ifndef CT_HISTOGRAM_H
#define CT_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define CT_HISTOGRAM_PARTS 128

/* 57 powers of two above the first 128 values reach the end of 64 bits. */
#define CT_HISTOGRAM_SIZE (58 * CT_HISTOGRAM_PARTS)

/* All zero is empty; `total` is the sum of `counts`. */
typedef struct {
    uint64_t total;
    uint64_t counts[CT_HISTOGRAM_SIZE];
} ct_histogram_t;

/* Counts one value, of whatever unit. */
void ct_histogram_add(ct_histogram_t *histogram, uint64_t value);

/*
 * The value that `percent` (0 to 100) of all values do not exceed, up to the
 * width of a part; 0 where there is none.
 */
uint64_t ct_histogram_percentile(const ct_histogram_t *histogram,
                                 double                percent);

/* Adds what `other` has counted. */
void ct_histogram_merge(ct_histogram_t *histogram, const ct_histogram_t *other);

/* The mean of all values, each taken as the middle of its part; 0 of none. */
double ct_histogram_mean(const ct_histogram_t *histogram);

/* The largest value that is counted in place `i` < CT_HISTOGRAM_SIZE. */
uint64_t ct_histogram_value(size_t i);

#endif
