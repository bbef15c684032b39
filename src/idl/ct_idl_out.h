/*
 * ct_idl_out.h -- C text, laid out as a person would.
 *
 * Text grows at the end.  The helpers know the house's layout: 80 columns,
 * members aligned, arguments wrapped below the first one, comments as blocks.
 */

#ifndef CT_IDL_OUT_H
#define CT_IDL_OUT_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_pool_s ct_pool_t;

/* Columns of a line, and of one level. */
#define CT_IDL_OUT_WIDTH  80
#define CT_IDL_OUT_INDENT 4

/* A NUL-less text of `len` bytes; a full one takes no more. */
typedef struct ct_idl_out_s {
    ct_pool_t *pool;
    char      *data;
    size_t     len;
    size_t     size;
    size_t     limit; /* bytes; SIZE_MAX without */
    bool       full;  /* more than `limit` was wanted */
} ct_idl_out_t;

/* One member of a struct, or one parameter. */
typedef struct ct_idl_member_s {
    ct_str_t doc;  /* or no string */
    ct_str_t type; /* "int32_t", "const char" */
    ct_str_t name; /* with its stars before: "*items" */
} ct_idl_member_t;

/* An empty text that is full after `limit` bytes. */
void ct_idl_out_init(ct_idl_out_t *out, ct_pool_t *pool, size_t limit);

/* Appends; format: libc's. */
void ct_idl_out_print(ct_idl_out_t *out, const char *fmt, ...) CT_PRINTF(2, 3);

/* Appends as it is. */
void ct_idl_out_str(ct_idl_out_t *out, ct_str_t str);

/* `n` blanks. */
void ct_idl_out_blanks(ct_idl_out_t *out, size_t n);

/* Bytes since the last newline. */
size_t ct_idl_out_column(const ct_idl_out_t *out);

/* A C string literal with its quotes. */
void ct_idl_out_literal(ct_idl_out_t *out, ct_str_t str);

/*
 * A doc comment of the IDL as a C comment, `indent` blanks before each line;
 * nothing for no string or blanks.
 */
void ct_idl_out_doc(ct_idl_out_t *out, ct_str_t doc, size_t indent);

/* The lines of a doc comment inside a comment that is open: " * words". */
void ct_idl_out_doc_lines(ct_idl_out_t *out, ct_str_t doc, size_t indent);

/*
 * `TYPE NAME;`, the name at `column` at least, on a line of its own where both
 * do not fit one.
 */
void ct_idl_out_typedef(ct_idl_out_t *out, ct_str_t type, ct_str_t name,
                        size_t column);

/* Members one level deep, names aligned between comments. */
void ct_idl_out_members(ct_idl_out_t *out, const ct_idl_member_t *members,
                        size_t n);

/*
 * `(a, b, c)` behind what stands in the line, filling lines up to the margin;
 * `tail` bytes are kept free behind the last one.
 */
void ct_idl_out_arguments(ct_idl_out_t *out, const ct_str_t *arguments,
                          size_t n, size_t tail);

#endif /* CT_IDL_OUT_H */
