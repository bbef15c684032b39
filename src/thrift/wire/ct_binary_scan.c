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
 * Arguments that are there whole are passed over at once instead: ct_pass.h.
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
#include "thrift/wire/ct_pass.h"

/* Of what is not in the head of a list or a map. */
#define ID_SIZE 2

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


/* Plans for a value of that type, behind `before` bytes more (its id). */
static ct_rc_t
begin_value(ct_scanner_t *scanner, uint8_t type, size_t before)
{
    static const ct_scan_level_t level = { .kind = CT_T_STRUCT };

    const ct_scan_size_t size = ct_binary_sizes[type];

    if (size.is_fixed) {
        return ct_scanner_plan(scanner, before + size.least, STEP_NEXT);
    }
    if (type == CT_T_STRING) {
        return ct_scanner_plan(scanner, before, STEP_STRING);
    }
    if (type == CT_T_MAP) {
        return ct_scanner_plan(scanner, before, STEP_MAP);
    }
    if (type != CT_T_STRUCT) {
        return ct_scanner_plan(scanner, before, STEP_LIST);
    }
    if (ct_scanner_open(scanner, &level) != CT_OK) {
        return CT_ERROR;
    }
    return ct_scanner_plan(scanner, before, STEP_NEXT);
}


/* A field's type; its id says nothing here and is passed over with it. */
static ct_rc_t
next_field(ct_scanner_t *scanner)
{
    const uint8_t *token;
    const ct_rc_t  rc = ct_scanner_take(scanner, 1, &token);

    if (rc != CT_OK) {
        return rc;
    }
    if (token[0] == CT_T_STOP) {
        ct_scanner_close(scanner);
        return CT_OK;
    }
    if (ct_binary_sizes[token[0]].least == 0) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a field of an unknown type");
    }
    return begin_value(scanner, token[0], 2);
}


/* What the innermost level says: a field, an element, or its end. */
static ct_rc_t
next_value(ct_scanner_t *scanner)
{
    uint8_t type;

    if (ct_scanner_level(scanner)->kind == CT_T_STRUCT) {
        return next_field(scanner);
    }
    if (!ct_scanner_next_item(scanner, &type)) {
        return CT_OK;
    }
    return begin_value(scanner, type, 0);
}


/* What stands behind a container's head. */
static ct_rc_t
begin_items(ct_scanner_t *scanner, ct_scan_level_t *level, uint32_t n)
{
    const ct_scan_size_t sizes[2] = { ct_binary_sizes[level->types[0]],
                                      ct_binary_sizes[level->types[1]] };

    return ct_scanner_open_items(scanner, level, sizes, n, STEP_NEXT);
}


static ct_rc_t
read_list(ct_scanner_t *scanner)
{
    ct_scan_level_t level = { .kind = CT_T_LIST };
    const uint8_t  *token;
    const ct_rc_t   rc = ct_scanner_take(scanner, 5, &token);

    if (rc != CT_OK) {
        return rc;
    }
    level.types[0] = token[0];
    return begin_items(scanner, &level, ct_load32(token + 1));
}


static ct_rc_t
read_map(ct_scanner_t *scanner)
{
    ct_scan_level_t level = { .kind = CT_T_MAP };
    const uint8_t  *token;
    const ct_rc_t   rc = ct_scanner_take(scanner, 6, &token);

    if (rc != CT_OK) {
        return rc;
    }
    level.types[0] = token[0];
    level.types[1] = token[1];
    return begin_items(scanner, &level, ct_load32(token + 2));
}


/* A token that is a length: of a string, or of a name in a strict head. */
static ct_rc_t
read_len(ct_scanner_t *scanner, size_t limit, uint8_t step)
{
    const uint8_t *token;
    const ct_rc_t  rc = ct_scanner_take(scanner, 4, &token);

    if (rc != CT_OK) {
        return rc;
    }
    return ct_scanner_plan_text(scanner, ct_load32(token), limit, step);
}


/* As read_message of the decoder, whose type and numbers nobody needs here. */
static ct_rc_t
read_head(ct_scanner_t *scanner)
{
    const uint8_t *token;
    const ct_rc_t  rc = ct_scanner_take(scanner, 4, &token);
    uint32_t       word;

    if (rc != CT_OK) {
        return rc;
    }
    word = ct_load32(token);
    if (word <= INT32_MAX) {
        return ct_scanner_plan_text(scanner, word, scanner->limits->name,
                                    STEP_OLD_TAIL);
    }
    if ((word & CT_BINARY_VERSION_MASK) != CT_BINARY_VERSION_1) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "an unknown version of the binary protocol");
    }
    return ct_scanner_plan(scanner, 0, STEP_STRICT_NAME);
}


static const uint8_t *pass_nested(const ct_pass_t *pass, uint8_t type,
                                  const uint8_t *p, uint32_t level);


static inline const uint8_t *
pass_string(const ct_pass_t *pass, const uint8_t *p)
{
    uint32_t len;

    if (CT_UNLIKELY(pass->end - p < 4)) {
        return NULL;
    }
    len = ct_load32(p);
    return CT_LIKELY(len <= pass->string) ? ct_pass_over(pass, p + 4, len)
                                          : NULL;
}


