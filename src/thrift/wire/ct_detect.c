/*
 * ct_detect.c -- which dialect a connection speaks, by its first bytes.
 *
 * No message of any dialect is shorter than four bytes, so the first four are
 * waited for.  Most dialects are known by them:
 *
 *   80 01                         unframed strict binary
 *   82 x1                         unframed compact
 *   "["                           unframed JSON
 *   "POST", "GET " and the like   HTTP
 *   78 01, 78 5E, 78 9C, 78 DA    the zlib transport: look again inside
 *   16 03, "SSH-" and the like    a name for the refusal
 *   a length                      framed, or unframed non-strict binary
 *
 * Behind a length, the next bytes decide:
 *
 *   80 01                         framed strict binary
 *   82 x1                         framed compact
 *   "["                           framed JSON
 *   0F FF                         THeader
 *   a length less by 4, 0F FF     THeader in a frame
 *   10 00                         TTHeader
 *   00 00, a name's length, name  framed non-strict binary
 *   characters of a name          unframed non-strict binary
 *   44 00                         ThriftMux: refused by name
 *
 * More bytes are asked for only while those promised by the length have not
 * come: a peer that has sent a whole frame of anything waits for an answer,
 * and gets one.  An unframed name may be as long as limits->name and is
 * waited for whole; a message goes on behind it, so this delays nobody.
 *
 * Which transports and protocols there are to speak comes from above: nothing
 * here pulls them in, and a listener may have fewer.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include "thrift/wire/ct_binary.h"
#include "thrift/wire/ct_bytes.h"
#include "thrift/wire/ct_compact.h"

/* A word or a frame's length; nothing is decided on less. */
#define WORD_SIZE 4

/* Behind a name in an old head: type, sequence number; then a stop byte. */
#define OLD_TAIL_SIZE (1 + 4 + 1)

/* The shortest message of all but compact: an old head without a name. */
#define LEAST_FRAME (WORD_SIZE + OLD_TAIL_SIZE)

/* Behind their lengths. */
#define HEADER_MAGIC   0x0fff
#define TTHEADER_MAGIC 0x1000

/* The two bytes that a message of compact or of JSON begins with. */
#define COMPACT_MASK  0xff1f
#define COMPACT_START (CT_COMPACT_ID << 8 | CT_COMPACT_VERSION)
#define JSON_MASK     0xff00
#define JSON_START    ('[' << 8)

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
    { 0xffffffff, 0x5353482d, "SSH" },                  /* "SSH-" */
    { 0xfff00000, 0xfff00000, "telnet" },               /* IAC and a command */
    { 0xff000000, 0x80000000, "an unknown version of the binary protocol" },
};

/* Methods of HTTP.  The last one is none: version 2 opens with it. */
static const signature_t http_methods[] = {
    { 0xffffffff, 0x47455420, "HTTP" },   /* "GET " */
    { 0xffffffff, 0x504f5354, "HTTP" },   /* "POST" */
    { 0xffffffff, 0x50555420, "HTTP" },   /* "PUT " */
    { 0xffffffff, 0x48454144, "HTTP" },   /* "HEAD" */
    { 0xffffffff, 0x4f505449, "HTTP" },   /* "OPTI" */
    { 0xffffffff, 0x44454c45, "HTTP" },   /* "DELE" */
    { 0xffffffff, 0x50415443, "HTTP" },   /* "PATC" */
    { 0xffffffff, 0x434f4e4e, "HTTP" },   /* "CONN" */
    { 0xffffffff, 0x54524143, "HTTP" },   /* "TRAC" */
    { 0xffffffff, 0x50524920, "HTTP/2" }, /* "PRI " */
};

/* The heads of a zlib stream, by level. */
static const signature_t zlib_heads[] = {
    { 0xffff0000, 0x78010000, "the zlib transport" },
    { 0xffff0000, 0x785e0000, "the zlib transport" },
    { 0xffff0000, 0x789c0000, "the zlib transport" },
    { 0xffff0000, 0x78da0000, "the zlib transport" },
};

/* The same behind a frame's length, by two bytes of a word. */
static const signature_t framed_strangers[] = {
    { 0xff00, 0x8000, "an unknown version of the binary protocol" },
    { 0xffff, 0x4400, "ThriftMux" }, /* Tinit, tag below 256 */
    { 0xffff, 0x4100, "ThriftMux" }, /* Tping */
};

