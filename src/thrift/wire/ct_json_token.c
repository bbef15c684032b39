/*
 * ct_json_token.c -- the words of JSON, one by one.
 *
 * White space may stand in front of any of them.  Nothing is copied: strings
 * come as they stand in the message, numbers as text.
 *
 * Of numbers libc knows how to convert doubles, but after the locale's
 * fashion, and a module's library may have set a locale.  So what is read is
 * given to strtod without a point: 1.25e3 as 125e1.  What printf wrote gets
 * its point back: whatever stands there that no number has.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* An exponent beyond this is one: 0 or infinity whatever the digits are. */
#define EXPONENT_MAX 100000

/* Sign, digits, "e", sign and digits of an exponent, NUL. */
#define PLAIN_SIZE (CT_JSON_NUMBER_SIZE + 10)

/* A number while it is taken apart. */
typedef struct parts_s {
    const char *pos;
    const char *end;
    char        plain[PLAIN_SIZE]; /* sign and digits, without a point */
    size_t      len;
    int         exponent;
} parts_t;


ct_rc_t
ct_json_fail(ct_reader_t *reader, const char *why)
{
    return ct_reader_fail(reader, CT_WIRE_MALFORMED, why);
}


void
ct_json_skip_space(ct_reader_t *reader)
{
    while (reader->pos < reader->end
           && (*reader->pos == ' ' || *reader->pos == '\n'
               || *reader->pos == '\r' || *reader->pos == '\t')) {
        reader->pos++;
    }
}


/* NUL is no character that anybody expects. */
char
ct_json_peek(ct_reader_t *reader)
{
    ct_json_skip_space(reader);
    return reader->pos < reader->end ? (char) *reader->pos : '\0';
}


ct_rc_t
ct_json_expect(ct_reader_t *reader, char c)
{
    if (ct_json_peek(reader) == c) {
        reader->pos++;
        return CT_OK;
    }
    if (reader->pos == reader->end) {
        return ct_reader_fail_short(reader);
    }
    return ct_json_fail(reader, "a character where JSON has another");
}


/* A backslash takes the next character with it, whatever that is. */
ct_rc_t
ct_json_take_quoted(ct_reader_t *reader, ct_str_t *raw, bool *has_escapes)
{
    const uint8_t *p;

    *has_escapes = false;
    if (ct_json_expect(reader, '"') != CT_OK) {
        return CT_ERROR;
    }
    for (p = reader->pos; p < reader->end && *p != '"'; p++) {
        if (*p == '\\') {
            *has_escapes = true;
            if (++p == reader->end) {
                break;
            }
        }
    }
    if (p == reader->end) {
        return ct_reader_fail_short(reader);
    }
    raw->data = (const char *) reader->pos;
    raw->len = (size_t) (p - reader->pos);
    reader->pos = p + 1;
    return CT_OK;
}


static bool
is_numeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'
           || c == 'e' || c == 'E';
}


ct_rc_t
ct_json_take_number(ct_reader_t *reader, ct_str_t *text)
{
    const uint8_t *start;

    ct_json_skip_space(reader);
    start = reader->pos;
    while (reader->pos < reader->end && is_numeric(*reader->pos)) {
        reader->pos++;
    }
    text->data = (const char *) start;
    text->len = (size_t) (reader->pos - start);
    if (reader->pos == reader->end) {
        return ct_reader_fail_short(reader);
    }
    return CT_OK;
}


ct_rc_t
ct_json_take_integer(ct_reader_t *reader, bool has_quotes, int64_t bound,
                     int64_t *value)
{
    ct_str_t text;
    bool     has_escapes;

    if ((has_quotes ? ct_json_take_quoted(reader, &text, &has_escapes)
                    : ct_json_take_number(reader, &text))
        != CT_OK) {
        return CT_ERROR;
    }
    if (text.len > CT_JSON_NUMBER_SIZE || ct_str_to_i64(text, value) != CT_OK) {
        return ct_json_fail(reader, "an integer that is none");
    }
    if (*value > bound || *value < -bound - 1) {
        return ct_json_fail(reader, "a number longer than its type");
    }
    return CT_OK;
}


