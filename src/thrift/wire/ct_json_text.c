/*
 * ct_json_text.c -- strings of JSON: escapes there and back, and uuids.
 *
 * Read is every escape that JSON has, `\/` too, which PHP likes; and control
 * characters that should have been escaped, since Node.js does not.  Written
 * is what Apache's C++ library writes: the short escapes, \u00xx for other
 * control characters, and all else as it is.
 *
 * JSON is UTF-8, and both directions insist: bytes that are not would come
 * out of other libraries as something else than went in.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_json.h"

#include "core/ct_utf8.h"

/* The parts of a surrogate pair: ten bits each, above U+FFFF. */
#define HIGH_SURROGATE 0xd800u
#define LOW_SURROGATE  0xdc00u
#define SURROGATE_MASK 0xfc00u

static const char hex_digits[] = "0123456789abcdef";

/* A string while its escapes are taken out. */
typedef struct unescaping_s {
    const char *pos;
    const char *end;
    char       *out; /* or NULL */
    size_t      len;
} unescaping_t;


/* 0 to 15, or -1. */
static int
hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}


/* What stands behind a backslash and no more, or NUL. */
static char
short_escape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}


/* Four hexadecimal digits, passed over. */
static ct_rc_t
take_unit(unescaping_t *unescaping, uint32_t *unit)
{
    int value;
    int i;

    if (unescaping->end - unescaping->pos < 4) {
        return CT_DECLINED;
    }
    *unit = 0;
    for (i = 0; i < 4; i++) {
        value = hex_value(*unescaping->pos++);
        if (value < 0) {
            return CT_DECLINED;
        }
        *unit = *unit << 4 | (uint32_t) value;
    }
    return CT_OK;
}


/* Behind \u: a character, or half of one and \u with the other half. */
static ct_rc_t
take_character(unescaping_t *unescaping, uint32_t *character)
{
    uint32_t low;

    if (take_unit(unescaping, character) != CT_OK
        || (*character & SURROGATE_MASK) == LOW_SURROGATE) {
        return CT_DECLINED;
    }
    if ((*character & SURROGATE_MASK) != HIGH_SURROGATE) {
        return CT_OK;
    }
    if (unescaping->end - unescaping->pos < 2 || *unescaping->pos++ != '\\'
        || *unescaping->pos++ != 'u' || take_unit(unescaping, &low) != CT_OK
        || (low & SURROGATE_MASK) != LOW_SURROGATE) {
        return CT_DECLINED;
    }
    *character = 0x10000 + ((*character & ~SURROGATE_MASK) << 10)
                 + (low & ~SURROGATE_MASK);
    return CT_OK;
}


static void
put(unescaping_t *unescaping, const char *data, size_t len)
{
    if (unescaping->out != NULL) {
        memcpy(unescaping->out + unescaping->len, data, len);
    }
    unescaping->len += len;
}


/* Behind a backslash.  The shortest escape is as long as what it stands for. */
static ct_rc_t
take_escape(unescaping_t *unescaping)
{
    char     bytes[CT_UTF8_SIZE];
    uint32_t character;

    if (unescaping->pos == unescaping->end) {
        return CT_DECLINED;
    }
    if (*unescaping->pos == 'u') {
        unescaping->pos++;
        if (take_character(unescaping, &character) != CT_OK) {
            return CT_DECLINED;
        }
        put(unescaping, bytes, ct_utf8_write(bytes, character));
        return CT_OK;
    }
    bytes[0] = short_escape(*unescaping->pos++);
    if (bytes[0] == '\0') {
        return CT_DECLINED;
    }
    put(unescaping, bytes, 1);
    return CT_OK;
}


