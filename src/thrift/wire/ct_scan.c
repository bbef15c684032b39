/*
 * ct_scan.c -- passing over messages: caps, levels, and bytes unread.
 *
 * Nothing here looks at a byte.  The place is in ct_scan_t and counts from
 * the message's first byte, so it outlives the call and the bytes' move.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_scan.h"

#include "thrift/wire/ct_bounds.h"


/* The outermost struct, and `depth` levels below it. */
ct_rc_t
ct_scanner_check_depth(ct_scanner_t *scanner)
{
    if (scanner->scan->depth > scanner->limits->depth
        || scanner->scan->depth == CT_SCAN_LEVELS) {
        return ct_scanner_fail(scanner, CT_WIRE_LIMIT, "nested too deeply");
    }
    return CT_OK;
}


ct_rc_t
ct_scanner_plan(ct_scanner_t *scanner, uint64_t need, uint8_t step)
{
    if (ct_scanner_check_size(scanner, need) != CT_OK) {
        return CT_ERROR;
    }
    scanner->scan->need = (size_t) need;
    scanner->scan->step = step;
    return CT_OK;
}


ct_rc_t
ct_scanner_pass(ct_scanner_t *scanner)
{
    ct_scan_t   *scan = scanner->scan;
    const size_t there = scanner->len - scan->offset;
    const size_t n = scan->need < there ? scan->need : there;

    scan->offset += n;
    scan->need -= n;
    if (scan->need > 0) {
        scanner->want = scan->offset + scan->need;
        return CT_AGAIN;
    }
    return CT_OK;
}


ct_rc_t
ct_scanner_take(ct_scanner_t *scanner, size_t n, const uint8_t **token)
{
    ct_scan_t *scan = scanner->scan;

    if (ct_scanner_check_size(scanner, n) != CT_OK) {
        return CT_ERROR;
    }
    if (n > scanner->len - scan->offset) {
        scanner->want = scan->offset + n;
        return CT_AGAIN;
    }
    *token = scanner->data + scan->offset;
    scan->offset += n;
    return CT_OK;
}


ct_rc_t
ct_scanner_plan_text(ct_scanner_t *scanner, uint32_t len, size_t limit,
                     uint8_t step)
{
    const char           *c_why = NULL;
    const ct_wire_error_t error = ct_bounds_check_len(len, limit, &c_why);

    if (error != CT_WIRE_OK) {
        return ct_scanner_fail(scanner, error, c_why);
    }
    return ct_scanner_plan(scanner, len, step);
}


/* The level is written whole: what an earlier message left there is gone. */
ct_rc_t
ct_scanner_open(ct_scanner_t *scanner, const ct_scan_level_t *level)
{
    ct_scan_t *scan = scanner->scan;

    if (ct_scanner_check_depth(scanner) != CT_OK) {
        return CT_ERROR;
    }
    scan->levels[scan->depth] = *level;
    scan->depth++;
    return CT_OK;
}


/* Of an empty container no type is looked at: it may name any. */
ct_rc_t
ct_scanner_open_items(ct_scanner_t *scanner, ct_scan_level_t *level,
                      const ct_scan_size_t sizes[2], uint32_t n, uint8_t step)
{
    const bool     is_map = level->kind == CT_T_MAP;
    const uint64_t least = sizes[0].least + (is_map ? sizes[1].least : 0u);
    const char    *c_why = NULL;
    const ct_wire_error_t error =
        ct_bounds_check_count(n, scanner->limits->container, &c_why);

    if (error != CT_WIRE_OK) {
        return ct_scanner_fail(scanner, error, c_why);
    }
    if (n == 0) {
        return ct_scanner_plan(scanner, 0, step);
    }
    if (sizes[0].least == 0 || (is_map && sizes[1].least == 0)) {
        return ct_scanner_fail(scanner, CT_WIRE_MALFORMED,
                               "a container of an unknown type");
    }
    if (ct_scanner_check_size(scanner, n * least) != CT_OK
        || ct_scanner_check_depth(scanner) != CT_OK) {
        return CT_ERROR;
    }
    if (sizes[0].is_fixed && (!is_map || sizes[1].is_fixed)) {
        return ct_scanner_plan(scanner, n * least, step);
    }
    level->left = is_map ? (uint64_t) n * 2 : n;
    scanner->scan->step = step;
    return ct_scanner_open(scanner, level);
}
