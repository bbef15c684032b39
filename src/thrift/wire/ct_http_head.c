/*
 * ct_http_head.c -- the head of a message of HTTP/1: its first line and its
 * fields.
 *
 * Ends of lines are looked for as bytes come, each byte once; the head is
 * parsed when the empty line is there.  Only the first line is judged as soon
 * as it has ended: who speaks no HTTP/1 may never send an empty one.  Caps are
 * held against what has come, so that nothing over them is waited for, and in
 * such a way that it does not matter in which pieces it came.
 *
 * What can be understood in two ways is refused, since a proxy in front may
 * have understood it in the other: two lengths, even equal ones, a length
 * beside chunks, any coding but "chunked" itself, folded fields, lines that
 * end with half a line's end.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_head.h"

#include <string.h>
#include <strings.h>

#include "thrift/wire/ct_http_field.h"

#define VERSION "HTTP/1."

/* What can be wrong, for the client and for the log. */
enum {
    STATUS_BAD_REQUEST = 400,
    STATUS_URI_TOO_LONG = 414,
    STATUS_EXPECTATION_FAILED = 417,
    STATUS_FIELDS_TOO_LARGE = 431,
    STATUS_UNKNOWN_VERSION = 505,
};

/* Reads one field's value, CT_ERROR with the reason in the scan. */
typedef ct_rc_t (*field_fn)(ct_scan_t *scan, ct_http_head_t *head,
                            ct_str_t value);


ct_rc_t
ct_http_fail(ct_scan_t *scan, uint16_t status, const char *why)
{
    const bool is_limit = status == 413 || status == STATUS_URI_TOO_LONG
                          || status == STATUS_FIELDS_TOO_LARGE;

    scan->error = is_limit ? CT_WIRE_LIMIT : CT_WIRE_MALFORMED;
    scan->status = status;
    scan->why = why;
    return CT_ERROR;
}


static ct_rc_t
fail(ct_scan_t *scan, const char *why)
{
    return ct_http_fail(scan, STATUS_BAD_REQUEST, why);
}


/* ---- The first line. */

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}


/* "HTTP/1.x"; every x from 1 on means what 1 does. */
static ct_rc_t
version_parse(ct_scan_t *scan, ct_http_head_t *head, ct_str_t text)
{
    if (text.len != sizeof(VERSION) || memcmp(text.data, "HTTP/", 5) != 0
        || !is_digit(text.data[5]) || text.data[6] != '.'
        || !is_digit(text.data[7])) {
        return fail(scan, "a first line that is not HTTP's");
    }
    if (text.data[5] != '1') {
        return ct_http_fail(scan, STATUS_UNKNOWN_VERSION,
                            "a version of HTTP other than 1");
    }
    head->minor = text.data[7] == '0' ? 0 : 1;
    return CT_OK;
}


/* A path, an absolute address, "*", or the host and port of a CONNECT. */
static bool
is_target(const ct_http_head_t *head)
{
    const ct_str_t target = head->target;

    for (size_t i = 0; i < target.len; i++) {
        const uint8_t c = (uint8_t) target.data[i];

        if (c <= 0x20 || c >= 0x7f) {
            return false;
        }
    }
    return target.len > 0
           && (target.data[0] == '/' || ct_str_eq_c(target, "*")
               || ct_str_starts_with(target, "http://")
               || ct_str_starts_with(target, "https://")
               || ct_str_eq_c(head->method, "CONNECT"));
}


/* What stands in front of the first space of *rest, which is taken off. */
static bool
word_take(ct_str_t *rest, ct_str_t *word)
{
    const char *const space = memchr(rest->data, ' ', rest->len);
    size_t            len;

    if (space == NULL) {
        return false;
    }
    len = (size_t) (space - rest->data);
    *word = (ct_str_t){ len, rest->data };
    *rest = (ct_str_t){ rest->len - len - 1, space + 1 };
    return true;
}


/* HTTP/0.9 has neither a version nor anything behind its one line. */
static ct_rc_t
request_line_parse(ct_scan_t *scan, ct_http_head_t *head, ct_str_t line)
{
    ct_str_t rest = line;

    if (!word_take(&rest, &head->method) || !ct_http_is_token(head->method)) {
        return fail(scan, "a request without a method");
    }
    if (!word_take(&rest, &head->target)) {
        head->target = rest;
        return is_target(head) ? ct_http_fail(scan, STATUS_UNKNOWN_VERSION,
                                              "a request of HTTP/0.9")
                               : fail(scan, "a request without a target");
    }
    if (!is_target(head)) {
        return fail(scan, "a target that is none");
    }
    return version_parse(scan, head, rest);
}


