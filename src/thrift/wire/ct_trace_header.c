/*
 * ct_trace_header.c -- what headers say of a distributed trace.
 *
 * Upper-case digits are refused: W3C demands it, and B3 has never had them.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_trace_header.h"

/* Digits of a trace's id of 64 bits, in B3. */
#define SHORT_ID_LEN 16

/* Places in a traceparent. */
#define TRACE_AT 3
#define SPAN_AT  36
#define FLAGS_AT 53

/* traceparent's one flag. */
#define FLAG_SAMPLED 0x01

/* Of tracestate: members of a list, and bytes of their parts. */
#define STATE_MEMBERS 32
#define KEY_MAX       256
#define TENANT_MAX    241
#define SYSTEM_MAX    14
#define VALUE_MAX     256


/* 0 to 15, or -1. */
static int
digit_value(char letter)
{
    if (letter >= '0' && letter <= '9') {
        return letter - '0';
    }
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}


static bool
are_digits(const char *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (digit_value(data[i]) < 0) {
            return false;
        }
    }
    return true;
}


/* An id of zeros stands for none. */
static bool
is_id(const char *data, size_t n)
{
    bool is_zero = true;

    for (size_t i = 0; i < n; i++) {
        is_zero &= data[i] == '0';
    }
    return !is_zero && are_digits(data, n);
}


static unsigned
byte_at(const char *data)
{
    return (unsigned) (digit_value(data[0]) << 4 | digit_value(data[1]));
}


ct_rc_t
ct_trace_header_w3c(ct_str_t value, ct_trace_header_t *header)
{
    const char *text = value.data;

    if (value.len < CT_TRACEPARENT_LEN || !are_digits(text, 2)
        || byte_at(text) == 0xff || text[TRACE_AT - 1] != '-'
        || !is_id(text + TRACE_AT, CT_TRACE_ID_LEN) || text[SPAN_AT - 1] != '-'
        || !is_id(text + SPAN_AT, CT_SPAN_ID_LEN) || text[FLAGS_AT - 1] != '-'
        || !are_digits(text + FLAGS_AT, 2)) {
        return CT_DECLINED;
    }
    /* Whatever a later version adds, it parts with a dash. */
    if (value.len > CT_TRACEPARENT_LEN
        && (byte_at(text) == 0 || text[CT_TRACEPARENT_LEN] != '-')) {
        return CT_DECLINED;
    }
    memcpy(header->trace_id, text + TRACE_AT, CT_TRACE_ID_LEN);
    memcpy(header->span_id, text + SPAN_AT, CT_SPAN_ID_LEN);
    header->has_ids = true;
    header->sampled = (byte_at(text + FLAGS_AT) & FLAG_SAMPLED) != 0
                          ? CT_SAMPLED_YES
                          : CT_SAMPLED_NO;
    return CT_OK;
}


/* ---- B3. */

static ct_rc_t
ids_take(ct_str_t trace, ct_str_t span, ct_trace_header_t *header)
{
    const size_t zeros = CT_TRACE_ID_LEN - SHORT_ID_LEN;

    if ((trace.len != CT_TRACE_ID_LEN && trace.len != SHORT_ID_LEN)
        || !is_id(trace.data, trace.len) || span.len != CT_SPAN_ID_LEN
        || !is_id(span.data, span.len)) {
        return CT_DECLINED;
    }
    memset(header->trace_id, '0', zeros);
    memcpy(header->trace_id + CT_TRACE_ID_LEN - trace.len, trace.data,
           trace.len);
    memcpy(header->span_id, span.data, CT_SPAN_ID_LEN);
    header->has_ids = true;
    return CT_OK;
}


/* "0", "1" or "d"; old libraries say "false" and "true". */
static ct_rc_t
sampled_read(ct_str_t value, ct_sampled_t *sampled)
{
    if (ct_str_eq_c(value, "1") || ct_str_eq_c(value, "true")) {
        *sampled = CT_SAMPLED_YES;
    } else if (ct_str_eq_c(value, "0") || ct_str_eq_c(value, "false")) {
        *sampled = CT_SAMPLED_NO;
    } else if (ct_str_eq_c(value, "d")) {
        *sampled = CT_SAMPLED_DEBUG;
    } else {
        return CT_DECLINED;
    }
    return CT_OK;
}


/* What stands in front of the next dash, which goes with it. */
static ct_str_t
part_take(ct_str_t *rest)
{
    const char    *dash = memchr(rest->data, '-', rest->len);
    const size_t   n = dash != NULL ? (size_t) (dash - rest->data) : rest->len;
    const ct_str_t part = { n, rest->data };

    rest->data += n + (dash != NULL ? 1 : 0);
    rest->len -= n + (dash != NULL ? 1 : 0);
    return part;
}


