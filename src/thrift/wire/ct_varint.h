/*
 * ct_varint.h -- numbers that take as many bytes as they need.
 *
 * Seven bits to a byte, the low ones first; the top bit says that another
 * byte follows.  Zigzag folds signed numbers into unsigned ones, so that -1
 * is short too: 0, -1, 1, -2 become 0, 1, 2, 3.
 *
 * Source: Apache Thrift, doc/specs/thrift-compact-protocol.md.  A varint may
 * be longer than it needs to be, as there, but not than its type: 5 bytes
 * for 16 and 32 bits, 10 for 64.  What does not fit the type is refused,
 * where libraries of Apache cut it off.
 */

#ifndef CT_VARINT_H
#define CT_VARINT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#define CT_VARINT32_SIZE 5
#define CT_VARINT64_SIZE 10

/*
 * The varint at `data` as a number of 16, 32 or 64 `bits`; *size are its
 * bytes.  CT_AGAIN: it goes on behind `len`.  CT_DECLINED: it is longer than
 * its type.
 */
static inline ct_rc_t
ct_varint_read(const uint8_t *data, size_t len, unsigned bits, uint64_t *value,
               size_t *size)
{
    const size_t most = bits == 64 ? CT_VARINT64_SIZE : CT_VARINT32_SIZE;
    uint64_t     sum = 0;
    size_t       i;

    for (i = 0; i < len && i < most; i++) {
        sum |= (uint64_t) (data[i] & 0x7f) << (7 * i);
        if ((data[i] & 0x80) == 0) {
            /* Of the tenth byte one bit is left; the others were lost above. */
            if (i == CT_VARINT64_SIZE - 1 ? data[i] > 1
                                          : bits < 64 && sum >> bits != 0) {
                return CT_DECLINED;
            }
            *value = sum;
            *size = i + 1;
            return CT_OK;
        }
    }
    return i == most ? CT_DECLINED : CT_AGAIN;
}


/* Writes at most CT_VARINT64_SIZE bytes and gives their number. */
static inline size_t
ct_varint_write(uint8_t *data, uint64_t value)
{
    size_t n = 0;

    while (value > 0x7f) {
        data[n++] = (uint8_t) (value | 0x80);
        value >>= 7;
    }
    data[n++] = (uint8_t) value;
    return n;
}


/* Shorter types come here widened: the sign goes with them. */
static inline uint64_t
ct_zigzag(int64_t value)
{
    return ((uint64_t) value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}


static inline int64_t
ct_unzigzag(uint64_t value)
{
    return (int64_t) ((value >> 1) ^ (0 - (value & 1)));
}

#endif /* CT_VARINT_H */
