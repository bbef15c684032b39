/*
 * ct_str.h -- slices of text.
 *
 * A ct_str_t is a length and a place.  It owns nothing and ends with no NUL
 * that anyone may count on; who made the bytes says how long they live.  A
 * NULL `data` means "no string"; an empty string has len 0 and data set.
 */

#ifndef CT_STR_H
#define CT_STR_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#include <stdarg.h>
#include <string.h>

typedef struct ct_pool_s ct_pool_t;

/* Thrift's string and binary have this shape too. */
typedef struct ct_str_s {
    size_t      len;
    const char *data;
} ct_str_t;

/* A ct_str_t of a literal, as an expression and as an initialiser. */
/* clang-format off */
#define CT_STR(literal)      ((ct_str_t) { sizeof(literal) - 1, (literal) })
#define CT_STR_INIT(literal) { sizeof(literal) - 1, (literal) }
#define CT_STR_NONE          ((ct_str_t) { 0, NULL })
/* clang-format on */

/* The two arguments of "%.*s". */
#define CT_STR_ARG(str) (int) (str).len, (str).data

/* A slice of `c_text`, which must outlive it; NULL gives the empty string. */
static inline ct_str_t
ct_str_of(const char *c_text)
{
    ct_str_t str = { 0, "" };

    if (c_text != NULL) {
        str.len = strlen(c_text);
        str.data = c_text;
    }
    return str;
}


static inline bool
ct_str_eq(ct_str_t a, ct_str_t b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}


/*
 * The same where both are likely to be short: up to 16 bytes are compared in
 * place, by their first and their last 8 or 4, which may overlap.
 */
static inline bool
ct_str_eq_short(ct_str_t a, ct_str_t b)
{
    if (a.len != b.len) {
        return false;
    }
    if (a.len >= 8 && a.len <= 16) {
        return memcmp(a.data, b.data, 8) == 0
               && memcmp(a.data + a.len - 8, b.data + a.len - 8, 8) == 0;
    }
    if (a.len >= 4 && a.len < 8) {
        return memcmp(a.data, b.data, 4) == 0
               && memcmp(a.data + a.len - 4, b.data + a.len - 4, 4) == 0;
    }
    return ct_str_eq(a, b);
}


static inline bool
ct_str_eq_c(ct_str_t a, const char *c_text)
{
    return ct_str_eq(a, ct_str_of(c_text));
}


/* Bytes compared as unsigned, a prefix first: < 0, 0 or > 0, as memcmp. */
CT_API int ct_str_cmp(ct_str_t a, ct_str_t b);

CT_API bool ct_str_starts_with(ct_str_t str, const char *c_prefix);
CT_API bool ct_str_ends_with(ct_str_t str, const char *c_suffix);

/* A copy in `pool`; a NUL follows it, not counted in len. */
CT_API ct_str_t ct_str_dup(ct_pool_t *pool, ct_str_t str);

/* The same as a C string: ends with NUL, lives as long as `pool`. */
CT_API char *ct_str_dup_c(ct_pool_t *pool, ct_str_t str);

/* libc's format into `pool`; a NUL follows, not counted in len. */
CT_API ct_str_t ct_str_printf(ct_pool_t *pool, const char *fmt, ...)
    CT_PRINTF(2, 3);
CT_API ct_str_t ct_str_vprintf(ct_pool_t *pool, const char *fmt, va_list args)
    CT_PRINTF(2, 0);

/*
 * Numbers of a whole slice, decimal, with an optional '-' for the signed one.
 * CT_DECLINED for anything else, an overflow included; *value is then unset.
 */
CT_API ct_rc_t ct_str_to_i64(ct_str_t str, int64_t *value);
CT_API ct_rc_t ct_str_to_u64(ct_str_t str, uint64_t *value);

/*
 * The edit distance of two words of at most 64 bytes each (longer: SIZE_MAX),
 * counting an exchange of neighbours as one; the measure of "did you mean".
 */
CT_API size_t ct_str_distance(ct_str_t a, ct_str_t b);

/*
 * `str` with every byte outside 0x20-0x7e, and `"` and `\`, as \xXX, cut with
 * "..." to fit: what may stand in a log line.  Writes at most `size` bytes,
 * NUL included, and gives back `out`.
 */
CT_API const char *ct_str_printable(ct_str_t str, char *out, size_t size);

#endif /* CT_STR_H */
