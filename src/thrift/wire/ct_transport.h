/*
 * ct_transport.h -- where one message ends and the next begins.
 *
 * A transport cuts whole messages out of the bytes received, takes their
 * wrapping off, and wraps what is sent.  Cutting is restartable: it keeps its
 * place in a ct_scan_t, so that its work is linear in the bytes however they
 * arrive.  Nothing is allocated but from the pool of the message, nothing is
 * logged.
 *
 * A transport is one table in a file of its own; ct_detect.c chooses.
 *
 * Interface header.
 */

#ifndef CT_TRANSPORT_H
#define CT_TRANSPORT_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_protocol.h"
#include "thrift/wire/ct_ttype.h"

typedef struct ct_dialects_s  ct_dialects_t;
typedef struct ct_sticky_s    ct_sticky_t;
typedef struct ct_transport_s ct_transport_t;
typedef struct ct_web_s       ct_web_t;

/* One level of a message being passed over. */
typedef struct ct_scan_level_s {
    uint64_t left;     /* values still to come in a container */
    uint8_t  kind;     /* CT_T_STRUCT, CT_T_LIST or CT_T_MAP */
    uint8_t  types[2]; /* of elements; key and value of a map */
    uint8_t  turn;     /* which of the two comes next */
    int16_t  last_field;
} ct_scan_level_t;

/* The arguments, and the largest `depth` limit that makes a difference. */
#define CT_SCAN_LEVELS 66

/*
 * The place inside an unfinished message.  Zeroed: at its beginning.  It
 * survives the move of the bytes, since it counts from the first of them.
 */
typedef struct ct_scan_s {
    size_t          offset; /* bytes looked at */
    size_t          need;   /* bytes of a string still to pass over */
    uint32_t        depth;
    uint8_t         step;   /* the protocol's own */
    uint16_t        status; /* the transport's own, for its `refuse` */
    ct_wire_error_t error;
    const char     *why;     /* constant, set with CT_ERROR */
    const char     *interim; /* constant: to be sent while we wait, or NULL */
    uint64_t        total;   /* the transport's own, like the next */
    size_t          head;
    ct_scan_level_t levels[CT_SCAN_LEVELS];
} ct_scan_t;

/*
 * A message in the bytes received: `whole` bytes belong to it, of which
 * [body, body + len) are the protocol's, or what `open` makes them of.
 */
typedef struct ct_cut_s {
    size_t whole;
    size_t body;
    size_t len;
} ct_cut_t;

/* A header of a message; names are compared without regard to case. */
typedef struct ct_header_s {
    ct_str_t name;
    ct_str_t value;
} ct_header_t;

/* What a connection speaks, or a message. */
typedef struct ct_dialect_s {
    const ct_transport_t *transport;
    const ct_protocol_t  *protocol;
    bool                  deflated; /* found by ct_detect: zlib around it */
} ct_dialect_t;

/*
 * What stands around one message.  A reply goes out in the envelope that its
 * request came in.  Who sends a request (`is_request`) fills one in: zeroed
 * but for the dialect it is a plain one.
 */
typedef struct ct_envelope_s {
    ct_dialect_t       dialect; /* of this message */
    const void        *note;    /* the transport's own, in the call's pool */
    const ct_header_t *headers; /* that came with it, or go with a request */
    size_t             nheaders;
    size_t             nsticky;    /* the last ones: set for the connection */
    ct_web_t          *web;        /* it asks for a page and is no call */
    int32_t            seqid;      /* of the message, when it is wrapped */
    size_t             aside;      /* bytes of it that are not in the buffer */
    bool               is_request; /* we are a client */
    bool               compressed; /* the body is, where that can be said */
    bool               closes;     /* the last message of its connection */
} ct_envelope_t;

/*
 * What `open` works with, and how it failed: `error` and `why` for the log,
 * app_error (unless it is negative) and seqid for an answer.
 */
typedef struct ct_opening_s {
    const ct_limits_t   *limits;
    const ct_dialects_t *dialects; /* that are served here */
    ct_pool_t           *pool;     /* lives as long as the call */
    ct_sticky_t         *sticky;   /* of the connection; NULL: keeps none */
    ct_wire_error_t      error;
    const char          *why; /* constant */
    int                  app_error;
    int32_t              seqid;
} ct_opening_t;

struct ct_transport_s {
    const char *name;       /* "framed", as in directives and logs */
    bool        has_asides; /* wrap_end counts what is not in the buffer */

    /*
     * Each of its messages may be of another dialect, known by the two bytes
     * behind a length word, as long as it begins with one.
     */
    bool is_mixed;

    /* A oneway call is answered too, and somebody waits for it. */
    bool answers_oneway;

