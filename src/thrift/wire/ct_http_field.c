/*
 * ct_http_field.c -- the words that HTTP/1 is made of: fields, lists, numbers.
 *
 * A line that begins with a space (obs-fold) has no name in front, and a name
 * with a space behind it is no token: both fall to the same rule.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_field.h"

#include <string.h>
#include <strings.h>

/*
 * A bit for each character of names: letters, digits and !#$%&'*+-.^_`|~
 * (RFC 9110, section 5.6.2).  Every byte of every name is asked for.
 */
static const uint32_t token_bits[256 / 32] = {
    0x00000000, /* control characters */
    0x03ff6cfa, /* punctuation, digits */
    0xc7fffffe, /* capitals */
    0x57ffffff, /* small letters */
};


bool
ct_http_is_token_char(uint8_t c)
{
    return (token_bits[c / 32] >> c % 32 & 1) != 0;
}


bool
ct_http_is_token(ct_str_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!ct_http_is_token_char((uint8_t) text.data[i])) {
            return false;
        }
    }
    return text.len > 0;
}


bool
ct_http_is_value(ct_str_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!ct_http_is_value_char((uint8_t) text.data[i])) {
            return false;
        }
    }
    return true;
}


bool
ct_http_says(ct_str_t text, const char *c_word)
{
    return text.len == strlen(c_word)
           && strncasecmp(text.data, c_word, text.len) == 0;
}


static bool
is_space(char c)
{
    return c == ' ' || c == '\t';
}


ct_str_t
ct_http_trim(ct_str_t text)
{
    while (text.len > 0 && is_space(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_space(text.data[text.len - 1])) {
        text.len--;
    }
    return text;
}


bool
ct_http_next_item(ct_str_t *rest, ct_str_t *item)
{
    while (rest->len > 0) {
        const char *const comma = memchr(rest->data, ',', rest->len);
        const size_t      len =
            comma == NULL ? rest->len : (size_t) (comma - rest->data);
        const size_t used = comma == NULL ? len : len + 1;

        *item = ct_http_trim((ct_str_t){ len, rest->data });
        *rest = (ct_str_t){ rest->len - used, rest->data + used };
        if (item->len > 0) {
            return true;
        }
    }
    return false;
}


ct_rc_t
ct_http_field_parse(ct_str_t line, ct_header_t *field, const char **c_why)
{
    const char *const colon = memchr(line.data, ':', line.len);
    size_t            len;

    if (colon == NULL) {
        *c_why = "a header without a colon";
        return CT_ERROR;
    }
    len = (size_t) (colon - line.data);
    field->name = (ct_str_t){ len, line.data };
    if (!ct_http_is_token(field->name)) {
        *c_why = "a header whose name is none";
        return CT_ERROR;
    }
    field->value =
        ct_http_trim((ct_str_t){ line.len - len - 1, line.data + len + 1 });
    if (!ct_http_is_value(field->value)) {
        *c_why = "a control character in a header";
        return CT_ERROR;
    }
    return CT_OK;
}
