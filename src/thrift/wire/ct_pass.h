/*
 * ct_pass.h -- over a whole struct at once, where it is there.
 *
 * Most messages without a frame are there whole when they are first looked at.
 * A protocol then passes over their arguments in one go, the place in a
 * register; its scan (ct_scan.h), which can stop behind any byte and go on
 * with the next, takes five times as long.
 *
 * It passes over what the scan passes over, no more.  What ends too early, or
 * is over a cap, or is nothing that Thrift has, it leaves to the scan, which
 * begins again at the struct and tells what is wrong or missing.
 *
 * Private to the scans.
 */

#ifndef CT_PASS_H
#define CT_PASS_H

#include "core/ct_config.h"

#include "thrift/wire/ct_scan.h"

/* Where a call costs as much as what it does. */
#define CT_PASS_INLINE static inline __attribute__((always_inline))

/*
 * Deeper ones are left to the scan: who passes over something may stand on the
 * small stack of a fiber, and each level takes some of it.
 */
#define CT_PASS_LEVELS 16

/* The caps, as one comparison needs them. */
typedef struct ct_pass_s {
    const uint8_t *end;
    size_t         string;    /* bytes of a string, at most */
    size_t         container; /* items of a container */
    uint32_t       level;     /* levels around one more that may be opened */
} ct_pass_t;

static inline size_t
ct_pass_least(size_t a, size_t b)
{
    return a < b ? a : b;
}


/* From where the scan is. */
static inline ct_pass_t
ct_pass_begin(const ct_scanner_t *scanner)
{
    const ct_limits_t *limits = scanner->limits;

    return (ct_pass_t){
        .end = scanner->data + ct_pass_least(scanner->len, limits->message),
        .string = ct_pass_least(limits->string, INT32_MAX),
        .container = ct_pass_least(limits->container, INT32_MAX),
        .level = (uint32_t) ct_pass_least(limits->depth, CT_PASS_LEVELS - 1),
    };
}


/* Where the place is behind `n` bytes more, or NULL. */
static inline const uint8_t *
ct_pass_over(const ct_pass_t *pass, const uint8_t *p, uint64_t n)
{
    return n <= (uint64_t) (pass->end - p) ? p + n : NULL;
}


/* Whether `n` items of these sizes, not 0, may follow a container's head. */
static inline bool
ct_pass_admits(const ct_pass_t *pass, ct_scan_size_t first,
               ct_scan_size_t second, uint64_t n, uint32_t level)
{
    return n <= pass->container && first.least != 0 && second.least != 0
           && level <= pass->level;
}


/* The bytes of each item, or of each pair of a map; 0 where they differ. */
static inline uint64_t
ct_pass_item_size(ct_scan_size_t first, ct_scan_size_t second, bool is_map)
{
    if (!first.is_fixed || !second.is_fixed) {
        return 0;
    }
    return first.least + (is_map ? second.least : 0u);
}


/*
 * The arguments, of which the scan is in front: passed over, with `step` to
 * come next, or, if it says false, not, and the scan is as before.
 */
static inline bool
ct_pass_args(ct_scanner_t *scanner,
             const uint8_t *(*pass_struct)(const ct_pass_t *pass,
                                           const uint8_t *p, uint32_t level),
             uint8_t step)
{
    const ct_pass_t pass = ct_pass_begin(scanner);
    const uint8_t  *end =
        pass_struct(&pass, scanner->data + scanner->scan->offset, 0);

    if (end == NULL) {
        return false;
    }
    scanner->scan->offset = (size_t) (end - scanner->data);
    scanner->scan->step = step;
    return true;
}

#endif /* CT_PASS_H */
