/*
 * ct_siphash.c -- a hash that nobody can aim at who does not know its key.
 *
 * As in "SipHash: a fast short-input PRF", 2012: two rounds for every eight
 * bytes, four at the end, the length in the last byte.
 */

#include "core/ct_config.h"

#include "core/ct_siphash.h"

#include <sys/random.h>
#include <unistd.h>

/* "somepseudorandomlygeneratedbytes": the paper's constants. */
#define INITIAL_0 0x736f6d6570736575U
#define INITIAL_1 0x646f72616e646f6dU
#define INITIAL_2 0x6c7967656e657261U
#define INITIAL_3 0x7465646279746573U

typedef struct state_s {
    uint64_t v0;
    uint64_t v1;
    uint64_t v2;
    uint64_t v3;
} state_t;


ct_rc_t
ct_siphash_key_make(ct_siphash_key_t *key)
{
    return getentropy(key, sizeof(*key)) == 0 ? CT_OK : CT_ERROR;
}


static inline uint64_t
rotated(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}


static inline void
rounds(state_t *s, unsigned n)
{
    while (n-- > 0) {
        s->v0 += s->v1;
        s->v2 += s->v3;
        s->v1 = rotated(s->v1, 13) ^ s->v0;
        s->v3 = rotated(s->v3, 16) ^ s->v2;
        s->v0 = rotated(s->v0, 32);
        s->v2 += s->v1;
        s->v0 += s->v3;
        s->v1 = rotated(s->v1, 17) ^ s->v2;
        s->v3 = rotated(s->v3, 21) ^ s->v0;
        s->v2 = rotated(s->v2, 32);
    }
}


/* Eight bytes, the first one lowest: one load where that is the machine's way.
 */
static inline uint64_t
word_at(const char *data)
{
    const uint8_t *p = (const uint8_t *) data;

    return (uint64_t) p[0] | (uint64_t) p[1] << 8 | (uint64_t) p[2] << 16
           | (uint64_t) p[3] << 24 | (uint64_t) p[4] << 32
           | (uint64_t) p[5] << 40 | (uint64_t) p[6] << 48
           | (uint64_t) p[7] << 56;
}


/* Fewer than eight. */
static inline uint64_t
rest_at(const char *data, size_t n)
{
    uint64_t word = 0;

    for (size_t i = 0; i < n; i++) {
        word |= (uint64_t) (uint8_t) data[i] << (8 * i);
    }
    return word;
}


static inline void
absorb(state_t *s, uint64_t word)
{
    s->v3 ^= word;
    rounds(s, 2);
    s->v0 ^= word;
}


uint64_t
ct_siphash(const ct_siphash_key_t *key, ct_str_t data)
{
    state_t s = { INITIAL_0 ^ key->k0, INITIAL_1 ^ key->k1, INITIAL_2 ^ key->k0,
                  INITIAL_3 ^ key->k1 };
    size_t  i = 0;

    for (; data.len - i >= 8; i += 8) {
        absorb(&s, word_at(data.data + i));
    }
    absorb(&s, rest_at(data.data + i, data.len - i)
                   | (uint64_t) (data.len & 0xff) << 56);
    s.v2 ^= 0xff;
    rounds(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
