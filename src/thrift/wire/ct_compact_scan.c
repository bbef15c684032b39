/*
 * ct_compact_scan.c -- where an unframed message of the compact protocol ends.
 *
 * The same machine as ct_binary_scan.c with other tokens.  A varint is read
 * whole or not at all, so up to ten bytes are looked at again when more
 * arrive; the work stays linear in the bytes.
 *
 *   step   | token                          | then
 *   -------+--------------------------------+-------------------------------
 *   HEAD   | identifier, version            | SEQID
 *   SEQID  | sequence number                | NAME
 *   NAME   | length                         | name, ARGS
 *   ARGS   | nothing                        | opens the arguments, NEXT
 *   NEXT   | in a struct: a field's header  | the value's step
 *          | in a container: nothing        | the next element's step
 *   I16 32 | a number                       | NEXT
 *   or 64  |                                |
 *   STRING | length                         | bytes, NEXT
 *   LIST   | type and count                 | all elements or a level, NEXT
 *   MAP    | count, two types               | all items or a level, NEXT
 *
 * Arguments that are there whole are passed over at once instead: ct_pass.h.
 *
 * What the decoder refuses is refused here: ids beyond their range too, for
 * which levels keep the last one.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_compact.h"
#include "thrift/wire/ct_pass.h"
#include "thrift/wire/ct_varint.h"

/* So many bytes may be read where a varint stands. */
#define WIDE ((ptrdiff_t) sizeof(uint64_t))

enum {
    STEP_HEAD = 0, /* a zeroed scan begins here */
    STEP_SEQID,
    STEP_NAME,
    STEP_ARGS,
    STEP_NEXT,
    STEP_I16,
    STEP_I32,
    STEP_I64,
    STEP_STRING,
    STEP_LIST,
    STEP_MAP,
};

/* By the protocol's number of a type whose values are not of one size. */
static const uint8_t steps[CT_COMPACT_NTYPES] = {
    [CT_COMPACT_I16] = STEP_I16,   [CT_COMPACT_I32] = STEP_I32,
    [CT_COMPACT_I64] = STEP_I64,   [CT_COMPACT_BINARY] = STEP_STRING,
    [CT_COMPACT_LIST] = STEP_LIST, [CT_COMPACT_SET] = STEP_LIST,
    [CT_COMPACT_MAP] = STEP_MAP,
};


/*
 * A varint that begins `before` bytes behind the place, which stays; *end is
 * how far behind it ends.
 */
static ct_rc_t
peek_varint(ct_scanner_t *scanner, size_t before, unsigned bits,
            uint64_t *value, size_t *end)
{
    const size_t offset = scanner->scan->offset;
    size_t       size = 0;
    ct_rc_t      rc = CT_AGAIN;

    if (before <= scanner->len - offset) {
        rc = ct_varint_read(scanner->data + offset + before,
                            scanner->len - offset - before, bits, value, &size);
    }
    if (rc == CT_DECLINED) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a number longer than its type");
    }
    /* One byte more than there are: nobody knows how many. */
    *end = rc == CT_OK ? before + size : scanner->len - offset + 1;
    if (ct_scanner_check_size(scanner, *end) != CT_OK) {
        return CT_ERROR;
    }
    scanner->want = offset + *end;
    return rc;
}


static ct_rc_t
read_varint(ct_scanner_t *scanner, unsigned bits, uint64_t *value)
{
    size_t        end;
    const ct_rc_t rc = peek_varint(scanner, 0, bits, value, &end);

    if (rc == CT_OK) {
        scanner->scan->offset += end;
    }
    return rc;
}


/* A number whose value is nobody's business. */
static ct_rc_t
skip_number(ct_scanner_t *scanner, unsigned bits)
{
    uint64_t      unused;
    const ct_rc_t rc = read_varint(scanner, bits, &unused);

    if (rc == CT_OK) {
        scanner->scan->step = STEP_NEXT;
    }
    return rc;
}


static ct_rc_t
open_struct(ct_scanner_t *scanner)
{
    static const ct_scan_level_t level = { .kind = CT_T_STRUCT };

    scanner->scan->step = STEP_NEXT;
    return ct_scanner_open(scanner, &level);
}


