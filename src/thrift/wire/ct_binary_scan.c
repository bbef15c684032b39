/*
 * ct_binary_scan.c -- where an unframed message of the binary protocol ends.
 *
 * A small machine that goes over the bytes as they arrive.  Two things move
 * it: `need` bytes to pass over unread (numbers, strings, whole containers of
 * fixed elements), and then a token of a few bytes to read, which `step`
 * names.  A token is read whole or not at all; so at most five bytes are
 * looked at again when more arrive, and the work is linear in the bytes.
 *
 *   step        | token                      | then
 *   ------------+----------------------------+------------------------------
 *   HEAD        | version word               | STRICT_NAME
 *               | or length of the name      | name, OLD_TAIL
 *   STRICT_NAME | length of the name         | name, STRICT_TAIL
 *   STRICT_TAIL | sequence number            | opens the arguments, NEXT
 *   OLD_TAIL    | type, sequence number      | opens the arguments, NEXT
 *   NEXT        | in a struct: a type, whose | the value's step
 *               | id is passed over          |
 *               | in a container: nothing    | the next element's step
 *   STRING      | length                     | bytes, NEXT
 *   LIST        | type, count                | all elements or a level, NEXT
 *   MAP         | two types, count           | all items or a level, NEXT
 *
 * A level closes with its struct's stop byte or its container's last element;
 * with the outermost one the message ends.  The caps are the decoder's, and
 * what takes no bytes (an element of no type) is refused as there: each step
 * passes over a byte or closes a level.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include "thrift/wire/ct_binary.h"
#include "thrift/wire/ct_bytes.h"

enum {
    STEP_HEAD = 0, /* a zeroed scan begins here */
    STEP_STRICT_NAME,
    STEP_STRICT_TAIL,
    STEP_OLD_TAIL,
    STEP_NEXT,
    STEP_STRING,
    STEP_LIST,
    STEP_MAP,
};

/* What stays the same during one call. */
typedef struct input_s {
    ct_scan_t         *scan;
    const uint8_t     *data;
    size_t             len;
    const ct_limits_t *limits;
    size_t             want; /* with CT_AGAIN: bytes needed in all */
} input_t;


static ct_rc_t
fail(input_t *input, ct_wire_error_t error, const char *why)
{
    input->scan->error = error;
    input->scan->why = why;
    return CT_ERROR;
}


/* Whether `n` more bytes stay within the cap of a message. */
static ct_rc_t
check_size(input_t *input, uint64_t n)
{
    const size_t limit = input->limits->message;
    const size_t offset = input->scan->offset;

    if (offset > limit || n > limit - offset) {
        return fail(input, CT_WIRE_LIMIT, "a message over the limit");
    }
    return CT_OK;
}


/* The next `n` bytes, passed over; CT_AGAIN when they are not there yet. */
static ct_rc_t
take(input_t *input, size_t n, const uint8_t **token)
{
    ct_scan_t *scan = input->scan;

    if (check_size(input, n) != CT_OK) {
        return CT_ERROR;
    }
    if (n > input->len - scan->offset) {
        input->want = scan->offset + n;
        return CT_AGAIN;
    }
    *token = input->data + scan->offset;
    scan->offset += n;
    return CT_OK;
}


/* Passes over as much of `need` as is there. */
static ct_rc_t
pass(input_t *input)
{
    ct_scan_t   *scan = input->scan;
    const size_t there = input->len - scan->offset;
    const size_t n = scan->need < there ? scan->need : there;

    scan->offset += n;
    scan->need -= n;
    if (scan->need > 0) {
        input->want = scan->offset + scan->need;
        return CT_AGAIN;
    }
    return CT_OK;
}


/*
 * What `pass` is to do before the next token.  Judged before the bytes come,
 * like a frame's length: a string over the message's cap is not waited for.
 */
static ct_rc_t
plan(input_t *input, uint64_t need, uint8_t step)
{
    if (check_size(input, need) != CT_OK) {
        return CT_ERROR;
    }
    input->scan->need = (size_t) need;
    input->scan->step = step;
    return CT_OK;
}


