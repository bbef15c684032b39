/*
 * ct_detect.c -- which dialect a connection speaks, by its first bytes.
 *
 * No message of any dialect is shorter than four bytes, so the first four are
 * waited for.  Most dialects are known by them:
 *
 *   80 01                         unframed strict binary
 *   16 03, "GET ", "SSH-", 78 9C  and the like: a name for the refusal
 *   a length                      framed, or unframed non-strict binary
 *
 * Behind a length, the next bytes decide:
 *
 *   80 01                         framed strict binary
 *   00 00, a name's length, name  framed non-strict binary
 *   characters of a name          unframed non-strict binary
 *   0F FF, 82 x1, "["             THeader, compact, JSON: refused by name
 *
 * More bytes are asked for only while those promised by the length have not
 * come: a peer that has sent a whole frame of anything waits for an answer,
 * and gets one.  An unframed name may be as long as limits->name and is
 * waited for whole; a message goes on behind it, so this delays nobody.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include "thrift/wire/ct_binary.h"
#include "thrift/wire/ct_bytes.h"

/* A word or a frame's length; nothing is decided on less. */
#define WORD_SIZE 4

/* Behind a name in an old head: type, sequence number; then a stop byte. */
#define OLD_TAIL_SIZE (1 + 4 + 1)

/* The shortest message in a frame: an old head without a name. */
#define LEAST_FRAME (WORD_SIZE + OLD_TAIL_SIZE)

typedef struct signature_s {
    uint32_t    mask;
    uint32_t    word;
    const char *c_guess;
} signature_t;

/* What is not ours, by its first four bytes.  The first match counts. */
static const signature_t strangers[] = {
    { 0xffff0000, 0x16030000, "TLS" },
    { 0xffffffff, 0x50524f58, "the PROXY protocol" },   /* "PROX" */
    { 0xffffffff, 0x0d0a0d0a, "the PROXY protocol 2" }, /* CR LF CR LF */
    { 0xffffffff, 0x47455420, "HTTP" },                 /* "GET " */
    { 0xffffffff, 0x504f5354, "HTTP" },                 /* "POST" */
    { 0xffffffff, 0x50555420, "HTTP" },                 /* "PUT " */
    { 0xffffffff, 0x48454144, "HTTP" },                 /* "HEAD" */
    { 0xffffffff, 0x4f505449, "HTTP" },                 /* "OPTI" */
    { 0xffffffff, 0x44454c45, "HTTP" },                 /* "DELE" */
    { 0xffffffff, 0x50415443, "HTTP" },                 /* "PATC" */
    { 0xffffffff, 0x434f4e4e, "HTTP" },                 /* "CONN" */
    { 0xffffffff, 0x54524143, "HTTP" },                 /* "TRAC" */
    { 0xffffffff, 0x50524920, "HTTP/2" },               /* "PRI " */
    { 0xffffffff, 0x5353482d, "SSH" },                  /* "SSH-" */
    { 0xffff0000, 0x78010000, "the zlib transport" },
    { 0xffff0000, 0x785e0000, "the zlib transport" },
    { 0xffff0000, 0x789c0000, "the zlib transport" },
    { 0xffff0000, 0x78da0000, "the zlib transport" },
    { 0xff1f0000, 0x82010000, "the compact protocol" },
    { 0xff000000, 0x5b000000, "the JSON protocol" }, /* "[" */
    { 0xfff00000, 0xfff00000, "telnet" },            /* IAC and a command */
    { 0xff000000, 0x80000000, "an unknown version of the binary protocol" },
};

/* The same behind a frame's length, by two bytes of a word. */
static const signature_t framed_strangers[] = {
    { 0xffff, 0x0fff, "THeader" },
    { 0xff1f, 0x8201, "the framed compact protocol" },
    { 0xff00, 0x5b00, "the framed JSON protocol" },
    { 0xff00, 0x8000, "an unknown version of the binary protocol" },
    { 0xffff, 0x4400, "ThriftMux" }, /* Tinit, tag below 256 */
    { 0xffff, 0x4100, "ThriftMux" }, /* Tping */
};

/* The beginning of a connection. */
typedef struct opening_s {
    const uint8_t     *data;
    size_t             len;
    const ct_limits_t *limits;
} opening_t;


static const char *
find_stranger(const signature_t *signatures, size_t n, uint32_t word)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if ((word & signatures[i].mask) == signatures[i].word) {
            return signatures[i].c_guess;
        }
    }
    return NULL;
}


static ct_rc_t
decline(const char **c_guess, const char *c_text)
{
    *c_guess = c_text;
    return CT_DECLINED;
}


