/*
 * ct_proxy.c -- reading a PROXY header.
 *
 * Version 1 is one line of text:
 *
 *   PROXY TCP4 192.0.2.7 198.51.100.1 40000 9090\r\n
 *   PROXY UNKNOWN ...\r\n
 *
 * Version 2 is binary: a signature of 12 bytes, version and command (one
 * byte), family and transport (one byte), the length of the rest (two bytes,
 * big-endian), the addresses, and then any number of attachments, each a type
 * (one byte), a length (two bytes) and as many bytes.
 *
 * What the specification tells senders never to send is refused rather than
 * guessed at, since whoever may write a header here may name any address: a
 * lenient reader would be one more party to convince.  Of the attachments
 * only the checksum is looked at; the others must merely fit.
 */

#include "core/ct_config.h"

#include "event/ct_proxy.h"

#include <string.h>

enum {
    V2_HEAD = 16,      /* up to and with the length */
    V2_SIGNATURE = 12, /* bytes of it */
    V2_IPV4 = 12,      /* bytes of addresses and ports */
    V2_IPV6 = 36,
    V2_UNIX = 216,
    TLV_HEAD = 3,
    TLV_CRC32C = 0x03
};

/* Family and transport in one byte; all that senders may send. */
enum {
    OVER_NOTHING = 0x00,
    OVER_TCP4 = 0x11,
    OVER_UDP4 = 0x12,
    OVER_TCP6 = 0x21,
    OVER_UDP6 = 0x22,
    OVER_UNIX = 0x31,
    OVER_UNIX_DGRAM = 0x32
};

static const char v1_start[] = "PROXY ";
static const char v2_start[] = "\r\n\r\n\0\r\nQUIT\n";

/* The Castagnoli polynomial, its bits in reverse. */
#define CRC32C_POLYNOMIAL 0x82f63b78u


/* So that a refusal is one statement where it is found. */
static ct_rc_t
refuse(const char **c_why, const char *c_text)
{
    *c_why = c_text;
    return CT_ERROR;
}


static unsigned
read_u16(const uint8_t *data)
{
    return (unsigned) data[0] << 8 | data[1];
}


/* ---- Version 1. */

/* The word up to the next space, which is skipped; empty: there is none. */
static ct_str_t
next_word(ct_str_t *line)
{
    const char *space = memchr(line->data, ' ', line->len);
    ct_str_t    word = *line;

    if (space != NULL) {
        word.len = (size_t) (space - line->data);
        line->data = space + 1;
        line->len -= word.len + 1;
        return word;
    }
    line->data += line->len;
    line->len = 0;
    return word;
}


/* "0" to "65535"; leading zeros are forbidden. */
static ct_rc_t
parse_port(ct_str_t word, uint16_t *port)
{
    uint64_t number;

    if (ct_str_to_u64(word, &number) != CT_OK || number > UINT16_MAX
        || (word.len > 1 && word.data[0] == '0')) {
        return CT_ERROR;
    }
    *port = (uint16_t) number;
    return CT_OK;
}


static ct_rc_t
parse_peer(ct_str_t host, ct_str_t port, sa_family_t family, ct_peer_t *peer)
{
    uint16_t number;

    if (parse_port(port, &number) != CT_OK
        || ct_peer_parse(host, number, peer) != CT_OK
        || peer->sa.any.sa_family != family) {
        return CT_ERROR;
    }
    return CT_OK;
}


