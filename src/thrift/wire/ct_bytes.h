/*
 * ct_bytes.h -- numbers as the network orders them, at any address.
 *
 * Thrift's binary protocol, its frames and its headers are big-endian and
 * aligned to nothing.  memcpy is how C reads that; compilers make one load
 * and one swap of it.  The caller has checked that the bytes are there.
 */

#ifndef CT_BYTES_H
#define CT_BYTES_H

#include "core/ct_config.h"

#include <string.h>

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define CT_BYTES_SWAP(bits, value) (value)
#else
#define CT_BYTES_SWAP(bits, value) __builtin_bswap##bits(value)
#endif

static inline uint16_t
ct_load16(const uint8_t *data)
{
    uint16_t value;

    memcpy(&value, data, sizeof(value));
    return CT_BYTES_SWAP(16, value);
}


static inline uint32_t
ct_load32(const uint8_t *data)
{
    uint32_t value;

    memcpy(&value, data, sizeof(value));
    return CT_BYTES_SWAP(32, value);
}


static inline uint64_t
ct_load64(const uint8_t *data)
{
    uint64_t value;

    memcpy(&value, data, sizeof(value));
    return CT_BYTES_SWAP(64, value);
}


/* Little-endian, as the compact protocol has it. */
static inline uint64_t
ct_load64_le(const uint8_t *data)
{
    return __builtin_bswap64(ct_load64(data));
}


static inline void
ct_store16(uint8_t *data, uint16_t value)
{
    const uint16_t swapped = CT_BYTES_SWAP(16, value);

    memcpy(data, &swapped, sizeof(swapped));
}


static inline void
ct_store32(uint8_t *data, uint32_t value)
{
    const uint32_t swapped = CT_BYTES_SWAP(32, value);

    memcpy(data, &swapped, sizeof(swapped));
}


static inline void
ct_store64(uint8_t *data, uint64_t value)
{
    const uint64_t swapped = CT_BYTES_SWAP(64, value);

    memcpy(data, &swapped, sizeof(swapped));
}


static inline void
ct_store64_le(uint8_t *data, uint64_t value)
{
    ct_store64(data, __builtin_bswap64(value));
}


/*
 * memcpy for text, which is short more often than not: two moves that overlap
 * are done before a call has begun.
 */
static inline void
ct_copy_bytes(uint8_t *to, const void *from, size_t len)
{
    const uint8_t *data = from;

    if (len > 32) {
        memcpy(to, data, len);
    } else if (len >= 16) {
        memcpy(to, data, 16);
        memcpy(to + len - 16, data + len - 16, 16);
    } else if (len >= 8) {
        memcpy(to, data, 8);
        memcpy(to + len - 8, data + len - 8, 8);
    } else if (len >= 4) {
        memcpy(to, data, 4);
        memcpy(to + len - 4, data + len - 4, 4);
    } else if (len > 0) {
        to[0] = data[0];
        to[len / 2] = data[len / 2];
        to[len - 1] = data[len - 1];
    }
}

#endif /* CT_BYTES_H */