static ct_rc_t
speak(ct_dialect_t *dialect, const ct_transport_t *transport)
{
    dialect->transport = transport;
    dialect->protocol = &ct_binary_protocol;
    return CT_OK;
}


/* IDL's identifiers, and what joins a service's name to a method's. */
static bool
is_name_char(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == ':'
           || c == '-' || c == '/' || c == '$';
}


/* Whether `n` characters of a name stand at `from`, as far as can be seen. */
static ct_rc_t
check_name(const opening_t *opening, size_t from, size_t n)
{
    size_t i;

    for (i = from; i < from + n; i++) {
        if (i == opening->len) {
            return CT_AGAIN;
        }
        if (!is_name_char(opening->data[i])) {
            return CT_DECLINED;
        }
    }
    return CT_OK;
}


/*
 * A frame that begins with 00 00: an old head.  A name may be empty, which
 * no method's is, yet the peer shall hear so; the type behind it must then
 * vouch for the rest.
 */
static ct_rc_t
check_framed_old(const opening_t *opening, uint32_t size)
{
    const size_t at = WORD_SIZE;
    uint32_t     n;

    if (opening->len < at + WORD_SIZE) {
        return CT_AGAIN;
    }
    n = ct_load32(opening->data + at);
    if (n > opening->limits->name || n > size - LEAST_FRAME) {
        return CT_DECLINED;
    }
    if (n > 0) {
        return check_name(opening, at + WORD_SIZE, n);
    }
    if (opening->len == at + WORD_SIZE) {
        return CT_AGAIN;
    }
    return opening->data[at + WORD_SIZE] == CT_MESSAGE_CALL
                   || opening->data[at + WORD_SIZE] == CT_MESSAGE_ONEWAY
               ? CT_OK
               : CT_DECLINED;
}


/* What stands in a frame of `size` bytes, none of which may be missing. */
static ct_rc_t
detect_framed(const opening_t *opening, uint32_t size, ct_dialect_t *dialect,
              const char **c_guess)
{
    const uint8_t *data = opening->data + WORD_SIZE;
    const char    *c_stranger;
    ct_rc_t        rc;

    if (size > opening->limits->frame) {
        return decline(c_guess, "an oversized frame");
    }
    if (size < LEAST_FRAME) {
        return decline(c_guess, "a frame too short for a message");
    }
    if (opening->len < WORD_SIZE + 2) {
        return CT_AGAIN;
    }
    if (ct_load16(data) == CT_BINARY_VERSION_1 >> 16) {
        return speak(dialect, &ct_framed_transport);
    }
    c_stranger = find_stranger(framed_strangers, CT_ARRAY_LEN(framed_strangers),
                               ct_load16(data));
    if (c_stranger != NULL) {
        return decline(c_guess, c_stranger);
    }
    rc = ct_load16(data) == 0 ? check_framed_old(opening, size) : CT_DECLINED;
    if (rc == CT_DECLINED) {
        return decline(c_guess, "a frame of no known protocol");
    }
    return rc == CT_OK ? speak(dialect, &ct_framed_transport) : rc;
}


/* Behind a length: a frame, or a name. */
static ct_rc_t
detect_behind_len(const opening_t *opening, uint32_t len, ct_dialect_t *dialect,
                  const char **c_guess)
{
    ct_rc_t rc = CT_DECLINED;

    if (len <= opening->limits->name) {
        rc = check_name(opening, WORD_SIZE, len);
    }
    if (rc == CT_OK) {
        return speak(dialect, &ct_unframed_transport);
    }
    if (rc == CT_AGAIN) {
        return CT_AGAIN;
    }
    return detect_framed(opening, len, dialect, c_guess);
}


ct_rc_t
ct_detect(const uint8_t *data, size_t len, const ct_limits_t *limits,
          ct_dialect_t *dialect, const char **c_guess)
{
    const opening_t opening = { data, len, limits };
    const char     *c_stranger;
    uint32_t        word;

    if (len < WORD_SIZE) {
        return CT_AGAIN;
    }
    word = ct_load32(data);
    if ((word & CT_BINARY_VERSION_MASK) == CT_BINARY_VERSION_1) {
        return speak(dialect, &ct_unframed_transport);
    }
    c_stranger = find_stranger(strangers, CT_ARRAY_LEN(strangers), word);
    if (c_stranger != NULL) {
        return decline(c_guess, c_stranger);
    }
    if (word == 0) {
        return decline(c_guess, "an empty frame");
    }
    if (word > INT32_MAX) {
        return decline(c_guess, "a frame of negative length");
    }
    return detect_behind_len(&opening, word, dialect, c_guess);
}
