/*
 * ct_json_out.c -- one JSON text, written from front to back.
 */

#include "core/ct_config.h"

#include "core/ct_json_out.h"

#include <stdio.h>
#include <string.h>

#include "core/ct_buf.h"
#include "core/ct_decimal.h"
#include "core/ct_utf8.h"

/* So deep, and no deeper, each value has a line of its own. */
#define LINE_DEPTH 2


static void
put(ct_json_out_t *out, const char *data, size_t len)
{
    (void) ct_buf_append(out->buf, data, len);
}


static void
put_text(ct_json_out_t *out, const char *c_text)
{
    put(out, c_text, strlen(c_text));
}


/* What stands in front of a value. */
static void
value_begin(ct_json_out_t *out, const char *c_key)
{
    if (out->has_before) {
        put_text(out, ",");
    }
    if (out->depth > 0 && out->depth <= LINE_DEPTH) {
        put_text(out, "\n");
    }
    if (c_key != NULL) {
        put_text(out, "\"");
        put_text(out, c_key);
        put_text(out, "\":");
    }
    out->has_before = true;
}


void
ct_json_out_init(ct_json_out_t *out, ct_buf_t *buf)
{
    *out = (ct_json_out_t){ .buf = buf };
}


void
ct_json_out_begin(ct_json_out_t *out, const char *c_key, char bracket)
{
    value_begin(out, c_key);
    put(out, &bracket, 1);
    out->depth++;
    out->has_before = false;
}


void
ct_json_out_end(ct_json_out_t *out, char bracket)
{
    CT_ASSERT(out->depth > 0);
    put(out, &bracket, 1);
    out->depth--;
    out->has_before = true;
}


void
ct_json_out_count(ct_json_out_t *out, const char *c_key, uint64_t n)
{
    char text[CT_DECIMAL_SIZE];

    value_begin(out, c_key);
    put(out, text, ct_decimal_write(text, n > INT64_MAX ? INT64_MAX : n));
}


void
ct_json_out_gauge(ct_json_out_t *out, const char *c_key, int64_t n)
{
    ct_json_out_count(out, c_key, n > 0 ? (uint64_t) n : 0);
}


static void
put_escaped(ct_json_out_t *out, char c)
{
    char text[8];
    int  len;

    if (c == '"' || c == '\\') {
        text[0] = '\\';
        text[1] = c;
        len = 2;
    } else {
        len = snprintf(text, sizeof(text), "\\u%04x", (unsigned) (uint8_t) c);
    }
    put(out, text, (size_t) len);
}


void
ct_json_out_str(ct_json_out_t *out, const char *c_key, ct_str_t value)
{
    const bool is_text = ct_utf8_is_valid(value.data, value.len);
    size_t     from = 0;

    value_begin(out, c_key);
    put_text(out, "\"");
    for (size_t i = 0; i < value.len; i++) {
        const uint8_t c = (uint8_t) value.data[i];

        if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f
            && (c < 0x80 || is_text)) {
            continue;
        }
        put(out, value.data + from, i - from);
        put_escaped(out, value.data[i]);
        from = i + 1;
    }
    if (value.len > from) {
        put(out, value.data + from, value.len - from);
    }
    put_text(out, "\"");
}


void
ct_json_out_bool(ct_json_out_t *out, const char *c_key, bool value)
{
    value_begin(out, c_key);
    put_text(out, value ? "true" : "false");
}


void
ct_json_out_null(ct_json_out_t *out, const char *c_key)
{
    value_begin(out, c_key);
    put_text(out, "null");
}
