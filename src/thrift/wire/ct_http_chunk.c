/*
 * ct_http_chunk.c -- a body of HTTP/1.1 that comes in chunks.
 *
 *   step          | byte                | next
 *   --------------+---------------------+------------------------------------
 *   SIZE          | hexadecimal digit   | DIGITS
 *   DIGITS        | hexadecimal digit   | DIGITS, 16 of them at most
 *                 | ;                   | EXTENSION
 *                 | CR                  | SIZE_LF
 *   EXTENSION     | no control character| EXTENSION, 256 of them at most
 *                 | CR                  | SIZE_LF
 *   SIZE_LF       | LF                  | DATA, or TRAILER behind a size of 0
 *   DATA          | as many as the size | DATA_CR
 *   DATA_CR       | CR                  | DATA_LF
 *   DATA_LF       | LF                  | SIZE
 *   TRAILER       | character of a name | NAME
 *                 | CR                  | END_LF
 *   NAME          | character of a name | NAME
 *                 | :                   | VALUE
 *   VALUE         | no control character| VALUE
 *                 | CR                  | TRAILER_LF
 *   TRAILER_LF    | LF                  | TRAILER
 *   END_LF        | LF                  | the body has ended
 *
 * Any other byte is an error.  A size is held against the caps at the end of
 * its line, before its bytes are waited for.  scan->need is the size, then
 * what is left of it; scan->depth counts digits, extensions, trailers.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_chunk.h"

#include "thrift/wire/ct_http_field.h"
#include "thrift/wire/ct_http_head.h"

/* More digits than a size_t has say no size. */
#define MAX_DIGITS 16

enum {
    STEP_SIZE = CT_HTTP_CHUNK_STEP,
    STEP_DIGITS,
    STEP_EXTENSION,
    STEP_SIZE_LF,
    STEP_DATA,
    STEP_DATA_CR,
    STEP_DATA_LF,
    STEP_TRAILER,
    STEP_NAME,
    STEP_VALUE,
    STEP_TRAILER_LF,
    STEP_END_LF,
};


static ct_rc_t
fail(ct_scan_t *scan, const char *why)
{
    return ct_http_fail(scan, 400, why);
}


/* -1: it is no digit. */
static int
digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}


static ct_rc_t
size_digit(ct_scan_t *scan, uint8_t c)
{
    const int digit = digit_of(c);

    if (scan->step == STEP_SIZE) {
        scan->step = STEP_DIGITS;
        scan->need = 0;
        scan->depth = 0;
    }
    if (digit < 0 || ++scan->depth > MAX_DIGITS
        || __builtin_mul_overflow(scan->need, (size_t) 16, &scan->need)) {
        return fail(scan, "a chunk's size that is no number");
    }
    scan->need += (size_t) digit;
    return CT_OK;
}


static ct_rc_t
size_step(ct_scan_t *scan, uint8_t c)
{
    if (scan->step == STEP_DIGITS && c == '\r') {
        scan->step = STEP_SIZE_LF;
        return CT_OK;
    }
    if (scan->step == STEP_DIGITS && c == ';') {
        scan->step = STEP_EXTENSION;
        scan->depth = 0;
        return CT_OK;
    }
    return size_digit(scan, c);
}


static ct_rc_t
extension_step(ct_scan_t *scan, uint8_t c)
{
    if (c == '\r') {
        scan->step = STEP_SIZE_LF;
        return CT_OK;
    }
    if (!ct_http_is_value_char(c) || ++scan->depth > CT_HTTP_MAX_EXTENSION) {
        return fail(scan, "a chunk's extension that is none, or too long");
    }
    return CT_OK;
}


/* A byte that may only be this one. */
static ct_rc_t
fixed_step(ct_scan_t *scan, uint8_t c, char expected, uint8_t next)
{
    if (c != (uint8_t) expected) {
        return fail(scan, "a chunk that does not end with CR LF");
    }
    scan->step = next;
    return CT_OK;
}