/* The decoder's rule: the outermost struct, and `depth` levels below it. */
static ct_rc_t
check_depth(input_t *input)
{
    if (input->scan->depth > input->limits->depth
        || input->scan->depth == CT_SCAN_LEVELS) {
        return fail(input, CT_WIRE_LIMIT, "nested too deeply");
    }
    return CT_OK;
}


/* The level is written whole: what an earlier message left there is gone. */
static ct_rc_t
open_level(input_t *input, const ct_scan_level_t *level)
{
    ct_scan_t *scan = input->scan;

    if (check_depth(input) != CT_OK) {
        return CT_ERROR;
    }
    scan->levels[scan->depth] = *level;
    scan->depth++;
    return CT_OK;
}


static void
close_level(ct_scan_t *scan)
{
    CT_ASSERT(scan->depth > 0);
    scan->depth--;
}


/* Plans for a value of that type, behind `before` bytes more (its id). */
static ct_rc_t
begin_value(input_t *input, uint8_t type, size_t before)
{
    static const ct_scan_level_t level = { .kind = CT_T_STRUCT };

    const ct_binary_size_t size = ct_binary_sizes[type];

    if (size.is_fixed) {
        return plan(input, before + size.least, STEP_NEXT);
    }
    if (type == CT_T_STRING) {
        return plan(input, before, STEP_STRING);
    }
    if (type == CT_T_MAP) {
        return plan(input, before, STEP_MAP);
    }
    if (type != CT_T_STRUCT) {
        return plan(input, before, STEP_LIST);
    }
    if (open_level(input, &level) != CT_OK) {
        return CT_ERROR;
    }
    return plan(input, before, STEP_NEXT);
}


/* A field's type; its id says nothing here and is passed over with it. */
static ct_rc_t
next_field(input_t *input)
{
    const uint8_t *token;
    const ct_rc_t  rc = take(input, 1, &token);

    if (rc != CT_OK) {
        return rc;
    }
    if (token[0] == CT_T_STOP) {
        close_level(input->scan);
        return CT_OK;
    }
    if (ct_binary_sizes[token[0]].least == 0) {
        return fail(input, CT_WIRE_MALFORMED, "a field of an unknown type");
    }
    return begin_value(input, token[0], 2);
}


/* What the innermost level says: a field, an element, or its end. */
static ct_rc_t
next_value(input_t *input)
{
    ct_scan_t       *scan = input->scan;
    ct_scan_level_t *level = &scan->levels[scan->depth - 1];
    uint8_t          type;

    if (level->kind == CT_T_STRUCT) {
        return next_field(input);
    }
    if (level->left == 0) {
        close_level(scan);
        return CT_OK;
    }
    type = level->types[level->turn];
    level->left--;
    if (level->kind == CT_T_MAP) {
        level->turn ^= 1;
    }
    return begin_value(input, type, 0);
}


/*
 * Holds a container against the caps and goes into it, unless all its items
 * are of one size: those are passed over at once.
 */
static ct_rc_t
begin_container(input_t *input, ct_scan_level_t *level, uint32_t n)
{
    const bool             is_map = level->kind == CT_T_MAP;
    const ct_binary_size_t first = ct_binary_sizes[level->types[0]];
    const ct_binary_size_t second = ct_binary_sizes[level->types[1]];
    const uint64_t         least = first.least + (is_map ? second.least : 0u);
    const char            *c_why = NULL;
    const ct_wire_error_t  error =
        ct_binary_count_check(n, input->limits->container, &c_why);

    if (error != CT_WIRE_OK) {
        return fail(input, error, c_why);
    }
    if (n > 0 && (first.least == 0 || (is_map && second.least == 0))) {
        return fail(input, CT_WIRE_MALFORMED, "a container of an unknown type");
    }
    if (n == 0) {
        return plan(input, 0, STEP_NEXT);
    }
    if (check_size(input, n * least) != CT_OK || check_depth(input) != CT_OK) {
        return CT_ERROR;
    }
    if (first.is_fixed && (!is_map || second.is_fixed)) {
        return plan(input, n * least, STEP_NEXT);
    }
    level->left = is_map ? (uint64_t) n * 2 : n;
    input->scan->step = STEP_NEXT;
    return open_level(input, level);
}