/* `level` are open around it. */
static inline const uint8_t *
pass_value(const ct_pass_t *pass, uint8_t type, const uint8_t *p,
           uint32_t level)
{
    const ct_scan_size_t size = ct_binary_sizes[type];

    if (size.is_fixed) {
        return ct_pass_over(pass, p, size.least);
    }
    return type == CT_T_STRING ? pass_string(pass, p)
                               : pass_nested(pass, type, p, level);
}


static const uint8_t *
pass_struct(const ct_pass_t *pass, const uint8_t *p, uint32_t level)
{
    if (CT_UNLIKELY(level > pass->level)) {
        return NULL;
    }
    while (p != NULL && p < pass->end) {
        const uint8_t        type = *p++;
        const ct_scan_size_t size = ct_binary_sizes[type];

        if (type == CT_T_STOP) {
            return p;
        }
        if (size.is_fixed) {
            p = ct_pass_over(pass, p, ID_SIZE + size.least);
            continue;
        }
        p = ct_pass_over(pass, p, ID_SIZE);
        if (p != NULL) {
            p = type == CT_T_STRING ? pass_string(pass, p)
                                    : pass_nested(pass, type, p, level + 1);
        }
    }
    return NULL;
}


static const uint8_t *
pass_strings(const ct_pass_t *pass, const uint8_t *p, uint32_t n)
{
    for (; n > 0 && p != NULL; n--) {
        p = pass_string(pass, p);
    }
    return p;
}


/* `n` pairs of a map, or elements, whose type is both of the two then. */
static const uint8_t *
pass_items(const ct_pass_t *pass, const uint8_t types[2], bool is_map,
           uint32_t n, const uint8_t *p, uint32_t level)
{
    const ct_scan_size_t first = ct_binary_sizes[types[0]];
    const ct_scan_size_t second = ct_binary_sizes[types[1]];
    const uint64_t       size = ct_pass_item_size(first, second, is_map);

    if (n == 0) {
        return p;
    }
    if (!ct_pass_admits(pass, first, second, n, level)) {
        return NULL;
    }
    if (size != 0) {
        return ct_pass_over(pass, p, n * size);
    }
    if (!is_map && types[0] == CT_T_STRING) {
        return pass_strings(pass, p, n);
    }
    for (; n > 0 && p != NULL; n--) {
        p = pass_value(pass, types[0], p, level + 1);
        if (is_map && p != NULL) {
            p = pass_value(pass, types[1], p, level + 1);
        }
    }
    return p;
}


static const uint8_t *
pass_list(const ct_pass_t *pass, const uint8_t *p, uint32_t level)
{
    if (pass->end - p < 5) {
        return NULL;
    }
    return pass_items(pass, (const uint8_t[2]){ p[0], p[0] }, false,
                      ct_load32(p + 1), p + 5, level);
}


static const uint8_t *
pass_map(const ct_pass_t *pass, const uint8_t *p, uint32_t level)
{
    if (pass->end - p < 6) {
        return NULL;
    }
    return pass_items(pass, p, true, ct_load32(p + 2), p + 6, level);
}


static const uint8_t *
pass_nested(const ct_pass_t *pass, uint8_t type, const uint8_t *p,
            uint32_t level)
{
    switch (type) {
    case CT_T_STRUCT:
        return pass_struct(pass, p, level);
    case CT_T_MAP:
        return pass_map(pass, p, level);
    case CT_T_SET:
    case CT_T_LIST:
        return pass_list(pass, p, level);
    default:
        return NULL;
    }
}


/* The arguments: at once, or, where they are not whole, piece by piece. */
static ct_rc_t
begin_args(ct_scanner_t *scanner)
{
    return ct_pass_args(scanner, pass_struct, STEP_NEXT)
               ? CT_OK
               : begin_value(scanner, CT_T_STRUCT, 0);
}


/* The last `len` bytes of a head; what follows is the arguments' struct. */
static ct_rc_t
read_tail(ct_scanner_t *scanner, size_t len)
{
    const uint8_t *token;
    const ct_rc_t  rc = ct_scanner_take(scanner, len, &token);

    if (rc != CT_OK) {
        return rc;
    }
    return begin_args(scanner);
}


static ct_rc_t
read_token(ct_scanner_t *scanner)
{
    switch (scanner->scan->step) {
    case STEP_HEAD:
        return read_head(scanner);
    case STEP_STRICT_NAME:
        return read_len(scanner, scanner->limits->name, STEP_STRICT_TAIL);
    case STEP_STRICT_TAIL:
        return read_tail(scanner, 4);
    case STEP_OLD_TAIL:
        return read_tail(scanner, 5);
    case STEP_STRING:
        return read_len(scanner, scanner->limits->string, STEP_NEXT);
    case STEP_LIST:
        return read_list(scanner);
    case STEP_MAP:
        return read_map(scanner);
    default:
        return next_value(scanner);
    }
}


ct_rc_t
ct_binary_scan(ct_scan_t *scan, const uint8_t *data, size_t len,
               const ct_limits_t *limits, size_t *want)
{
    ct_scanner_t scanner = { scan, data, len, limits, 0 };
    ct_rc_t      rc;

    CT_ASSERT(scan->offset <= len);
    do {
        rc = ct_scanner_pass(&scanner);
        if (rc == CT_OK) {
            rc = read_token(&scanner);
        }
    } while (rc == CT_OK && (scan->step != STEP_NEXT || scan->depth > 0));

    if (rc == CT_AGAIN) {
        *want = scanner.want;
    }
    return rc;
}
