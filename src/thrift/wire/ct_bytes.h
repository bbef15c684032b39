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

#endif /* CT_BYTES_H */
