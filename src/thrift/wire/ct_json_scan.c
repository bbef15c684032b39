/*
 * ct_json_scan.c -- where an unframed message of the JSON protocol ends.
 *
 * With the bracket that closes the first one.  A scan passes over each byte
 * once, and stands outside of strings, in one, or behind its backslash:
 *
 *   step    | byte                     | then
 *   --------+--------------------------+-----------------------------------
 *   OUTSIDE | opening bracket          | remembers which
 *           | closing bracket          | must be its fellow; the last ends
 *           |                          | the message
 *           | quote                    | STRING
 *           | space, digits and . , :  | -
 *           | + - e E                  |
 *   STRING  | quote                    | OUTSIDE
 *           | backslash                | ESCAPE
 *           | any other                | -
 *   ESCAPE  | any                      | STRING
 *
 * Nothing else is looked at: the decoder will.  But what no message of
 * Thrift's has outside of strings is refused here, so that nobody waits for
 * the end of garbage; and so is a depth that the decoder would not take.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_scan.h"

enum {
    STEP_OUTSIDE = 0, /* a zeroed scan begins here */
    STEP_STRING,
    STEP_ESCAPE,
};

/*
 * Brackets that the decoder's levels are made of: one of the message; two of
 * a struct with a field, and of a map; and two of an empty map, which is no
 * level, at the very bottom.
 */
#define BRACKETS(depth) (1 + 2 * ((uint64_t) (depth) + 1) + 2)


/* One of `depth` brackets now open, but for the message's own. */
static uint8_t *
bracket_at(ct_scan_t *scan, uint32_t depth)
{
    return &scan->levels[(depth - 1) / 2].types[(depth - 1) % 2];
}


static ct_rc_t
open_bracket(ct_scanner_t *scanner, uint8_t c)
{
    ct_scan_t *scan = scanner->scan;

    if (scan->depth >= BRACKETS(scanner->limits->depth)
        || scan->depth > 2 * CT_SCAN_LEVELS) {
        return ct_scanner_fail(scanner, CT_WIRE_LIMIT, "nested too deeply");
    }
    if (scan->depth > 0) {
        *bracket_at(scan, scan->depth) = c;
    } else if (c != '[') {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a message that is no array");
    }
    scan->depth++;
    return CT_OK;
}


static ct_rc_t
close_bracket(ct_scanner_t *scanner, uint8_t c)
{
    ct_scan_t    *scan = scanner->scan;
    const uint8_t closed = c == ']' ? '[' : '{';
    uint8_t       open = '[';

    if (scan->depth > 1) {
        open = *bracket_at(scan, scan->depth - 1);
    }
    if (scan->depth == 0 || open != closed) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a bracket that closes another");
    }
    scan->depth--;
    return CT_OK;
}


static bool
is_space(uint8_t c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}


/* Numbers and separators; before the message, only space. */
static ct_rc_t
pass_other(ct_scanner_t *scanner, uint8_t c)
{
    const bool is_inner = (c >= '0' && c <= '9') || c == ',' || c == ':'
                          || c == '-' || c == '+' || c == '.' || c == 'e'
                          || c == 'E';

    if (is_space(c) || (is_inner && scanner->scan->depth > 0)) {
        return CT_OK;
    }
    return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                           "a character where JSON has another");
}


static ct_rc_t
pass_outside(ct_scanner_t *scanner, uint8_t c)
{
    switch (c) {
    case '[':
    case '{':
        return open_bracket(scanner, c);
    case ']':
    case '}':
        return close_bracket(scanner, c);
    case '"':
        if (scanner->scan->depth == 0) {
            return pass_other(scanner, c);
        }
        scanner->scan->step = STEP_STRING;
        return CT_OK;
    default:
        return pass_other(scanner, c);
    }
}


/* As far as the string goes, and is there. */
static void
pass_string(ct_scanner_t *scanner, size_t end)
{
    ct_scan_t *scan = scanner->scan;
    uint8_t    c = '\0';

    while (scan->offset < end && c != '"' && c != '\\') {
        c = scanner->data[scan->offset++];
    }
    if (c == '"') {
        scan->step = STEP_OUTSIDE;
    } else if (c == '\\') {
        scan->step = STEP_ESCAPE;
    }
}


/* One byte outside of strings, or what there is of one. */
static ct_rc_t
move_on(ct_scanner_t *scanner, size_t end)
{
    ct_scan_t *scan = scanner->scan;

    if (scan->step == STEP_STRING) {
        pass_string(scanner, end);
        return CT_OK;
    }
    if (scan->step == STEP_ESCAPE) {
        scan->step = STEP_STRING;
        scan->offset++;
        return CT_OK;
    }
    return pass_outside(scanner, scanner->data[scan->offset++]);
}


/* The message's bracket has been met, and closed again. */
static bool
is_over(const ct_scanner_t *scanner)
{
    const ct_scan_t *scan = scanner->scan;

    return scan->depth == 0 && scan->offset > 0
           && scanner->data[scan->offset - 1] == ']';
}


/*
 * White space behind a message is the message's: a line end that stays behind
 * would look like the beginning of another one, which never comes.
 */
static void
pass_space(ct_scan_t *scan, const uint8_t *data, size_t end)
{
    while (scan->offset < end && is_space(data[scan->offset])) {
        scan->offset++;
    }
}


/* Brackets that are open must close, and a string before them. */
static size_t
least_missing(const ct_scan_t *scan)
{
    const size_t missing = scan->depth > 0 ? scan->depth : 1;

    return missing + (scan->step == STEP_STRING ? 1 : 0)
           + (scan->step == STEP_ESCAPE ? 2 : 0);
}


ct_rc_t
ct_json_scan(ct_scan_t *scan, const uint8_t *data, size_t len,
             const ct_limits_t *limits, size_t *want)
{
    ct_scanner_t scanner = { scan, data, len, limits, 0 };
    const size_t end = len < limits->message ? len : limits->message;
    size_t       missing;

    CT_ASSERT(scan->offset <= len);
    while (scan->offset < end) {
        if (move_on(&scanner, end) != CT_OK) {
            return CT_ERROR;
        }
        if (is_over(&scanner)) {
            pass_space(scan, data, end);
            return CT_OK;
        }
    }
    missing = least_missing(scan);
    if (ct_scanner_check_size(&scanner, missing) != CT_OK) {
        return CT_ERROR;
    }
    *want = scan->offset + missing;
    return CT_AGAIN;
}