static ct_rc_t
read_list(input_t *input)
{
    ct_scan_level_t level = { .kind = CT_T_LIST };
    const uint8_t  *token;
    const ct_rc_t   rc = take(input, 5, &token);

    if (rc != CT_OK) {
        return rc;
    }
    level.types[0] = token[0];
    return begin_container(input, &level, ct_load32(token + 1));
}


static ct_rc_t
read_map(input_t *input)
{
    ct_scan_level_t level = { .kind = CT_T_MAP };
    const uint8_t  *token;
    const ct_rc_t   rc = take(input, 6, &token);

    if (rc != CT_OK) {
        return rc;
    }
    level.types[0] = token[0];
    level.types[1] = token[1];
    return begin_container(input, &level, ct_load32(token + 2));
}


/* Plans for the bytes behind a length, then `step`. */
static ct_rc_t
begin_text(input_t *input, uint32_t len, size_t limit, uint8_t step)
{
    const char           *c_why = NULL;
    const ct_wire_error_t error = ct_binary_len_check(len, limit, &c_why);

    if (error != CT_WIRE_OK) {
        return fail(input, error, c_why);
    }
    return plan(input, len, step);
}


/* A token that is a length: of a string, or of a name in a strict head. */
static ct_rc_t
read_len(input_t *input, size_t limit, uint8_t step)
{
    const uint8_t *token;
    const ct_rc_t  rc = take(input, 4, &token);

    if (rc != CT_OK) {
        return rc;
    }
    return begin_text(input, ct_load32(token), limit, step);
}


/* As read_message of the decoder, whose type and numbers nobody needs here. */
static ct_rc_t
read_head(input_t *input)
{
    const uint8_t *token;
    const ct_rc_t  rc = take(input, 4, &token);
    uint32_t       word;

    if (rc != CT_OK) {
        return rc;
    }
    word = ct_load32(token);
    if (word <= INT32_MAX) {
        return begin_text(input, word, input->limits->name, STEP_OLD_TAIL);
    }
    if ((word & CT_BINARY_VERSION_MASK) != CT_BINARY_VERSION_1) {
        return fail(input, CT_WIRE_MALFORMED,
                    "an unknown version of the binary protocol");
    }
    return plan(input, 0, STEP_STRICT_NAME);
}


/* The last `len` bytes of a head; what follows is the arguments' struct. */
static ct_rc_t
read_tail(input_t *input, size_t len)
{
    const uint8_t *token;
    const ct_rc_t  rc = take(input, len, &token);

    if (rc != CT_OK) {
        return rc;
    }
    return begin_value(input, CT_T_STRUCT, 0);
}


static ct_rc_t
read_token(input_t *input)
{
    switch (input->scan->step) {
    case STEP_HEAD:
        return read_head(input);
    case STEP_STRICT_NAME:
        return read_len(input, input->limits->name, STEP_STRICT_TAIL);
    case STEP_STRICT_TAIL:
        return read_tail(input, 4);
    case STEP_OLD_TAIL:
        return read_tail(input, 5);
    case STEP_STRING:
        return read_len(input, input->limits->string, STEP_NEXT);
    case STEP_LIST:
        return read_list(input);
    case STEP_MAP:
        return read_map(input);
    default:
        return next_value(input);
    }
}


ct_rc_t
ct_binary_scan(ct_scan_t *scan, const uint8_t *data, size_t len,
               const ct_limits_t *limits, size_t *want)
{
    input_t input = { scan, data, len, limits, 0 };
    ct_rc_t rc;

    CT_ASSERT(scan->offset <= len);
    do {
        rc = pass(&input);
        if (rc == CT_OK) {
            rc = read_token(&input);
        }
    } while (rc == CT_OK && (scan->step != STEP_NEXT || scan->depth > 0));

    if (rc == CT_AGAIN) {
        *want = input.want;
    }
    return rc;
}
