/*
 * ct_id_source.c -- numbers that nobody can guess, for ids of calls.
 */

#include "core/ct_config.h"

#include "thrift/ct_id_source.h"

#include "core/ct_str.h"
#include "thrift/wire/ct_bytes.h"

/* Eight bytes that are all the same. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))


ct_rc_t
ct_id_source_init(ct_id_source_t *source)
{
    source->count = 0;
    return ct_siphash_key_make(&source->key);
}


uint64_t
ct_id_source_next(ct_id_source_t *source)
{
    uint64_t number = 0;

    while (number == 0) {
        char text[sizeof(source->count)];

        source->count++;
        memcpy(text, &source->count, sizeof(text));
        number = ct_siphash(&source->key, (ct_str_t){ sizeof(text), text });
    }
    return number;
}


void
ct_id_to_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 0xf];
    }
}


/*
 * Eight digits side by side, the first one lowest: halves, quarters and eighths
 * change places, then each is alone in a byte.  Those above nine have carried
 * into the upper half once six is added, and are letters.
 */
static inline uint64_t
digits_of(uint32_t number)
{
    uint64_t word = number;
    uint64_t above_nine;

    word = (word << 32 | word >> 16) & UINT64_C(0x0000ffff0000ffff);
    word = (word << 16 | word >> 8) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word << 8 | word >> 4) & EACH(0x0f);
    above_nine = (word + EACH(6)) >> 4 & EACH(1);
    return word + EACH('0') + above_nine * ('a' - '0' - 10);
}


void
ct_id_u64_to_hex(uint64_t number, char *out)
{
    uint8_t *digits = (uint8_t *) out;

    ct_store64_le(digits, digits_of((uint32_t) (number >> 32)));
    ct_store64_le(digits + 8, digits_of((uint32_t) number));
}
