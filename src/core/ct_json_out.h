/*
 * ct_json_out.h -- one JSON text, written from front to back.
 *
 * Commas come by themselves.  A line breaks before what is nested little, so
 * that a person can read it, and a list of numbers stays on one line.  A
 * buffer that finds no memory loses the rest: who cares looks at its length.
 */

#ifndef CT_JSON_OUT_H
#define CT_JSON_OUT_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_buf_s ct_buf_t;

typedef struct ct_json_out_s {
    ct_buf_t *buf;
    unsigned  depth;
    bool      has_before; /* a comma comes before the next value */
} ct_json_out_t;

/* Begins a text at the end of `buf`, which outlives it. */
void ct_json_out_init(ct_json_out_t *out, ct_buf_t *buf);

/*
 * `c_key` is a constant that needs no escape; NULL inside a list, and for the
 * outermost value.  `bracket` is '{' or '[', and then '}' or ']'.
 */
void ct_json_out_begin(ct_json_out_t *out, const char *c_key, char bracket);
void ct_json_out_end(ct_json_out_t *out, char bracket);

/*
 * A number; beyond 2^63 - 1, which not every reader takes, it stays there.  A
 * difference of counters below zero is a moment between two of them: 0.
 */
void ct_json_out_count(ct_json_out_t *out, const char *c_key, uint64_t n);
void ct_json_out_gauge(ct_json_out_t *out, const char *c_key, int64_t n);

/* Bytes that are no UTF-8, and control characters, become \u00XX. */
void ct_json_out_str(ct_json_out_t *out, const char *c_key, ct_str_t value);

void ct_json_out_bool(ct_json_out_t *out, const char *c_key, bool value);
void ct_json_out_null(ct_json_out_t *out, const char *c_key);

#endif /* CT_JSON_OUT_H */
