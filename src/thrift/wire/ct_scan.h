/*
 * ct_scan.h -- the parts of a machine that finds where a message ends.
 *
 * Scans of binary protocols move in two ways: they pass over `need` bytes
 * unread, and then read a token, whole or not at all.  The first of each call
 * is here, with the caps and the stack of levels; tokens are the protocol's.
 *
 * Private to the scans.  Each takes the caps that its protocol's decoder has:
 * the two must agree about where a message ends.
 */

#ifndef CT_SCAN_H
#define CT_SCAN_H

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

/* How many bytes a value takes.  least == 0: there is no such type. */
typedef struct ct_scan_size_s {
    uint8_t least;
    bool    is_fixed; /* `least` is what every value takes */
} ct_scan_size_t;

/* What stays the same during one call. */
typedef struct ct_scanner_s {
    ct_scan_t         *scan;
    const uint8_t     *data;
    size_t             len;
    const ct_limits_t *limits;
    size_t             want; /* with CT_AGAIN: bytes needed in all */
} ct_scanner_t;

/* CT_ERROR, with its reason in the scan. */
static inline ct_rc_t
ct_scanner_fail(ct_scanner_t *scanner, ct_wire_error_t error, const char *why)
{
    scanner->scan->error = error;
    scanner->scan->why = why;
    return CT_ERROR;
}


/* Whether `n` more bytes stay within the cap of a message. */
static inline ct_rc_t
ct_scanner_check_size(ct_scanner_t *scanner, uint64_t n)
{
    const size_t limit = scanner->limits->message;
    const size_t offset = scanner->scan->offset;

    if (offset > limit || n > limit - offset) {
        return ct_scanner_fail(scanner, CT_WIRE_LIMIT,
                               "a message over the limit");
    }
    return CT_OK;
}


/* Whether one more level may be opened: the decoder's rule. */
ct_rc_t ct_scanner_check_depth(ct_scanner_t *scanner);

/*
 * What `pass` is to do before the next token, which `step` names.  Judged
 * before the bytes come, like a frame's length: a string over the message's
 * cap is not waited for.
 */
ct_rc_t ct_scanner_plan(ct_scanner_t *scanner, uint64_t need, uint8_t step);

/* Passes over as much of `need` as is there; CT_AGAIN if more must come. */
ct_rc_t ct_scanner_pass(ct_scanner_t *scanner);

/* The next `n` bytes, passed over; CT_AGAIN when they are not there yet. */
ct_rc_t ct_scanner_take(ct_scanner_t *scanner, size_t n, const uint8_t **token);

/* Plans for the bytes behind a string's length; `limit` is the cap. */
ct_rc_t ct_scanner_plan_text(ct_scanner_t *scanner, uint32_t len, size_t limit,
                             uint8_t step);

/* Copies *level onto the stack, or refuses it. */
ct_rc_t ct_scanner_open(ct_scanner_t *scanner, const ct_scan_level_t *level);

/*
 * Holds `n` items of the sizes `first` (and in a map `second`) against the
 * caps, and opens `level` for them; if all are of fixed size, they are passed
 * over at once instead.  `step` comes next in any case.
 */
ct_rc_t ct_scanner_open_items(ct_scanner_t *scanner, ct_scan_level_t *level,
                              const ct_scan_size_t sizes[2], uint32_t n,
                              uint8_t step);

/* The innermost level has ended. */
static inline void
ct_scanner_close(ct_scanner_t *scanner)
{
    CT_ASSERT(scanner->scan->depth > 0);
    scanner->scan->depth--;
}


/* The innermost level; there is one. */
static inline ct_scan_level_t *
ct_scanner_level(const ct_scanner_t *scanner)
{
    CT_ASSERT(scanner->scan->depth > 0);
    return &scanner->scan->levels[scanner->scan->depth - 1];
}


/*
 * The type of the next item of the innermost level, a container: an element,
 * or a map's key and value in turn.  False: that was the last one, and the
 * level has ended.
 */
static inline bool
ct_scanner_next_item(ct_scanner_t *scanner, uint8_t *type)
{
    ct_scan_level_t *level = ct_scanner_level(scanner);

    if (level->left == 0) {
        ct_scanner_close(scanner);
        return false;
    }
    *type = level->types[level->turn];
    level->left--;
    if (level->kind == CT_T_MAP) {
        level->turn ^= 1;
    }
    return true;
}

#endif /* CT_SCAN_H */
