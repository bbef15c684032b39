/*
 * ct_base64.c -- bytes as text, six bits to a letter.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_base64.h"

/* In the table of values: no letter. */
#define NONE 0xff

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz"
                              "0123456789+/";


/* A value of six bits, or NONE. */
static unsigned
value_of(char letter)
{
    if (letter >= 'A' && letter <= 'Z') {
        return (unsigned) (letter - 'A');
    }
    if (letter >= 'a' && letter <= 'z') {
        return (unsigned) (letter - 'a') + 26;
    }
    if (letter >= '0' && letter <= '9') {
        return (unsigned) (letter - '0') + 52;
    }
    if (letter == '+') {
        return 62;
    }
    return letter == '/' ? 63 : NONE;
}


void
ct_base64_encode(char *out, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    uint32_t       bits;
    size_t         i;

    for (i = 0; i < len; i += 3, out += 4) {
        const size_t left = len - i;

        bits = (uint32_t) bytes[i] << 16;
        bits |= left > 1 ? (uint32_t) bytes[i + 1] << 8 : 0;
        bits |= left > 2 ? bytes[i + 2] : 0;
        out[0] = letters[bits >> 18];
        out[1] = letters[bits >> 12 & 0x3f];
        out[2] = left > 1 ? letters[bits >> 6 & 0x3f] : '=';
        out[3] = left > 2 ? letters[bits & 0x3f] : '=';
    }
}


/* The length without padding: at most two signs, that fill up a four. */
static size_t
unpadded_len(const char *data, size_t len)
{
    if (len % 4 != 0 || len == 0 || data[len - 1] != '=') {
        return len;
    }
    return data[len - 2] == '=' ? len - 2 : len - 1;
}


ct_rc_t
ct_base64_decode(void *out, const char *data, size_t len, size_t *out_len)
{
    uint8_t     *bytes = out;
    const size_t n = unpadded_len(data, len);
    uint32_t     bits = 0;
    unsigned     nbits = 0;
    unsigned     value;
    size_t       written = 0;
    size_t       i;

    /* Six bits make no byte. */
    if (n % 4 == 1) {
        return CT_DECLINED;
    }
    for (i = 0; i < n; i++) {
        value = value_of(data[i]);
        if (value == NONE) {
            return CT_DECLINED;
        }
        bits = bits << 6 | value;
        nbits += 6;
        if (nbits >= 8) {
            nbits -= 8;
            bytes[written++] = (uint8_t) (bits >> nbits);
        }
    }
    *out_len = written;
    return CT_OK;
}
