/*
 * ct_limits.h -- the caps that input is held against, before it has memory.
 *
 * Interface header.  Zero is never "no limit"; SIZE_MAX is.
 */

#ifndef CT_LIMITS_H
#define CT_LIMITS_H

#include "core/ct_config.h"

typedef struct ct_limits_s {
    size_t   frame;     /* bytes of a framed message, its length word aside */
    size_t   message;   /* bytes of an unframed message */
    size_t   string;    /* bytes of a string or binary */
    size_t   container; /* elements of a list, set or map */
    size_t   decoded;   /* bytes that decoding one message may allocate */
    uint32_t depth;     /* structs and containers inside one another */
    uint32_t name;      /* bytes of a method's name, its prefix included */
    size_t   header;    /* bytes of what a transport says before a body */
} ct_limits_t;

/* What the directives' defaults are. */
/* clang-format off */
#define CT_LIMITS_DEFAULT                                                      \
    { .frame = 16u << 20, .message = 100u << 20, .string = SIZE_MAX,           \
      .container = SIZE_MAX, .decoded = 128u << 20, .depth = 64, .name = 256, \
      .header = 64u << 10 }
/* clang-format on */

#endif /* CT_LIMITS_H */