static bool
has(parts_t *parts, char c)
{
    if (parts->pos == parts->end || *parts->pos != c) {
        return false;
    }
    parts->pos++;
    return true;
}


static bool
is_digit_next(const parts_t *parts)
{
    return parts->pos < parts->end && *parts->pos >= '0' && *parts->pos <= '9';
}


/* Appends digits, at least one; how many there were. */
static size_t
take_digits(parts_t *parts)
{
    const char *start = parts->pos;

    while (is_digit_next(parts)) {
        parts->plain[parts->len++] = *parts->pos++;
    }
    return (size_t) (parts->pos - start);
}


/* Behind an "e": a sign and digits. */
static ct_rc_t
take_exponent(parts_t *parts)
{
    const bool is_negative = has(parts, '-');
    int        exponent = 0;

    if (!is_negative) {
        (void) has(parts, '+');
    }
    if (!is_digit_next(parts)) {
        return CT_DECLINED;
    }
    while (is_digit_next(parts)) {
        if (exponent < EXPONENT_MAX) {
            exponent = exponent * 10 + (*parts->pos - '0');
        }
        parts->pos++;
    }
    parts->exponent += is_negative ? -exponent : exponent;
    return CT_OK;
}


/* -1.5e3: the grammar, but that a number may begin with more zeros. */
static ct_rc_t
take_apart(parts_t *parts)
{
    size_t n;

    if (has(parts, '-')) {
        parts->plain[parts->len++] = '-';
    }
    if (take_digits(parts) == 0) {
        return CT_DECLINED;
    }
    if (has(parts, '.')) {
        n = take_digits(parts);
        if (n == 0) {
            return CT_DECLINED;
        }
        parts->exponent = -(int) n;
    }
    if ((has(parts, 'e') || has(parts, 'E')) && take_exponent(parts) != CT_OK) {
        return CT_DECLINED;
    }
    return parts->pos == parts->end ? CT_OK : CT_DECLINED;
}


ct_rc_t
ct_json_parse_double(ct_str_t text, double *value)
{
    parts_t parts = { .pos = text.data, .end = text.data + text.len };
    double  read;

    if (text.len > CT_JSON_NUMBER_SIZE || take_apart(&parts) != CT_OK) {
        return CT_DECLINED;
    }
    snprintf(parts.plain + parts.len, sizeof(parts.plain) - parts.len, "e%d",
             parts.exponent);
    read = strtod(parts.plain, NULL);
    if (!isfinite(read)) {
        return CT_DECLINED;
    }
    *value = read;
    return CT_OK;
}


/* Of infinity the sign is the text's. */
bool
ct_json_parse_word(ct_str_t text, double *value)
{
    if (ct_str_eq_c(text, CT_JSON_NAN)) {
        *value = NAN;
        return true;
    }
    *value = text.len > 0 && text.data[0] == '-' ? -INFINITY : INFINITY;
    return ct_str_eq_c(text, CT_JSON_INFINITY)
           || ct_str_eq_c(text, "-" CT_JSON_INFINITY);
}


/* A locale's point may be several bytes. */
static size_t
restore_point(char *text, size_t len)
{
    size_t n = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        const char c = text[i];
        const bool is_own =
            (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e';

        if (is_own) {
            text[n++] = c;
        } else if (n > 0 && text[n - 1] != '.') {
            text[n++] = '.';
        }
    }
    text[n] = '\0';
    return n;
}


size_t
ct_json_format_double(double value, char out[CT_JSON_DOUBLE_SIZE])
{
    int digits = 15;
    int len;

    CT_ASSERT(isfinite(value));
    if (value == 0 && signbit(value)) {
        /* To many a reader "-0" is an integer, which has no such sign. */
        return (size_t) snprintf(out, CT_JSON_DOUBLE_SIZE, "-0.0");
    }
    do {
        len = snprintf(out, CT_JSON_DOUBLE_SIZE, "%.*g", digits, value);
        digits++;
    } while (digits <= 17 && strtod(out, NULL) != value);
    return restore_point(out, (size_t) len);
}