/* "HTTP/1.1 200 OK"; the last word, or words, may be missing. */
static ct_rc_t
status_line_parse(ct_scan_t *scan, ct_http_head_t *head, ct_str_t line)
{
    ct_str_t rest = line;
    ct_str_t version;

    if (!word_take(&rest, &version)
        || version_parse(scan, head, version) != CT_OK) {
        return fail(scan, "a reply that is not HTTP/1's");
    }
    if (rest.len < 3 || !is_digit(rest.data[0]) || !is_digit(rest.data[1])
        || !is_digit(rest.data[2]) || (rest.len > 3 && rest.data[3] != ' ')
        || rest.data[0] == '0' || !ct_http_is_value(rest)) {
        return fail(scan, "a reply without a status");
    }
    head->code = (uint16_t) ((rest.data[0] - '0') * 100
                             + (rest.data[1] - '0') * 10 + rest.data[2] - '0');
    return CT_OK;
}


static ct_rc_t
first_line_parse(ct_scan_t *scan, ct_http_head_t *head, ct_str_t line)
{
    return head->is_response ? status_line_parse(scan, head, line)
                             : request_line_parse(scan, head, line);
}


/* ---- Fields that we go by. */

static ct_rc_t
read_length(ct_scan_t *scan, ct_http_head_t *head, ct_str_t value)
{
    if (head->has_length) {
        return fail(scan, "two lengths of one body");
    }
    head->has_length = true;
    return ct_str_to_u64(value, &head->length) == CT_OK
               ? CT_OK
               : fail(scan, "a length that is no number");
}


static ct_rc_t
read_coding(ct_scan_t *scan, ct_http_head_t *head, ct_str_t value)
{
    if (head->is_chunked || !ct_http_says(value, "chunked")) {
        return fail(scan, "a transfer coding other than chunked");
    }
    head->is_chunked = true;
    return CT_OK;
}


/* What an address has around its host, or a list between two. */
static bool
parts_hosts(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '/' || c == '@'
           || c == '\\' || c == '?' || c == '#';
}


/* A host with anything else beside it could be two. */
static ct_rc_t
read_host(ct_scan_t *scan, ct_http_head_t *head, ct_str_t value)
{
    if (head->has_host) {
        return fail(scan, "two hosts");
    }
    for (size_t i = 0; i < value.len; i++) {
        if (parts_hosts(value.data[i])) {
            return fail(scan, "a host that is none");
        }
    }
    head->has_host = true;
    return CT_OK;
}


/* "close" is the stronger one. */
static ct_rc_t
read_connection(ct_scan_t *scan CT_UNUSED, ct_http_head_t *head, ct_str_t value)
{
    ct_str_t item;

    while (ct_http_next_item(&value, &item)) {
        head->says_close |= ct_http_says(item, "close");
        head->says_keep |= ct_http_says(item, "keep-alive");
    }
    return CT_OK;
}


static ct_rc_t
read_expect(ct_scan_t *scan, ct_http_head_t *head, ct_str_t value)
{
    if (!ct_http_says(value, "100-continue")) {
        return ct_http_fail(scan, STATUS_EXPECTATION_FAILED,
                            "an expectation other than 100-continue");
    }
    head->expects_continue = true;
    return CT_OK;
}


/* The first counts; what it says is no more than a hint. */
static ct_rc_t
read_type(ct_scan_t *scan CT_UNUSED, ct_http_head_t *head, ct_str_t value)
{
    const char *const end = memchr(value.data, ';', value.len);

    if (head->content_type.data == NULL) {
        if (end != NULL) {
            value.len = (size_t) (end - value.data);
        }
        head->content_type = ct_http_trim(value);
    }
    return CT_OK;
}


static ct_rc_t
read_origin(ct_scan_t *scan CT_UNUSED, ct_http_head_t *head,
            ct_str_t value CT_UNUSED)
{
    head->has_origin = true;
    return CT_OK;
}


static const struct {
    ct_str_t name;
    field_fn read;
} known_fields[] = {
    { CT_STR_INIT("content-length"), read_length },
    { CT_STR_INIT("transfer-encoding"), read_coding },
    { CT_STR_INIT("host"), read_host },
    { CT_STR_INIT("connection"), read_connection },
    { CT_STR_INIT("expect"), read_expect },
    { CT_STR_INIT("content-type"), read_type },
    { CT_STR_INIT("origin"), read_origin },
};


/* ---- The whole. */