/* The beginning of a connection, and what it may be. */
typedef struct opening_s {
    const uint8_t       *data;
    size_t               len;
    const ct_dialects_t *dialects;
    ct_dialect_t        *dialect; /* for the answer */
    const char         **c_guess; /* else */
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
decline(const opening_t *opening, const char *c_text)
{
    *opening->c_guess = c_text;
    return CT_DECLINED;
}


/* The answer, if this listener has both parts of it. */
static ct_rc_t
speak(const opening_t *opening, const ct_transport_t *transport,
      const ct_protocol_t *protocol, const char *c_name)
{
    if (transport == NULL || protocol == NULL) {
        return decline(opening, c_name);
    }
    opening->dialect->transport = transport;
    opening->dialect->protocol = protocol;
    opening->dialect->deflated = false;
    return CT_OK;
}


/* One that says in each message which protocol it is. */
static ct_rc_t
speak_any(const opening_t *opening, const ct_transport_t *transport,
          const char *c_name)
{
    const ct_dialects_t *dialects = opening->dialects;
    const ct_protocol_t *protocol = dialects->binary;

    if (protocol == NULL) {
        protocol = dialects->compact;
    }
    if (protocol == NULL) {
        protocol = dialects->json;
    }
    return speak(opening, transport, protocol, c_name);
}


static ct_rc_t
speak_framed(const opening_t *opening, const ct_protocol_t *protocol,
             const char *c_name)
{
    return speak(opening, opening->dialects->framed, protocol, c_name);
}


static ct_rc_t
speak_unframed(const opening_t *opening, const ct_protocol_t *protocol,
               const char *c_name)
{
    return speak(opening, opening->dialects->unframed, protocol, c_name);
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
    if (n > opening->dialects->limits->name || n > size - LEAST_FRAME) {
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


/*
 * Transports that come in a frame, perhaps in another one.  CT_DECLINED with
 * no guess: it is neither.
 */
static ct_rc_t
detect_wrapped(const opening_t *opening, uint32_t size)
{
    const ct_dialects_t *dialects = opening->dialects;
    uint16_t             word = ct_load16(opening->data + WORD_SIZE);

    if (word == (size - WORD_SIZE) >> 16 && size > 2 * WORD_SIZE) {
        if (opening->len < 2 * WORD_SIZE) {
            return CT_AGAIN;
        }
        if (ct_load32(opening->data + WORD_SIZE) == size - WORD_SIZE) {
            if (opening->len < 2 * WORD_SIZE + 2) {
                return CT_AGAIN;
            }
            word = ct_load16(opening->data + 2 * WORD_SIZE);
        }
    }
    if (word == HEADER_MAGIC) {
        return speak_any(opening, dialects->header, "THeader");
    }
    if (word == TTHEADER_MAGIC) {
        return speak_any(opening, dialects->ttheader, "TTHeader");
    }
    return CT_DECLINED;
}


/* A frame that begins with none of the words we know. */
static ct_rc_t
detect_framed_old(const opening_t *opening, uint32_t size)
{
    const uint16_t    word = ct_load16(opening->data + WORD_SIZE);
    const char *const c_stranger =
        find_stranger(framed_strangers, CT_ARRAY_LEN(framed_strangers), word);
    ct_rc_t rc;

    if (c_stranger != NULL) {
        return decline(opening, c_stranger);
    }
    rc = word == 0 ? check_framed_old(opening, size) : CT_DECLINED;
    if (rc == CT_DECLINED) {
        return decline(opening, "a frame of no known protocol");
    }
    return rc == CT_OK ? speak_framed(opening, opening->dialects->binary,
                                      "the framed binary protocol")
                       : rc;
}


/*
 * What stands in a frame of `size` bytes, none of which may be missing.  A
 * compact message may be shorter than any other.
 */
static ct_rc_t
detect_framed(const opening_t *opening, uint32_t size)
{
    const ct_dialects_t *dialects = opening->dialects;
    uint16_t             word;
    ct_rc_t              rc;

    if (size > dialects->limits->frame) {
        return decline(opening, "an oversized frame");
    }
    if (size < CT_COMPACT_LEAST_MESSAGE) {
        return decline(opening, "a frame too short for a message");
    }
    if (opening->len < WORD_SIZE + 2) {
        return CT_AGAIN;
    }
    word = ct_load16(opening->data + WORD_SIZE);
    if ((word & COMPACT_MASK) == COMPACT_START) {
        return speak_framed(opening, dialects->compact,
                            "the framed compact protocol");
    }
    if (size < LEAST_FRAME) {
        return decline(opening, "a frame too short for a message");
    }
    if (word == CT_BINARY_VERSION_1 >> 16) {
        return speak_framed(opening, dialects->binary,
                            "the framed binary protocol");
    }
    if ((word & JSON_MASK) == JSON_START) {
        return speak_framed(opening, dialects->json,
                            "the framed JSON protocol");
    }
    rc = detect_wrapped(opening, size);
    if (rc != CT_DECLINED || *opening->c_guess != NULL) {
        return rc;
    }
    return detect_framed_old(opening, size);
}


/* Behind a length: a frame, or a name. */
static ct_rc_t
detect_behind_len(const opening_t *opening, uint32_t len)
{
    ct_rc_t rc = CT_DECLINED;

    if (len <= opening->dialects->limits->name) {
        rc = check_name(opening, WORD_SIZE, len);
    }
    if (rc == CT_OK) {
        return speak_unframed(opening, opening->dialects->binary,
                              "the binary protocol");
    }
    if (rc == CT_AGAIN) {
        return CT_AGAIN;
    }
    return detect_framed(opening, len);
}


/*
 * A message without a frame, by its first word.  CT_DECLINED with a guess: one
 * that this listener does not speak; without: none.
 */
static ct_rc_t
detect_unframed(const opening_t *opening, uint32_t word)
{
    const ct_dialects_t *dialects = opening->dialects;

    if ((word & CT_BINARY_VERSION_MASK) == CT_BINARY_VERSION_1) {
        return speak_unframed(opening, dialects->binary, "the binary protocol");
    }
    if ((word >> 16 & COMPACT_MASK) == COMPACT_START) {
        return speak_unframed(opening, dialects->compact,
                              "the compact protocol");
    }
    if ((word >> 16 & JSON_MASK) == JSON_START) {
        return speak_unframed(opening, dialects->json, "the JSON protocol");
    }
    return CT_DECLINED;
}


/* What has no length in front and holds messages inside; as above. */
static ct_rc_t
detect_outer(const opening_t *opening, uint32_t word)
{
    const char *c_name;

    c_name = find_stranger(http_methods, CT_ARRAY_LEN(http_methods), word);
    if (c_name != NULL) {
        return speak_any(opening, opening->dialects->http, c_name);
    }
    c_name = find_stranger(zlib_heads, CT_ARRAY_LEN(zlib_heads), word);
    if (c_name == NULL) {
        return CT_DECLINED;
    }
    if (!opening->dialects->deflated) {
        return decline(opening, c_name);
    }
    *opening->dialect = (ct_dialect_t){ .deflated = true };
    return CT_OK;
}


ct_rc_t
ct_detect(const uint8_t *data, size_t len, const ct_dialects_t *dialects,
          ct_dialect_t *dialect, const char **c_guess)
{
    const opening_t opening = { data, len, dialects, dialect, c_guess };
    uint32_t        word;
    ct_rc_t         rc;

    if (len < WORD_SIZE) {
        return CT_AGAIN;
    }
    word = ct_load32(data);
    *c_guess = NULL;
    rc = detect_unframed(&opening, word);
    if (rc == CT_OK || *c_guess != NULL) {
        return rc;
    }
    rc = detect_outer(&opening, word);
    if (rc == CT_OK || *c_guess != NULL) {
        return rc;
    }
    *c_guess = find_stranger(strangers, CT_ARRAY_LEN(strangers), word);
    if (*c_guess != NULL) {
        return CT_DECLINED;
    }
    if (word == 0) {
        return decline(&opening, "an empty frame");
    }
    if (word > INT32_MAX) {
        return decline(&opening, "a frame of negative length");
    }
    return detect_behind_len(&opening, word);
}
