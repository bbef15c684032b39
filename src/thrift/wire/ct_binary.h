/*
 * ct_binary.h -- what both readers of the binary protocol must agree on.
 *
 * The decoder (ct_binary.c) and the skipper of unframed messages
 * (ct_binary_scan.c) refuse the same input, or a peer could make them
 * disagree about where a message ends.  So they share these facts.
 *
 * Private to these two and ct_detect.c.
 */

#ifndef CT_BINARY_H
#define CT_BINARY_H

#include "core/ct_config.h"

#include "thrift/wire/ct_protocol.h"

/* The head of a strict message: version 1 above, the message type below. */
#define CT_BINARY_VERSION_MASK 0xffff0000u
#define CT_BINARY_VERSION_1    0x80010000u
#define CT_BINARY_TYPE_MASK    0x000000ffu

/* How many bytes a value takes.  least == 0: there is no such type. */
typedef struct ct_binary_size_s {
    uint8_t least;
    bool    is_fixed; /* `least` is what every value takes */
} ct_binary_size_t;

/* By the byte on the wire, any byte. */
extern const ct_binary_size_t ct_binary_sizes[256];

/*
 * Holds a length or a count, as it came, against a cap.  *c_why is set, to a
 * constant, unless the answer is CT_WIRE_OK.  These two words are the only
 * ones that make a few bytes ask for many.
 */
static inline ct_wire_error_t
ct_binary_len_check(uint32_t len, size_t limit, const char **c_why)
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


static inline ct_wire_error_t
ct_binary_count_check(uint32_t n, size_t limit, const char **c_why)
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

#endif /* CT_BINARY_H */