/* Plans for a value of the type of that number. */
static ct_rc_t
begin_value(ct_scanner_t *scanner, unsigned number)
{
    const ct_scan_size_t size = ct_compact_sizes[number];

    if (size.is_fixed) {
        return ct_scanner_plan(scanner, size.least, STEP_NEXT);
    }
    if (number == CT_COMPACT_STRUCT) {
        return open_struct(scanner);
    }
    scanner->scan->step = steps[number];
    return CT_OK;
}


/* The header of a field that is no stop, passed over. */
static ct_rc_t
read_header(ct_scanner_t *scanner, uint8_t header)
{
    ct_scan_level_t *level = ct_scanner_level(scanner);
    uint64_t         folded;
    size_t           end = 1;
    int16_t          id;
    ct_rc_t          rc;

    if (ct_compact_sizes[header & 0x0f].least == 0) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a field of an unknown type");
    }
    if (header >> 4 == 0) {
        rc = peek_varint(scanner, 1, 16, &folded, &end);
        if (rc != CT_OK) {
            return rc;
        }
        id = (int16_t) ct_unzigzag(folded);
    } else if (!ct_compact_add_delta(level->last_field, header >> 4, &id)) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a field's id beyond 32767");
    }
    level->last_field = id;
    scanner->scan->offset += end;
    return CT_OK;
}


/* A header is looked at before it is passed over: it may not be whole. */
static ct_rc_t
next_field(ct_scanner_t *scanner)
{
    ct_scan_t    *scan = scanner->scan;
    const uint8_t header =
        scan->offset < scanner->len ? scanner->data[scan->offset] : 0;
    const uint8_t *token;
    ct_rc_t        rc;

    if ((header & 0x0f) == CT_COMPACT_STOP) {
        rc = ct_scanner_take(scanner, 1, &token);
        if (rc == CT_OK) {
            ct_scanner_close(scanner);
        }
        return rc;
    }
    if (ct_scanner_check_size(scanner, 1) != CT_OK) {
        return CT_ERROR;
    }
    rc = read_header(scanner, header);
    if (rc != CT_OK || ct_compact_ttypes[header & 0x0f] == CT_T_BOOL) {
        return rc;
    }
    return begin_value(scanner, header & 0x0f);
}


/* What the innermost level says: a field, an element, or its end. */
static ct_rc_t
next_value(ct_scanner_t *scanner)
{
    uint8_t number;

    if (ct_scanner_level(scanner)->kind == CT_T_STRUCT) {
        return next_field(scanner);
    }
    if (!ct_scanner_next_item(scanner, &number)) {
        return CT_OK;
    }
    return begin_value(scanner, number);
}


/* What stands behind a container's head. */
static ct_rc_t
begin_items(ct_scanner_t *scanner, ct_scan_level_t *level, uint64_t n)
{
    const ct_scan_size_t sizes[2] = { ct_compact_sizes[level->types[0]],
                                      ct_compact_sizes[level->types[1]] };

    return ct_scanner_open_items(scanner, level, sizes, (uint32_t) n,
                                 STEP_NEXT);
}


/* A count of 15 is no count: the true one follows. */
static ct_rc_t
read_list(ct_scanner_t *scanner)
{
    ct_scan_t      *scan = scanner->scan;
    ct_scan_level_t level = { .kind = CT_T_LIST };
    uint64_t        n;
    size_t          end = 1;
    ct_rc_t         rc;

    if (scan->offset == scanner->len) {
        scanner->want = scan->offset + 1;
        rc = ct_scanner_check_size(scanner, 1);
        return rc == CT_OK ? CT_AGAIN : rc;
    }
    level.types[0] = scanner->data[scan->offset] & 0x0f;
    n = scanner->data[scan->offset] >> 4;
    if (n == CT_COMPACT_LONG) {
        rc = peek_varint(scanner, 1, 32, &n, &end);
        if (rc != CT_OK) {
            return rc;
        }
    }
    scan->offset += end;
    return begin_items(scanner, &level, n);
}