/* What stands behind "PROXY ", without the end of the line. */
static ct_rc_t
parse_line(ct_str_t line, ct_proxy_t *proxy, const char **c_why)
{
    const ct_str_t kind = next_word(&line);
    sa_family_t    family;
    ct_str_t       words[3]; /* and the rest, the last one */

    if (ct_str_eq_c(kind, "UNKNOWN")) {
        return CT_OK; /* whatever follows it */
    }
    if (ct_str_eq_c(kind, "TCP4")) {
        family = AF_INET;
    } else if (ct_str_eq_c(kind, "TCP6")) {
        family = AF_INET6;
    } else {
        return refuse(c_why, "it names a protocol that there is not");
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        words[i] = next_word(&line);
    }
    if (parse_peer(words[0], words[2], family, &proxy->client) != CT_OK
        || parse_peer(words[1], line, family, &proxy->server) != CT_OK) {
        memset(proxy, 0, sizeof(*proxy));
        return refuse(c_why, "its addresses cannot be read");
    }
    proxy->named = true;
    return CT_OK;
}


/* `data` begins with as much of v1_start as there is. */
static ct_rc_t
parse_v1(const uint8_t *data, size_t len, ct_proxy_t *proxy, size_t *used,
         const char **c_why)
{
    const size_t   start = sizeof(v1_start) - 1;
    const size_t   most = len < CT_PROXY_V1_MAX ? len : CT_PROXY_V1_MAX;
    const uint8_t *end = memchr(data, '\n', most);
    const char    *text = (const char *) data;
    size_t         n;

    if (end == NULL) {
        return len < CT_PROXY_V1_MAX ? CT_AGAIN
                                     : refuse(c_why, "its line does not end");
    }
    n = (size_t) (end - data);
    if (n <= start || data[n - 1] != '\r') {
        return refuse(c_why, "its line has no proper end");
    }
    proxy->version = 1;
    *used = n + 1;
    return parse_line((ct_str_t){ n - 1 - start, text + start }, proxy, c_why);
}


/* ---- Version 2. */

static void
take_ipv4(const uint8_t *addr, const uint8_t *port, ct_peer_t *peer)
{
    peer->sa.in.sin_family = AF_INET;
    memcpy(&peer->sa.in.sin_addr, addr, 4);
    memcpy(&peer->sa.in.sin_port, port, 2);
}


static void
take_ipv6(const uint8_t *addr, const uint8_t *port, ct_peer_t *peer)
{
    peer->sa.in6.sin6_family = AF_INET6;
    memcpy(&peer->sa.in6.sin6_addr, addr, 16);
    memcpy(&peer->sa.in6.sin6_port, port, 2);
}


/* The addresses at `data`, which are there in full. */
static void
take_addresses(const uint8_t *data, unsigned over, ct_proxy_t *proxy)
{
    proxy->named = true;
    switch (over) {
    case OVER_TCP4:
    case OVER_UDP4:
        take_ipv4(data, data + 8, &proxy->client);
        take_ipv4(data + 4, data + 10, &proxy->server);
        break;
    case OVER_TCP6:
    case OVER_UDP6:
        take_ipv6(data, data + 32, &proxy->client);
        take_ipv6(data + 16, data + 34, &proxy->server);
        break;
    case OVER_UNIX:
    case OVER_UNIX_DGRAM:
        proxy->client.sa.any.sa_family = AF_UNIX;
        proxy->server.sa.any.sa_family = AF_UNIX;
        break;
    default:
        proxy->named = false;
        break;
    }
}


/* How long the addresses are, or -1 where senders send no such thing. */
static int
addresses_len(unsigned over)
{
    switch (over) {
    case OVER_NOTHING:
        return 0;
    case OVER_TCP4:
    case OVER_UDP4:
        return V2_IPV4;
    case OVER_TCP6:
    case OVER_UDP6:
        return V2_IPV6;
    case OVER_UNIX:
    case OVER_UNIX_DGRAM:
        return V2_UNIX;
    default:
        return -1;
    }
}


/* Once a connection and a few hundred bytes: a table would not pay. */
static uint32_t
crc32c_add(uint32_t crc, uint8_t byte)
{
    crc ^= byte;
    for (int i = 0; i < 8; i++) {
        crc = (crc >> 1) ^ (CRC32C_POLYNOMIAL & (0u - (crc & 1)));
    }
    return crc;
}