/* The size is known: the body may not get longer than it may be. */
static ct_rc_t
size_end(ct_scan_t *scan, uint8_t c, const ct_limits_t *limits)
{
    const size_t taken = scan->offset + 1 - scan->head;

    if (taken > limits->message || scan->need > limits->message - taken) {
        return ct_http_fail(scan, 413, "a body over the limit");
    }
    scan->depth = 0;
    return fixed_step(scan, c, '\n', scan->need > 0 ? STEP_DATA : STEP_TRAILER);
}


static ct_rc_t
trailer_begin(ct_scan_t *scan, uint8_t c)
{
    if (c == '\r') {
        scan->step = STEP_END_LF;
        return CT_OK;
    }
    scan->step = STEP_NAME;
    return ct_http_is_token_char(c)
               ? CT_OK
               : fail(scan, "a trailer whose name is none");
}


static ct_rc_t
trailer_step(ct_scan_t *scan, uint8_t c)
{
    if (scan->step == STEP_NAME) {
        scan->step = c == ':' ? STEP_VALUE : STEP_NAME;
        return c == ':' || ct_http_is_token_char(c)
                   ? CT_OK
                   : fail(scan, "a trailer whose name is none");
    }
    if (c == '\r') {
        scan->step = STEP_TRAILER_LF;
        return CT_OK;
    }
    return ct_http_is_value_char(c)
               ? CT_OK
               : fail(scan, "a control character in a trailer");
}


/* Any byte but a chunk's own. */
static ct_rc_t
byte_step(ct_scan_t *scan, uint8_t c, const ct_limits_t *limits)
{
    if (scan->step >= STEP_TRAILER && ++scan->depth > limits->header) {
        return ct_http_fail(scan, 431, "trailers over the limit");
    }
    switch (scan->step) {
    case STEP_SIZE:
    case STEP_DIGITS:
        return size_step(scan, c);
    case STEP_EXTENSION:
        return extension_step(scan, c);
    case STEP_SIZE_LF:
        return size_end(scan, c, limits);
    case STEP_DATA_CR:
        return fixed_step(scan, c, '\r', STEP_DATA_LF);
    case STEP_DATA_LF:
        return fixed_step(scan, c, '\n', STEP_SIZE);
    case STEP_TRAILER:
        return trailer_begin(scan, c);
    case STEP_TRAILER_LF:
        return fixed_step(scan, c, '\n', STEP_TRAILER);
    case STEP_END_LF:
        return fixed_step(scan, c, '\n', STEP_END_LF);
    default:
        return trailer_step(scan, c);
    }
}


/* As much of the chunk as is there. */
static void
data_take(ct_scan_t *scan, const uint8_t *data, size_t len, ct_str_t *piece)
{
    const size_t there = len - scan->offset;
    const size_t n = scan->need < there ? scan->need : there;

    *piece = (ct_str_t){ n, (const char *) data + scan->offset };
    scan->offset += n;
    scan->total += n;
    scan->need -= n;
    if (scan->need == 0) {
        scan->step = STEP_DATA_CR;
    }
}


ct_rc_t
ct_http_chunk_next(ct_scan_t *scan, const uint8_t *data, size_t len,
                   const ct_limits_t *limits, ct_str_t *piece)
{
    while (scan->offset < len) {
        const uint8_t step = scan->step;

        if (step == STEP_DATA) {
            data_take(scan, data, len, piece);
            return CT_OK;
        }
        if (byte_step(scan, data[scan->offset], limits) != CT_OK) {
            return CT_ERROR;
        }
        scan->offset++;
        if (step == STEP_END_LF) {
            return CT_DECLINED;
        }
    }
    return CT_AGAIN;
}


/* While its digits come, a size is not one that has been judged. */
size_t
ct_http_chunk_want(const ct_scan_t *scan)
{
    return scan->step == STEP_DATA ? scan->need : 1;
}