/* Count and types are one token, but for an empty map, which has no types. */
static ct_rc_t
read_map(ct_scanner_t *scanner)
{
    ct_scan_t      *scan = scanner->scan;
    ct_scan_level_t level = { .kind = CT_T_MAP };
    const uint8_t  *token;
    uint64_t        n;
    size_t          end;
    ct_rc_t         rc = peek_varint(scanner, 0, 32, &n, &end);

    if (rc == CT_OK && n > 0) {
        rc = ct_scanner_take(scanner, end + 1, &token);
        if (rc == CT_OK) {
            level.types[0] = token[end] >> 4;
            level.types[1] = token[end] & 0x0f;
        }
    } else if (rc == CT_OK) {
        scan->offset += end;
    }
    return rc == CT_OK ? begin_items(scanner, &level, n) : rc;
}


static ct_rc_t
read_head(ct_scanner_t *scanner)
{
    const uint8_t *token;
    const ct_rc_t  rc = ct_scanner_take(scanner, 2, &token);

    if (rc != CT_OK) {
        return rc;
    }
    if (token[0] != CT_COMPACT_ID
        || (token[1] & CT_COMPACT_VERSION_MASK) != CT_COMPACT_VERSION) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "an unknown version of the compact protocol");
    }
    scanner->scan->step = STEP_SEQID;
    return CT_OK;
}


static ct_rc_t
read_seqid(ct_scanner_t *scanner)
{
    uint64_t      seqid;
    const ct_rc_t rc = read_varint(scanner, 64, &seqid);

    if (rc != CT_OK) {
        return rc;
    }
    if (!ct_compact_is_seqid(seqid)) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a sequence number longer than its type");
    }
    scanner->scan->step = STEP_NAME;
    return CT_OK;
}


/* The length of a string, or of a method's name. */
static ct_rc_t
read_len(ct_scanner_t *scanner, size_t limit, uint8_t step)
{
    uint64_t      len;
    const ct_rc_t rc = read_varint(scanner, 32, &len);

    if (rc != CT_OK) {
        return rc;
    }
    return ct_scanner_plan_text(scanner, (uint32_t) len, limit, step);
}


static const uint8_t *pass_nested(const ct_pass_t *pass, unsigned number,
                                  const uint8_t *p, uint32_t level);


static inline const uint8_t *
pass_varint(const ct_pass_t *pass, const uint8_t *p, unsigned bits,
            uint64_t *value)
{
    size_t size;

    if (CT_LIKELY(pass->end - p >= WIDE)) {
        size = ct_varint_read_wide(p, bits, value);
        if (CT_LIKELY(size != 0)) {
            return p + size;
        }
    }
    return ct_varint_read(p, (size_t) (pass->end - p), bits, value, &size)
                   == CT_OK
               ? p + size
               : NULL;
}


static inline const uint8_t *
pass_number(const ct_pass_t *pass, const uint8_t *p, unsigned bits)
{
    uint64_t unused;

    /* One byte or two: fourteen bits fit all of them. */
    if (CT_LIKELY(pass->end - p >= 2 && (p[0] & p[1]) <= 0x7f)) {
        return p + (p[0] > 0x7f ? 2 : 1);
    }
    return pass_varint(pass, p, bits, &unused);
}


static inline const uint8_t *
pass_string(const ct_pass_t *pass, const uint8_t *p)
{
    uint64_t len;

    if (CT_LIKELY(p < pass->end && p[0] <= 0x7f)) {
        len = *p++;
    } else {
        p = pass_varint(pass, p, 32, &len);
    }
    return p != NULL && len <= pass->string ? ct_pass_over(pass, p, len) : NULL;
}


/* `level` are open around it. */
CT_PASS_INLINE const uint8_t *
pass_value(const ct_pass_t *pass, unsigned number, const uint8_t *p,
           uint32_t level)
{
    switch (number) {
    case CT_COMPACT_I16:
        return pass_number(pass, p, 16);
    case CT_COMPACT_I32:
        return pass_number(pass, p, 32);
    case CT_COMPACT_I64:
        return pass_number(pass, p, 64);
    case CT_COMPACT_BINARY:
        return pass_string(pass, p);
    default:
        return ct_compact_sizes[number].is_fixed
                   ? ct_pass_over(pass, p, ct_compact_sizes[number].least)
                   : pass_nested(pass, number, p, level);
    }
}


