/*
 * ct_str.c -- slices of text.
 */

#include "core/ct_config.h"

#include "core/ct_str.h"

#include "core/ct_pool.h"

#include <stdio.h>

/* Longest word that ct_str_distance measures: its rows stand on the stack. */
#define MAX_WORD 64


int
ct_str_cmp(ct_str_t a, ct_str_t b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int    order = n == 0 ? 0 : memcmp(a.data, b.data, n);

    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}


bool
ct_str_starts_with(ct_str_t str, const char *c_prefix)
{
    const size_t len = strlen(c_prefix);

    return len == 0 || (str.len >= len && memcmp(str.data, c_prefix, len) == 0);
}


bool
ct_str_ends_with(ct_str_t str, const char *c_suffix)
{
    const size_t len = strlen(c_suffix);

    return len == 0
           || (str.len >= len
               && memcmp(str.data + str.len - len, c_suffix, len) == 0);
}


char *
ct_str_dup_c(ct_pool_t *pool, ct_str_t str)
{
    char *c_copy;

    CT_ASSERT(str.len < SIZE_MAX);
    c_copy = ct_pool_alloc(pool, str.len + 1);
    if (str.len > 0) {
        memcpy(c_copy, str.data, str.len);
    }
    c_copy[str.len] = '\0';
    return c_copy;
}


ct_str_t
ct_str_dup(ct_pool_t *pool, ct_str_t str)
{
    return (ct_str_t){ str.len, ct_str_dup_c(pool, str) };
}


/*
 * Formats twice, to measure and to write.  A guess at the length would spare
 * the first pass and waste pool memory with each wrong guess; no caller is on
 * the path of a call.
 */
ct_str_t
ct_str_vprintf(ct_pool_t *pool, const char *fmt, va_list args)
{
    va_list measured;
    int     len;
    char   *c_text;

    va_copy(measured, args);
    len = vsnprintf(NULL, 0, fmt, measured);
    va_end(measured);
    if (len < 0) {
        return CT_STR(""); /* a broken multibyte text; nothing to show */
    }
    c_text = ct_pool_alloc(pool, (size_t) len + 1);
    vsnprintf(c_text, (size_t) len + 1, fmt, args);
    return (ct_str_t){ (size_t) len, c_text };
}


ct_str_t
ct_str_printf(ct_pool_t *pool, const char *fmt, ...)
{
    va_list  args;
    ct_str_t str;

    va_start(args, fmt);
    str = ct_str_vprintf(pool, fmt, args);
    va_end(args);
    return str;
}


/*
 * Not strtoull: that wants a NUL, skips blanks, takes signs and answers an
 * overflow through errno, all of which a configuration must refuse.
 */
ct_rc_t
ct_str_to_u64(ct_str_t str, uint64_t *value)
{
    uint64_t sum = 0;

    if (str.len == 0) {
        return CT_DECLINED;
    }
    for (size_t i = 0; i < str.len; i++) {
        const char c = str.data[i];

        if (c < '0' || c > '9' || __builtin_mul_overflow(sum, 10, &sum)
            || __builtin_add_overflow(sum, (uint64_t) (c - '0'), &sum)) {
            return CT_DECLINED;
        }
    }
    *value = sum;
    return CT_OK;
}


ct_rc_t
ct_str_to_i64(ct_str_t str, int64_t *value)
{
    const bool     negative = str.len > 0 && str.data[0] == '-';
    const uint64_t limit = (uint64_t) INT64_MAX + (negative ? 1 : 0);
    uint64_t       size;

    if (negative) {
        str.data++;
        str.len--;
    }
    if (ct_str_to_u64(str, &size) != CT_OK || size > limit) {
        return CT_DECLINED;
    }
    /* -INT64_MIN has no int64_t: negate below zero, never above. */
    if (negative && size > 0) {
        *value = -(int64_t) (size - 1) - 1;
        return CT_OK;
    }
    *value = (int64_t) size;
    return CT_OK;
}


static size_t
min_of(size_t a, size_t b)
{
    return a < b ? a : b;
}


/*
 * Optimal string alignment: rows of the classic table, of which an exchange
 * of neighbours needs the last two beside the one being filled.
 */
size_t
ct_str_distance(ct_str_t a, ct_str_t b)
{
    size_t rows[3][MAX_WORD + 1];

    if (a.len > MAX_WORD || b.len > MAX_WORD) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        const size_t *before = rows[(i + 1) % 3];
        const size_t *above = rows[(i - 1) % 3];
        size_t       *row = rows[i % 3];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            const bool same = a.data[i - 1] == b.data[j - 1];

            row[j] = min_of(min_of(above[j], row[j - 1]) + 1,
                            above[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2]
                && a.data[i - 2] == b.data[j - 1]) {
                row[j] = min_of(row[j], before[j - 2] + 1);
            }
        }
    }
    return rows[a.len % 3][b.len];
}


/* One byte as it may stand in a log: itself, or \xXX.  Gives its length. */
static size_t
print_byte(char byte, char out[4])
{
    static const char hex[] = "0123456789abcdef";
    const uint8_t     value = (uint8_t) byte;

    if (value >= 0x20 && value <= 0x7e && value != '"' && value != '\\') {
        out[0] = byte;
        return 1;
    }
    out[0] = '\\';
    out[1] = 'x';
    out[2] = hex[value >> 4];
    out[3] = hex[value & 0xf];
    return 4;
}


const char *
ct_str_printable(ct_str_t str, char *out, size_t size)
{
    size_t len = 0;
    size_t cut = 0; /* where "..." still fits */

    if (size == 0) {
        return out;
    }
    for (size_t i = 0; i < str.len; i++) {
        char         byte[4];
        const size_t n = print_byte(str.data[i], byte);

        if (len + n >= size) {
            len = min_of(cut + 3, size - 1);
            memcpy(out + cut, "...", len - cut);
            break;
        }
        memcpy(out + len, byte, n);
        len += n;
        if (len + 3 < size) {
            cut = len;
        }
    }
    out[len] = '\0';
    return out;
}