    /*
     * Looks for the end of the message that begins at `data`.  CT_OK: *cut
     * is set and *scan ready for the next message.  CT_AGAIN: *want is how many
     * bytes are needed in all, as far as is known (a hint, within the limits).
     * CT_ERROR: scan->error and why; cut->len bytes at `data` are where the
     * message's head can be looked for (0: nowhere), to know whom to answer.
     */
    ct_rc_t (*cut)(ct_scan_t *scan, const ct_protocol_t *protocol,
                   const uint8_t *data, size_t len, const ct_limits_t *limits,
                   ct_cut_t *cut, size_t *want);

    /*
     * Takes the wrapping off the message that was cut at `data`: *envelope,
     * which has the connection's dialect and is zeroed else, and *body are
     * set; the body is a slice of the message or of the pool.  NULL: the body
     * is where the cut says.  CT_DECLINED: it is no call; what `answer` writes
     * is all there is to say.  CT_ERROR: as *opening says; the connection ends.
     */
    ct_rc_t (*open)(ct_opening_t *opening, const uint8_t *data,
                    const ct_cut_t *cut, ct_envelope_t *envelope,
                    ct_str_t *body);

    /*
     * Begins a message at the end of `out`, and ends it: *mark carries the
     * place from one to the other, as an offset from out->pos.
     */
    ct_rc_t (*wrap_begin)(const ct_envelope_t *envelope, ct_buf_t *out,
                          size_t *mark);
    ct_rc_t (*wrap_end)(const ct_envelope_t *envelope, ct_buf_t *out,
                        size_t mark);

    /*
     * Writes what a peer waits for where no message is due: behind a oneway
     * call (sent before it runs), and for what `open` declined.  NULL: nothing.
     */
    ct_rc_t (*answer)(const ct_envelope_t *envelope, ct_buf_t *out);

    /* The same for what could not be cut, by scan->status.  May be NULL. */
    ct_rc_t (*refuse)(const ct_scan_t *scan, ct_buf_t *out);
};

extern CT_API const ct_transport_t ct_framed_transport;
extern CT_API const ct_transport_t ct_unframed_transport;
extern CT_API const ct_transport_t ct_header_transport;
extern CT_API const ct_transport_t ct_ttheader_transport;
extern CT_API const ct_transport_t ct_http_transport;

/*
 * The other side of ct_http_transport.  Of envelope->headers, ":path" is what
 * is posted to ("/" if there is none) and "Host" should be one; the others are
 * sent as they are.  A reply to a oneway call is an empty body: `open` gives
 * CT_DECLINED then.
 */
extern CT_API const ct_transport_t ct_http_client_transport;

/*
 * Move on over an unframed message: the `scan` of the protocols' tables.
 * Bytes in front of scan->offset are not read again.
 */
ct_rc_t ct_binary_scan(ct_scan_t *scan, const uint8_t *data, size_t len,
                       const ct_limits_t *limits, size_t *want);
ct_rc_t ct_compact_scan(ct_scan_t *scan, const uint8_t *data, size_t len,
                        const ct_limits_t *limits, size_t *want);
ct_rc_t ct_json_scan(ct_scan_t *scan, const uint8_t *data, size_t len,
                     const ct_limits_t *limits, size_t *want);

/*
 * What a listener speaks: NULL where it does not.  Whoever fills this in knows
 * the transports and protocols; who recognises them need not.
 */
struct ct_dialects_s {
    const ct_limits_t    *limits;
    const ct_transport_t *framed;
    const ct_transport_t *unframed;
    const ct_transport_t *header;   /* THeader */
    const ct_transport_t *ttheader; /* CloudWeGo's */
    const ct_transport_t *http;
    const ct_protocol_t  *binary;
    const ct_protocol_t  *compact;
    const ct_protocol_t  *json;
    bool                  deflated; /* the zlib transport around any of them */
    bool                  no_calls; /* nobody would answer one: pages only */
};

/*
 * Recognises a dialect by its first bytes (docs/architecture.md has the
 * table).  CT_OK with dialect->deflated: look again at what the zlib stream
 * holds; else both parts are set.  Where the transport says the protocol in
 * each message (`open`), that found here is only for refusals.  CT_AGAIN:
 * more bytes are needed.  CT_DECLINED: this is nothing that `dialects` has;
 * *c_guess names what it looks like ("HTTP", "TLS", "SSH", "an oversized
 * frame", ...).
 */
CT_API ct_rc_t ct_detect(const uint8_t *data, size_t len,
                         const ct_dialects_t *dialects, ct_dialect_t *dialect,
                         const char **c_guess);

#endif /* CT_TRANSPORT_H */
