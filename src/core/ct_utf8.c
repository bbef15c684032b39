/*
 * ct_utf8.c -- Unicode's text as bytes: checked, and written.
 *
 * Text is mostly ASCII, so eight bytes at a time are looked at for one that
 * is not.  For the others the table of RFC 3629, section 4, is followed: what
 * the first byte allows the second to be decides, and the rest are plain.
 */

#include "core/ct_config.h"

#include "core/ct_utf8.h"

#include <string.h>

/* The top bit of each byte of a word. */
#define HIGH_BITS UINT64_C(0x8080808080808080)

/* What a first byte promises. */
typedef struct lead_s {
    uint8_t len; /* 0: no character begins so */
    uint8_t low; /* the second byte is between these */
    uint8_t high;
} lead_t;


static lead_t
lead_of(uint8_t byte)
{
    if (byte >= 0xc2 && byte <= 0xdf) {
        return (lead_t){ 2, 0x80, 0xbf };
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        /* No shorter form would do, and no half of a surrogate pair. */
        return (lead_t){ 3, byte == 0xe0 ? 0xa0 : 0x80,
                         byte == 0xed ? 0x9f : 0xbf };
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        return (lead_t){ 4, byte == 0xf0 ? 0x90 : 0x80,
                         byte == 0xf4 ? 0x8f : 0xbf };
    }
    return (lead_t){ 0, 0, 0 };
}


/* The bytes of the character there, which is none of ASCII; 0: none is. */
static size_t
character_len(const uint8_t *data, size_t len)
{
    const lead_t lead = lead_of(data[0]);
    size_t       i;

    if (lead.len == 0 || len < lead.len || data[1] < lead.low
        || data[1] > lead.high) {
        return 0;
    }
    for (i = 2; i < lead.len; i++) {
        if ((data[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return lead.len;
}


/* How many bytes of ASCII are there at once, in words. */
static size_t
ascii_len(const uint8_t *data, size_t len)
{
    uint64_t word;
    size_t   i;

    for (i = 0; len - i >= sizeof(word); i += sizeof(word)) {
        memcpy(&word, data + i, sizeof(word));
        if ((word & HIGH_BITS) != 0) {
            break;
        }
    }
    return i;
}


bool
ct_utf8_is_valid(const char *data, size_t len)
{
    const uint8_t *bytes = (const uint8_t *) data;
    size_t         i = 0;
    size_t         n;

    while (i < len) {
        if (bytes[i] < 0x80) {
            n = ascii_len(bytes + i, len - i);
            i += n > 0 ? n : 1;
            continue;
        }
        n = character_len(bytes + i, len - i);
        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}


size_t
ct_utf8_len(const char *data, size_t len)
{
    const uint8_t *bytes = (const uint8_t *) data;

    if (len == 0) {
        return 0;
    }
    return bytes[0] < 0x80 ? 1 : character_len(bytes, len);
}


size_t
ct_utf8_write(char *data, uint32_t character)
{
    uint8_t  bytes[CT_UTF8_SIZE];
    unsigned shift;
    size_t   n = character < 0x80      ? 1
                 : character < 0x800   ? 2
                 : character < 0x10000 ? 3
                                       : 4;
    size_t   i;

    CT_ASSERT(character < 0x110000 && (character & ~0x7ffu) != 0xd800);
    if (n == 1) {
        data[0] = (char) character;
        return 1;
    }
    /* As many ones as there are bytes, a zero, and the first bits. */
    shift = 6 * (unsigned) (n - 1);
    bytes[0] = (uint8_t) (0xf00u >> n | character >> shift);
    for (i = 1; i < n; i++) {
        shift -= 6;
        bytes[i] = (uint8_t) (0x80 | (character >> shift & 0x3f));
    }
    memcpy(data, bytes, n);
    return n;
}
