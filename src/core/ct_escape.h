/*
 * ct_escape.h -- what a peer has sent, in a form that may stand in a line.
 *
 * Whatever the bytes, none of them ends a line, or a string between quotes
 * where the form has them.
 */

#ifndef CT_ESCAPE_H
#define CT_ESCAPE_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef enum ct_escape_e {
    /* As it came, but a blank for each control character. */
    CT_ESCAPE_NONE,

    /* `"`, `\`, control characters and all behind 0x7e as \xHH. */
    CT_ESCAPE_TEXT,

    /*
     * What may stand between the quotes of a JSON string: UTF-8 stays, a byte
     * that is not part of any is \u00HH.
     */
    CT_ESCAPE_JSON,
} ct_escape_t;

/* Whether any of the forms would change it; else ct_escape_write copies it. */
CT_API bool ct_escape_is_needed(ct_str_t value);

/*
 * Writes `value` at `out`, at most `size` bytes, and gives back how many.
 * What does not fit is cut off, never within an escape or a character, and
 * "..." stands in its place where there is room for that.
 */
CT_API size_t ct_escape_write(ct_escape_t how, ct_str_t value, char *out,
                              size_t size);

#endif /* CT_ESCAPE_H */