static ct_rc_t
field_read(ct_scan_t *scan, ct_http_head_t *head, ct_str_t line)
{
    ct_header_t field;
    const char *c_why;

    if (ct_http_field_parse(line, &field, &c_why) != CT_OK) {
        return fail(scan, c_why);
    }
    if (head->fields != NULL) {
        head->fields[head->nfields] = field;
    }
    head->nfields++;
    for (size_t i = 0; i < CT_ARRAY_LEN(known_fields); i++) {
        if (known_fields[i].name.len == field.name.len
            && strncasecmp(known_fields[i].name.data, field.name.data,
                           field.name.len)
                   == 0) {
            return known_fields[i].read(scan, head, field.value);
        }
    }
    return CT_OK;
}


/* What no single field tells. */
static ct_rc_t
head_judge(ct_scan_t *scan, ct_http_head_t *head)
{
    if (head->is_chunked && head->has_length) {
        return fail(scan, "a length beside chunks");
    }
    if (head->is_chunked && head->minor == 0) {
        return fail(scan, "chunks in HTTP/1.0");
    }
    if (!head->is_response && head->minor > 0 && !head->has_host) {
        return fail(scan, "no host");
    }
    head->closes = head->says_close || (head->minor == 0 && !head->says_keep);
    head->expects_continue &= head->minor > 0;
    return CT_OK;
}


/* The next line of [*pos, end), each of which ends with CR LF. */
static ct_str_t
line_next(const uint8_t *data, size_t end, size_t *pos)
{
    const char *const    from = (const char *) data + *pos;
    const uint8_t *const lf = memchr(data + *pos, '\n', end - *pos);
    const size_t         len = (size_t) (lf - data) - *pos;

    *pos += len + 1;
    return (ct_str_t){ len - 1, from };
}


/* The head is [from, end) of `data`, the empty line included. */
static ct_rc_t
head_parse(ct_scan_t *scan, const uint8_t *data, size_t from, size_t end,
           ct_http_head_t *head)
{
    size_t   pos = from;
    ct_str_t line = line_next(data, end, &pos);
    ct_rc_t  rc = first_line_parse(scan, head, line);

    while (rc == CT_OK) {
        line = line_next(data, end, &pos);
        if (line.len == 0) {
            return head_judge(scan, head);
        }
        rc = field_read(scan, head, line);
    }
    return rc;
}


/*
 * Whether `n` bytes of a head are too many; a first line has a cap of its own.
 */
static ct_rc_t
check_size(ct_scan_t *scan, size_t n, const ct_limits_t *limits)
{
    if (scan->depth == 0 && (n > CT_HTTP_MAX_LINE || n > limits->header)) {
        return ct_http_fail(scan, STATUS_URI_TOO_LONG,
                            "a first line over the limit");
    }
    return n > limits->header ? ct_http_fail(scan, STATUS_FIELDS_TOO_LARGE,
                                             "headers over the limit")
                              : CT_OK;
}


/* A line of the head has ended in front of scan->offset. */
static ct_rc_t
line_check(ct_scan_t *scan, const uint8_t *data, const ct_limits_t *limits,
           ct_http_head_t *head)
{
    const size_t len = scan->offset - scan->head;
    ct_str_t     line;

    if (check_size(scan, scan->offset - (size_t) scan->total, limits)
        != CT_OK) {
        return CT_ERROR;
    }
    if (len < 2 || data[scan->offset - 2] != '\r') {
        return fail(scan, "a line that does not end with CR LF");
    }
    line = (ct_str_t){ len - 2, (const char *) data + scan->head };
    scan->head = scan->offset;
    scan->depth++;
    if (scan->depth == 1) {
        return first_line_parse(scan, head, line);
    }
    return scan->depth > 1 + CT_HTTP_MAX_FIELDS && line.len > 0
               ? ct_http_fail(scan, STATUS_FIELDS_TOO_LARGE, "too many headers")
               : CT_OK;
}


ct_rc_t
ct_http_head_take(ct_scan_t *scan, const uint8_t *data, size_t len,
                  const ct_limits_t *limits, ct_http_head_t *head)
{
    const size_t   from = (size_t) scan->total;
    const uint8_t *lf;
    size_t         before;

    while (scan->offset < len) {
        lf = memchr(data + scan->offset, '\n', len - scan->offset);
        if (lf == NULL) {
            break;
        }
        before = scan->head;
        scan->offset = (size_t) (lf - data) + 1;
        if (line_check(scan, data, limits, head) != CT_OK) {
            return CT_ERROR;
        }
        if (scan->head == before + 2) {
            return head_parse(scan, data, from, scan->head, head);
        }
    }
    scan->offset = len;

    /* The end of this line is still to come. */
    return check_size(scan, len + 1 - from, limits) == CT_OK ? CT_AGAIN
                                                             : CT_ERROR;
}