/* Behind a field's header, whose id is in it or follows. */
static inline const uint8_t *
pass_id(const ct_pass_t *pass, const uint8_t *p, uint8_t header, int16_t *id)
{
    uint64_t folded;

    if (CT_LIKELY(header >> 4 != 0)) {
        return ct_compact_add_delta(*id, header >> 4, id) ? p : NULL;
    }
    p = pass_varint(pass, p, 16, &folded);
    if (p != NULL) {
        *id = (int16_t) ct_unzigzag(folded);
    }
    return p;
}


/* A bool is all in its header. */
static const uint8_t *
pass_struct(const ct_pass_t *pass, const uint8_t *p, uint32_t level)
{
    int16_t id = 0;

    if (CT_UNLIKELY(level > pass->level)) {
        return NULL;
    }
    while (p != NULL && p < pass->end) {
        const uint8_t  header = *p++;
        const unsigned number = header & 0x0f;

        if (number == CT_COMPACT_STOP) {
            return p;
        }
        if (CT_UNLIKELY(ct_compact_sizes[number].least == 0)) {
            return NULL;
        }
        p = pass_id(pass, p, header, &id);
        if (p != NULL && ct_compact_ttypes[number] != CT_T_BOOL) {
            p = pass_value(pass, number, p, level + 1);
        }
    }
    return NULL;
}


/* As in ct_binary_scan.c. */
static const uint8_t *
pass_items(const ct_pass_t *pass, unsigned key, unsigned element, bool is_map,
           uint64_t n, const uint8_t *p, uint32_t level)
{
    const ct_scan_size_t first = ct_compact_sizes[key];
    const ct_scan_size_t second = ct_compact_sizes[element];
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
    for (; n > 0 && p != NULL; n--) {
        p = pass_value(pass, key, p, level + 1);
        if (is_map && p != NULL) {
            p = pass_value(pass, element, p, level + 1);
        }
    }
    return p;
}


/* A count of 15 is no count: the true one follows. */
static const uint8_t *
pass_list(const ct_pass_t *pass, const uint8_t *p, uint32_t level)
{
    unsigned number;
    uint64_t n;

    if (p == pass->end) {
        return NULL;
    }
    number = *p & 0x0f;
    n = *p++ >> 4;
    if (n == CT_COMPACT_LONG) {
        p = pass_varint(pass, p, 32, &n);
    }
    return p == NULL ? NULL
                     : pass_items(pass, number, number, false, n, p, level);
}


/* An empty one has no types. */
static const uint8_t *
pass_map(const ct_pass_t *pass, const uint8_t *p, uint32_t level)
{
    uint64_t n;

    p = pass_varint(pass, p, 32, &n);
    if (p == NULL || n == 0) {
        return p;
    }
    if (p == pass->end) {
        return NULL;
    }
    return pass_items(pass, *p >> 4, *p & 0x0f, true, n, p + 1, level);
}


static const uint8_t *
pass_nested(const ct_pass_t *pass, unsigned number, const uint8_t *p,
            uint32_t level)
{
    switch (number) {
    case CT_COMPACT_LIST:
    case CT_COMPACT_SET:
        return pass_list(pass, p, level);
    case CT_COMPACT_MAP:
        return pass_map(pass, p, level);
    case CT_COMPACT_STRUCT:
        return pass_struct(pass, p, level);
    default:
        return NULL;
    }
}


/* As in ct_binary_scan.c. */
static ct_rc_t
begin_args(ct_scanner_t *scanner)
{
    return ct_pass_args(scanner, pass_struct, STEP_NEXT) ? CT_OK
                                                         : open_struct(scanner);
}


static ct_rc_t
read_token(ct_scanner_t *scanner)
{
    switch (scanner->scan->step) {
    case STEP_HEAD:
        return read_head(scanner);
    case STEP_SEQID:
        return read_seqid(scanner);
    case STEP_NAME:
        return read_len(scanner, scanner->limits->name, STEP_ARGS);
    case STEP_ARGS:
        return begin_args(scanner);
    case STEP_I16:
        return skip_number(scanner, 16);
    case STEP_I32:
        return skip_number(scanner, 32);
    case STEP_I64:
        return skip_number(scanner, 64);
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
ct_compact_scan(ct_scan_t *scan, const uint8_t *data, size_t len,
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