/* Over the whole header, the four bytes of the checksum taken as zero. */
static bool
checksum_fits(const uint8_t *data, size_t len, size_t at)
{
    const uint32_t said = (uint32_t) read_u16(data + at) << 16
                          | (uint32_t) read_u16(data + at + 2);
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < len; i++) {
        crc = crc32c_add(crc, i >= at && i < at + 4 ? 0 : data[i]);
    }
    return (crc ^ UINT32_MAX) == said;
}


/*
 * Attachments fill [at, len) of the header exactly.  A second checksum is
 * refused: checking one costs a pass over the header, and there may be a
 * thousand in it.
 */
static ct_rc_t
check_attachments(const uint8_t *data, size_t len, size_t at,
                  const char **c_why)
{
    bool has_checksum = false;

    while (at < len) {
        size_t n;

        if (len - at < TLV_HEAD
            || (n = read_u16(data + at + 1)) > len - at - TLV_HEAD) {
            return refuse(c_why, "an attachment goes past its end");
        }
        if (data[at] == TLV_CRC32C) {
            if (n != 4 || has_checksum
                || !checksum_fits(data, len, at + TLV_HEAD)) {
                return refuse(c_why, "its checksum is wrong");
            }
            has_checksum = true;
        }
        at += TLV_HEAD + n;
    }
    return CT_OK;
}


/* The whole header is there. */
static ct_rc_t
parse_body(const uint8_t *data, size_t len, ct_proxy_t *proxy,
           const char **c_why)
{
    const unsigned over = data[13];
    const int      want = addresses_len(over);

    if (want < 0) {
        return refuse(c_why, "it names a family or transport that there is "
                             "not");
    }
    if ((size_t) want > len - V2_HEAD) {
        return refuse(c_why, "it is too short for its addresses");
    }
    if (check_attachments(data, len, V2_HEAD + (size_t) want, c_why) != CT_OK) {
        return CT_ERROR;
    }
    take_addresses(data + V2_HEAD, over, proxy);
    return CT_OK;
}


/*
 * `data` begins with as much of v2_start as there is.  LOCAL means: this
 * connection is the proxy's own; all that follows is to be skipped unread.
 */
static ct_rc_t
parse_v2(const uint8_t *data, size_t len, ct_proxy_t *proxy, size_t *used,
         const char **c_why)
{
    size_t whole;

    if (len > 12 && data[12] >> 4 != 2) {
        return refuse(c_why, "its version is none that there is");
    }
    if (len > 12 && (data[12] & 0x0f) > 1) {
        return refuse(c_why, "its command is none that there is");
    }
    if (len < V2_HEAD) {
        return CT_AGAIN;
    }
    whole = V2_HEAD + read_u16(data + 14);
    if (whole > CT_PROXY_MAX) {
        return refuse(c_why, "it is too long");
    }
    if (len < whole) {
        return CT_AGAIN;
    }
    proxy->version = 2;
    *used = whole;
    if ((data[12] & 0x0f) == 0) {
        return CT_OK;
    }
    return parse_body(data, whole, proxy, c_why);
}


/* Whether what there is of `data` is how `start` begins. */
static bool
begins(const uint8_t *data, size_t len, const char *start, size_t n)
{
    return memcmp(data, start, len < n ? len : n) == 0;
}


ct_rc_t
ct_proxy_parse(const uint8_t *data, size_t len, ct_proxy_t *proxy, size_t *used,
               const char **c_why)
{
    if (len == 0) {
        return CT_AGAIN;
    }
    memset(proxy, 0, sizeof(*proxy));
    if (begins(data, len, v1_start, sizeof(v1_start) - 1)) {
        return parse_v1(data, len, proxy, used, c_why);
    }
    if (begins(data, len, v2_start, V2_SIGNATURE)) {
        return parse_v2(data, len, proxy, used, c_why);
    }
    return CT_DECLINED;
}
