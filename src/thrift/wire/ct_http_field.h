/*
 * ct_http_field.h -- the words that HTTP/1 is made of: fields, lists, numbers.
 *
 * The grammar is RFC 9110's, section 5, taken strictly: who reads a field in
 * another way than the proxy in front of him can be made to see another
 * request than that proxy did.  Everything is a slice of what came in.
 *
 * Private to the HTTP transports.
 */

#ifndef CT_HTTP_FIELD_H
#define CT_HTTP_FIELD_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_transport.h"

/* What a name is made of: letters, digits and some marks. */
bool ct_http_is_token_char(uint8_t c);

/* What a value is made of: no control character but the tab. */
static inline bool
ct_http_is_value_char(uint8_t c)
{
    return (c >= 0x20 && c != 0x7f) || c == '\t';
}


/* Whether `text` is made of nothing else; a token is not empty. */
bool ct_http_is_token(ct_str_t text);
bool ct_http_is_value(ct_str_t text);

/* Whether `text` says `c_word`, in upper or lower case. */
bool ct_http_says(ct_str_t text, const char *c_word);

/* `text` without the spaces and tabs around it. */
ct_str_t ct_http_trim(ct_str_t text);

/*
 * Takes the next item off a list with commas, *rest, trimmed; empty ones are
 * passed over.  False: there was none.
 */
bool ct_http_next_item(ct_str_t *rest, ct_str_t *item);

/*
 * A field's line, without its CR LF: slices of the name and of the trimmed
 * value.  CT_ERROR: *c_why, constant, is what is wrong with it.
 */
ct_rc_t ct_http_field_parse(ct_str_t line, ct_header_t *field,
                            const char **c_why);

#endif /* CT_HTTP_FIELD_H */
