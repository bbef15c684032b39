/*
 * ct_escape.c -- what a peer has sent, in a form that may stand in a line.
 *
 * Most values need no escape at all: they are looked over, eight bytes at a
 * time, and copied.  Of others, runs of plain bytes are copied, and the rest is
 * written one by one.  A value that does not fit ends at the last place at
 * which
 * "..." still did.
 */

#include "core/ct_config.h"

#include "core/ct_escape.h"

#include <string.h>

#include "core/ct_utf8.h"

/* The longest escape, \u00HH; a character of UTF-8 is shorter. */
#define UNIT_SIZE 6

/* Eight bytes that are all the same. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define WORD_SIZE  sizeof(uint64_t)

#define CUT     "..."
#define CUT_LEN 3

static const char hex[] = "0123456789ABCDEF";


static bool
is_plain(ct_escape_t how, uint8_t byte)
{
    switch (how) {
    case CT_ESCAPE_NONE:
        return byte >= 0x20 && byte != 0x7f;
    case CT_ESCAPE_TEXT:
        return byte >= 0x20 && byte <= 0x7e && byte != '"' && byte != '\\';
    case CT_ESCAPE_JSON:
        return byte >= 0x20 && byte <= 0x7f && byte != '"' && byte != '\\';
    }
    return false;
}


/* The letter of JSON's short escapes, or NUL. */
static char
short_of(uint8_t byte)
{
    switch (byte) {
    case '"':
    case '\\':
        return (char) byte;
    case '\b':
        return 'b';
    case '\f':
        return 'f';
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    default:
        return '\0';
    }
}


static size_t
json_unit(uint8_t byte, char *out)
{
    const char letter = short_of(byte);

    out[0] = '\\';
    if (letter != '\0') {
        out[1] = letter;
        return 2;
    }
    memcpy(out + 1, "u00", 3);
    out[4] = hex[byte >> 4];
    out[5] = hex[byte & 0xf];
    return 6;
}


/*
 * What stands for the first byte, or character, of `rest`, which is not plain;
 * *taken is how many bytes that is.
 */
static size_t
unit_of(ct_escape_t how, ct_str_t rest, char out[UNIT_SIZE], size_t *taken)
{
    const uint8_t byte = (uint8_t) rest.data[0];
    size_t        n;

    *taken = 1;
    if (how == CT_ESCAPE_NONE) {
        out[0] = ' ';
        return 1;
    }
    if (how == CT_ESCAPE_TEXT) {
        memcpy(out, "\\x", 2);
        out[2] = hex[byte >> 4];
        out[3] = hex[byte & 0xf];
        return 4;
    }
    n = byte >= 0x80 ? ct_utf8_len(rest.data, rest.len) : 0;
    if (n == 0) {
        return json_unit(byte, out);
    }
    memcpy(out, rest.data, n);
    *taken = n;
    return n;
}


/*
 * Whether each of eight bytes is plain in every form: within 0x20 and 0x7e,
 * and neither a quote nor a backslash.  By Mycroft's way: a byte below N has
 * its top bit set when N is taken off, and did not have it before.  A false
 * alarm is possible, behind a byte that is one, and does no harm.
 */
static bool
are_plain(uint64_t word)
{
    const uint64_t quotes = word ^ EACH(0x22);
    const uint64_t slashes = word ^ EACH(0x5c);
    const uint64_t low = (word - EACH(0x20)) | (quotes - EACH(1))
                         | (slashes - EACH(1)) | (word + EACH(1)) | word;

    return (low & EACH(0x80)) == 0;
}


static inline uint64_t
word_at(const char *data)
{
    uint64_t word;

    memcpy(&word, data, sizeof(word));
    return word;
}


/* Of four bytes and up to eight: all of them, some of them twice. */
static inline uint64_t
word_of_few(ct_str_t value)
{
    uint32_t first;
    uint32_t last;

    memcpy(&first, value.data, sizeof(first));
    memcpy(&last, value.data + value.len - sizeof(last), sizeof(last));
    return (uint64_t) first << 32 | last;
}


/*
 * The last bytes are looked at as a whole word, though some of them be seen
 * twice.
 */
bool
ct_escape_is_needed(ct_str_t value)
{
    size_t n = 0;

    if (value.len < WORD_SIZE / 2) {
        while (n < value.len
               && is_plain(CT_ESCAPE_TEXT, (uint8_t) value.data[n])) {
            n++;
        }
        return n != value.len;
    }
    if (value.len < WORD_SIZE) {
        return !are_plain(word_of_few(value));
    }
    for (; n < value.len - WORD_SIZE; n += WORD_SIZE) {
        if (!are_plain(word_at(value.data + n))) {
            return true;
        }
    }
    return !are_plain(word_at(value.data + value.len - WORD_SIZE));
}


/* Of a run of plain bytes: how many there are, up to `most`. */
static size_t
plain_len(ct_escape_t how, ct_str_t rest, size_t most)
{
    const size_t end = rest.len < most ? rest.len : most;
    size_t       n = 0;

    while (end - n >= WORD_SIZE && are_plain(word_at(rest.data + n))) {
        n += WORD_SIZE;
    }
    while (n < end && is_plain(how, (uint8_t) rest.data[n])) {
        n++;
    }
    return n;
}


/* Writes while all of a unit fits; gives back what is left of `value`. */
static ct_str_t
fill(ct_escape_t how, ct_str_t value, char *out, size_t size, size_t *len)
{
    while (value.len > 0) {
        char   unit[UNIT_SIZE];
        size_t taken = plain_len(how, value, size - *len);
        size_t n = taken;

        if (taken > 0) {
            memcpy(out + *len, value.data, taken);
        } else {
            n = unit_of(how, value, unit, &taken);
            if (n > size - *len) {
                break;
            }
            memcpy(out + *len, unit, n);
        }
        *len += n;
        value.data += taken;
        value.len -= taken;
    }
    return value;
}


/*
 * All but the last bytes first: what is cut ends there, and what was nearly
 * too long goes on.
 */
size_t
ct_escape_write(ct_escape_t how, ct_str_t value, char *out, size_t size)
{
    size_t len = 0;
    size_t whole;

    if (value.len == 0) {
        return 0;
    }
    if (value.len <= size && !ct_escape_is_needed(value)) {
        memcpy(out, value.data, value.len);
        return value.len;
    }
    if (size > CUT_LEN) {
        value = fill(how, value, out, size - CUT_LEN, &len);
        if (value.len == 0) {
            return len;
        }
    }
    whole = len;
    value = fill(how, value, out, size, &len);
    if (value.len == 0 || size < CUT_LEN) {
        return len;
    }
    memcpy(out + whole, CUT, CUT_LEN);
    return whole + CUT_LEN;
}
