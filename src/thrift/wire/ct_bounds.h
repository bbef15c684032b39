/*
 * ct_bounds.h -- lengths and counts off the wire, held against caps.
 *
 * These two words are the only ones that make a few bytes ask for many, in
 * every protocol, so all judge them here.
 *
 * Interface header.
 */

#ifndef CT_BOUNDS_H
#define CT_BOUNDS_H

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

/*
 * A string's length as it came: Thrift's sizes are signed and never negative.
 * *c_why is set, to a constant, unless the answer is CT_WIRE_OK.
 */
static inline ct_wire_error_t
ct_bounds_check_len(uint32_t len, size_t limit, const char **c_why)
{
    if (len > INT32_MAX) {
        *c_why = "a string of negative length";
        return CT_WIRE_MALFORMED;
    }
    if (len > limit) {
        *c_why = "a string over the limit";
        return CT_WIRE_LIMIT;
    }
    return CT_WIRE_OK;
}


/* The same for the elements of a list or set, and the pairs of a map. */
static inline ct_wire_error_t
ct_bounds_check_count(uint32_t n, size_t limit, const char **c_why)
{
    if (n > INT32_MAX) {
        *c_why = "a container of negative size";
        return CT_WIRE_MALFORMED;
    }
    if (n > limit) {
        *c_why = "a container over the limit";
        return CT_WIRE_LIMIT;
    }
    return CT_WIRE_OK;
}

#endif /* CT_BOUNDS_H */
