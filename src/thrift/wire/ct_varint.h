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
#include "thrift/wire/ct_bytes.h"

#define CT_VARINT32_SIZE 5
#define CT_VARINT64_SIZE 10

/* The top bit of each of eight bytes. */
#define CT_VARINT_TOPS UINT64_C(0x8080808080808080)

/* And of the first CT_VARINT32_SIZE of them. */
#define CT_VARINT32_TOPS UINT64_C(0x8080808080)

/*
 * The eight low groups of seven bits, each in a byte of its own, and back:
 * neighbours are moved apart in three steps, which is less work than a turn
 * for each of four bytes.
 */
static inline uint64_t
ct_varint_spread(uint64_t value)
{
    value = (value & 0xfffffff0000000) << 4 | (value & 0xfffffff);
    value = (value & 0x0fffc0000fffc000) << 2 | (value & 0x3fff00003fff);
    return (value & 0x3f803f803f803f80) << 1 | (value & 0x7f007f007f007f);
}


static inline uint64_t
ct_varint_gather(uint64_t bytes)
{
    bytes = (bytes & 0x7f007f007f007f00) >> 1 | (bytes & 0x7f007f007f007f);
    bytes = (bytes & 0x3fff00003fff0000) >> 2 | (bytes & 0x3fff00003fff);
    return (bytes & 0x0fffffff00000000) >> 4 | (bytes & 0xfffffff);
}


/* ct_varint_read, byte by byte. */
static inline ct_rc_t
ct_varint_read_slowly(const uint8_t *data, size_t len, unsigned bits,
                      uint64_t *value, size_t *size)
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


/*
 * The varint at `data` as a number of 16, 32 or 64 `bits`; *size are its
 * bytes.  CT_AGAIN: it goes on behind `len`.  CT_DECLINED: it is longer than
 * its type.
 */
static inline ct_rc_t
ct_varint_read(const uint8_t *data, size_t len, unsigned bits, uint64_t *value,
               size_t *size)
{
    uint64_t bytes;
    uint64_t ends;

    if (len < sizeof(bytes)) {
        return ct_varint_read_slowly(data, len, bits, value, size);
    }
    bytes = ct_load64_le(data);
    ends = ~bytes & CT_VARINT_TOPS;
    if (ends == 0) {
        return ct_varint_read_slowly(data, len, bits, value, size);
    }
    *size = (size_t) __builtin_ctzll(ends) / 8 + 1;
    /* All bits below the first end. */
    *value = ct_varint_gather(bytes & (ends ^ (ends - 1)));
    return bits < 64 && (*size > CT_VARINT32_SIZE || *value >> bits != 0)
               ? CT_DECLINED
               : CT_OK;
}


/*
 * The same where eight bytes may be read, whatever the number of those that
 * count: how many these are, or 0, if ct_varint_read has to judge.
 */
static inline size_t
ct_varint_read_wide(const uint8_t *data, unsigned bits, uint64_t *value)
{
    const uint64_t tops = bits == 64 ? CT_VARINT_TOPS : CT_VARINT32_TOPS;
    uint64_t       bytes;
    uint64_t       ends;

    if (CT_LIKELY(data[0] <= 0x7f)) {
        *value = data[0];
        return 1;
    }
    bytes = ct_load64_le(data);
    ends = ~bytes & tops;
    *value = ct_varint_gather(bytes & (ends ^ (ends - 1)));
    if (CT_UNLIKELY(ends == 0 || (bits < 64 && *value >> bits != 0))) {
        return 0;
    }
    return (size_t) __builtin_ctzll(ends) / 8 + 1;
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


/*
 * The same where CT_VARINT64_SIZE bytes may be written to, whatever the
 * number of those that count.
 */
static inline size_t
ct_varint_write_wide(uint8_t *data, uint64_t value)
{
    unsigned n;

    if (value <= 0x7f) {
        data[0] = (uint8_t) value;
        return 1;
    }
    if (value >> 56 != 0) {
        return ct_varint_write(data, value);
    }
    n = (63 - (unsigned) __builtin_clzll(value)) / 7 + 1;
    ct_store64_le(data,
                  ct_varint_spread(value)
                      | (CT_VARINT_TOPS & ((UINT64_C(1) << 8 * (n - 1)) - 1)));
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