/* Runs without escapes go over at once. */
ct_rc_t
ct_json_unescape(ct_str_t raw, char *out, size_t *len)
{
    unescaping_t unescaping = { raw.data, raw.data + raw.len, out, 0 };
    const char  *start;

    if (!ct_utf8_is_valid(raw.data, raw.len)) {
        return CT_DECLINED;
    }
    while (unescaping.pos < unescaping.end) {
        start = unescaping.pos;
        while (unescaping.pos < unescaping.end && *unescaping.pos != '\\') {
            unescaping.pos++;
        }
        put(&unescaping, start, (size_t) (unescaping.pos - start));
        if (unescaping.pos < unescaping.end) {
            unescaping.pos++;
            if (take_escape(&unescaping) != CT_OK) {
                return CT_DECLINED;
            }
        }
    }
    CT_ASSERT(unescaping.len <= raw.len);
    *len = unescaping.len;
    return CT_OK;
}


/* The letter behind the backslash of a short escape, or NUL. */
static char
short_letter(char c)
{
    switch (c) {
    case '"':
    case '\\':
        return c;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}


static bool
is_plain(char c)
{
    return (uint8_t) c >= 0x20 && c != '"' && c != '\\';
}


static void
write_escape(ct_writer_t *writer, char c)
{
    const char letter = short_letter(c);
    uint8_t   *data = ct_writer_claim(writer, letter != '\0' ? 2 : 6);

    if (data == NULL) {
        return;
    }
    data[0] = '\\';
    if (letter != '\0') {
        data[1] = (uint8_t) letter;
        return;
    }
    memcpy(data + 1, "u00", 3);
    data[4] = (uint8_t) hex_digits[(uint8_t) c >> 4];
    data[5] = (uint8_t) hex_digits[c & 0x0f];
}


/* `len` bytes as they are. */
static void
write_run(ct_writer_t *writer, const char *run, size_t len)
{
    uint8_t *data = len > 0 ? ct_writer_claim(writer, len) : NULL;

    if (data != NULL) {
        memcpy(data, run, len);
    }
}


void
ct_json_write_text(ct_writer_t *writer, ct_str_t text)
{
    size_t start = 0;
    size_t i;

    write_run(writer, "\"", 1);
    for (i = 0; i < text.len; i++) {
        if (!is_plain(text.data[i])) {
            write_run(writer, text.data + start, i - start);
            write_escape(writer, text.data[i]);
            start = i + 1;
        }
    }
    write_run(writer, text.data + start, text.len - start);
    write_run(writer, "\"", 1);
}


/* Whether a hyphen stands before that byte of a uuid. */
static bool
is_group(size_t i)
{
    return i == 4 || i == 6 || i == 8 || i == 10;
}


/* Hyphens stand at all four places or at none: the length tells. */
ct_rc_t
ct_json_parse_uuid(ct_str_t text, ct_uuid_t *value)
{
    const char *digit = text.data;
    bool        has_hyphens;
    size_t      i;

    if (text.len > 2 && digit[0] == '{' && digit[text.len - 1] == '}') {
        digit++;
        text.len -= 2;
    }
    has_hyphens = text.len == CT_JSON_UUID_SIZE;
    if (!has_hyphens && text.len != 2 * sizeof(value->bytes)) {
        return CT_DECLINED;
    }
    for (i = 0; i < sizeof(value->bytes); i++, digit += 2) {
        if (has_hyphens && is_group(i) && *digit++ != '-') {
            return CT_DECLINED;
        }
        if (hex_value(digit[0]) < 0 || hex_value(digit[1]) < 0) {
            return CT_DECLINED;
        }
        value->bytes[i] =
            (uint8_t) (hex_value(digit[0]) << 4 | hex_value(digit[1]));
    }
    return CT_OK;
}


void
ct_json_format_uuid(const ct_uuid_t *value, char out[CT_JSON_UUID_SIZE])
{
    size_t i;

    for (i = 0; i < sizeof(value->bytes); i++) {
        if (is_group(i)) {
            *out++ = '-';
        }
        *out++ = hex_digits[value->bytes[i] >> 4];
        *out++ = hex_digits[value->bytes[i] & 0x0f];
    }
}