ct_rc_t
ct_trace_header_b3(ct_str_t value, ct_trace_header_t *header)
{
    ct_trace_header_t read = { .has_ids = false };
    ct_str_t          rest = value;
    ct_str_t          trace;
    ct_str_t          span;

    if (value.len == 0 || value.data[value.len - 1] == '-') {
        return CT_DECLINED;
    }
    trace = part_take(&rest);
    if (rest.len == 0) {
        if (trace.len != 1 || sampled_read(trace, &read.sampled) != CT_OK) {
            return CT_DECLINED;
        }
        *header = read;
        return CT_OK;
    }
    span = part_take(&rest);
    if (ids_take(trace, span, &read) != CT_OK) {
        return CT_DECLINED;
    }
    if (rest.len > 0) {
        const ct_str_t sampled = part_take(&rest);

        if (sampled.len != 1 || sampled_read(sampled, &read.sampled) != CT_OK) {
            return CT_DECLINED;
        }
    }
    if (rest.len > 0
        && (rest.len != CT_SPAN_ID_LEN || !is_id(rest.data, rest.len))) {
        return CT_DECLINED;
    }
    *header = read;
    return CT_OK;
}


ct_rc_t
ct_trace_header_b3_multi(const ct_trace_b3_t *values, ct_trace_header_t *header)
{
    ct_trace_header_t read = { .has_ids = false };
    const bool        has_ids =
        values->trace_id.data != NULL && values->span_id.data != NULL;

    if (values->sampled.data != NULL
        && sampled_read(values->sampled, &read.sampled) != CT_OK) {
        return CT_DECLINED;
    }
    if (values->flags.data != NULL && ct_str_eq_c(values->flags, "1")) {
        read.sampled = CT_SAMPLED_DEBUG;
    }
    if (has_ids
        && ids_take(values->trace_id, values->span_id, &read) != CT_OK) {
        return CT_DECLINED;
    }
    if (!has_ids && read.sampled == CT_SAMPLED_UNKNOWN) {
        return CT_DECLINED;
    }
    *header = read;
    return CT_OK;
}


/* ---- tracestate. */

static bool
is_lower(char letter)
{
    return letter >= 'a' && letter <= 'z';
}


static bool
is_of_key(char letter)
{
    return is_lower(letter) || (letter >= '0' && letter <= '9') || letter == '_'
           || letter == '-' || letter == '*' || letter == '/';
}


/* A part of a key: a first letter, then `most` - 1 others at most. */
static bool
is_key_part(ct_str_t part, size_t most, bool may_begin_with_digit)
{
    if (part.len == 0 || part.len > most) {
        return false;
    }
    for (size_t i = 0; i < part.len; i++) {
        if (!is_of_key(part.data[i])) {
            return false;
        }
    }
    return is_lower(part.data[0])
           || (may_begin_with_digit && digit_value(part.data[0]) >= 0);
}


/* "vendor", or "tenant@vendor". */
static bool
is_key(ct_str_t key)
{
    const char *at = memchr(key.data, '@', key.len);
    size_t      n;

    if (at == NULL) {
        return is_key_part(key, KEY_MAX, false);
    }
    n = (size_t) (at - key.data);
    return is_key_part((ct_str_t){ n, key.data }, TENANT_MAX, true)
           && is_key_part((ct_str_t){ key.len - n - 1, at + 1 }, SYSTEM_MAX,
                          false);
}


static bool
is_state_value(ct_str_t value)
{
    if (value.len == 0 || value.len > VALUE_MAX
        || value.data[value.len - 1] == ' ') {
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        if (value.data[i] < ' ' || value.data[i] > '~' || value.data[i] == ','
            || value.data[i] == '=') {
            return false;
        }
    }
    return true;
}


/* Without the blanks and tabs around it. */
static ct_str_t
trimmed(ct_str_t text)
{
    while (text.len > 0 && (*text.data == ' ' || *text.data == '\t')) {
        text.data++;
        text.len--;
    }
    while (text.len > 0
           && (text.data[text.len - 1] == ' '
               || text.data[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}


static bool
is_member(ct_str_t member)
{
    const char *equals = memchr(member.data, '=', member.len);
    size_t      n;

    if (equals == NULL) {
        return false;
    }
    n = (size_t) (equals - member.data);
    return is_key((ct_str_t){ n, member.data })
           && is_state_value((ct_str_t){ member.len - n - 1, equals + 1 });
}


/* Empty members are allowed, and count for nothing. */
bool
ct_trace_header_is_state(ct_str_t value)
{
    ct_str_t rest = value;
    unsigned n = 0;

    if (value.len == 0 || value.len > CT_TRACE_STATE_MAX) {
        return false;
    }
    while (rest.len > 0) {
        const char  *comma = memchr(rest.data, ',', rest.len);
        const size_t len =
            comma != NULL ? (size_t) (comma - rest.data) : rest.len;
        const ct_str_t member = trimmed((ct_str_t){ len, rest.data });

        if (member.len > 0) {
            n++;
            if (n > STATE_MEMBERS || !is_member(member)) {
                return false;
            }
        }
        rest.data += len + (comma != NULL ? 1 : 0);
        rest.len -= len + (comma != NULL ? 1 : 0);
    }
    return n > 0;
}
