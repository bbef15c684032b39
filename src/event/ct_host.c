/*
 * ct_host.c -- an IP address in digits, quickly.
 *
 * Of an IPv6 address the longest run of groups that are zero, two of them at
 * least and the first of equals, is left out: RFC 5952, 4.2.  What is mapped
 * from IPv4 (RFC 4291, 2.5.5), or compatible with it, ends in its numbers.
 */

#include "core/ct_config.h"

#include "event/ct_host.h"

#include <string.h>

#include "core/ct_decimal.h"

#define GROUPS 8

/* The two groups that an IPv4 address fills. */
#define GROUPS_OF_IN 2

/* What stands in front of them in an address that is mapped. */
#define MAPPED 0xffff

/* A run of groups that are zero; none: it begins behind the last one. */
typedef struct gap_s {
    unsigned start;
    unsigned n;
} gap_t;


static size_t
numbers_write(const uint8_t bytes[4], char *out)
{
    size_t n = 0;

    for (unsigned i = 0; i < 4; i++) {
        n += ct_decimal_write(out + n, bytes[i]);
        if (i < 3) {
            out[n++] = '.';
        }
    }
    return n;
}


size_t
ct_host_write_in(const struct in_addr *host, char out[CT_HOST_SIZE])
{
    uint8_t bytes[4];

    memcpy(bytes, host, sizeof(bytes));
    return numbers_write(bytes, out);
}


/* Hexadecimal, without zeros in front. */
static size_t
group_write(unsigned group, char *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t            n = 0;

    if (group >= 0x1000) {
        out[n++] = digits[group >> 12];
    }
    if (group >= 0x100) {
        out[n++] = digits[group >> 8 & 0xf];
    }
    if (group >= 0x10) {
        out[n++] = digits[group >> 4 & 0xf];
    }
    out[n++] = digits[group & 0xf];
    return n;
}


static gap_t
gap_find(const unsigned groups[GROUPS])
{
    gap_t longest = { GROUPS, 0 };
    gap_t run = { 0, 0 };

    for (unsigned i = 0; i < GROUPS; i++) {
        if (groups[i] != 0) {
            run.n = 0;
            continue;
        }
        if (run.n++ == 0) {
            run.start = i;
        }
        if (run.n > 1 && run.n > longest.n) {
            longest = run;
        }
    }
    return longest;
}


static bool
is_of_in(const unsigned groups[GROUPS], gap_t gap)
{
    const unsigned n = GROUPS - GROUPS_OF_IN;

    return gap.start == 0
           && (gap.n == n || (gap.n == n - 1 && groups[n - 1] == MAPPED));
}


/* A colon in front of each group but the first, and for the gap one more. */
static size_t
groups_write(const unsigned *groups, unsigned ngroups, gap_t gap, char *out)
{
    unsigned i = 0;
    size_t   n = 0;

    while (i < ngroups) {
        if (i == gap.start) {
            out[n++] = ':';
            i += gap.n;
            continue;
        }
        if (i > 0) {
            out[n++] = ':';
        }
        n += group_write(groups[i++], out + n);
    }
    if (gap.n > 0 && gap.start + gap.n == GROUPS) {
        out[n++] = ':';
    }
    return n;
}


size_t
ct_host_write_in6(const struct in6_addr *host, char out[CT_HOST_SIZE])
{
    const uint8_t *bytes = host->s6_addr;
    unsigned       groups[GROUPS];
    gap_t          gap;
    size_t         n;

    for (unsigned i = 0; i < GROUPS; i++) {
        groups[i] = (unsigned) bytes[2 * i] << 8 | bytes[2 * i + 1];
    }
    gap = gap_find(groups);
    if (!is_of_in(groups, gap)) {
        return groups_write(groups, GROUPS, gap, out);
    }
    n = groups_write(groups, GROUPS - GROUPS_OF_IN, gap, out);
    out[n++] = ':';
    return n + numbers_write(bytes + 2 * (GROUPS - GROUPS_OF_IN), out + n);
}
