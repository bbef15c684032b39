/*
 * ct_lines.h -- text that is made line by line.
 *
 * On a ct_buf_t, which only fails without memory: what is missing then is the
 * end of a table, and nobody is told.
 */

#ifndef CT_LINES_H
#define CT_LINES_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_str.h"

#include <jansson.h>

typedef struct ct_pool_s ct_pool_t;

/* Appends; more than 1023 bytes at a time are cut. */
void ct_lines_add(ct_buf_t *buf, const char *fmt, ...) CT_PRINTF(2, 3);

/* A copy in `pool`; the buffer is released. */
ct_str_t ct_lines_text(ct_buf_t *buf, ct_pool_t *pool);

/* The object as text and a newline, in `pool`; it is given up. */
ct_str_t ct_lines_json(json_t *root, ct_pool_t *pool);

/* A count as JSON's integer, which ends at 2^63. */
void ct_lines_count(json_t *object, const char *c_name, uint64_t n);

/* A text; null where it is empty, or no UTF-8. */
void ct_lines_string(json_t *object, const char *c_name, ct_str_t text);

#endif /* CT_LINES_H */
