/*
 * ct_transport.h -- where one message ends and the next begins.
 *
 * A transport cuts whole messages out of the bytes received and wraps
 * replies.  Cutting is restartable: it keeps its place in a ct_scan_t and
 * never looks at a byte twice.  Nothing is allocated, nothing is logged.
 *
 * Interface header: ct_framed.c and ct_unframed.c implement it, ct_detect.c
 * chooses.
 */

#ifndef CT_TRANSPORT_H
#define CT_TRANSPORT_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_protocol.h"

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
    uint8_t         step; /* the protocol's own */
    ct_wire_error_t error;
    const char     *why; /* constant, set with CT_ERROR */
    ct_scan_level_t levels[CT_SCAN_LEVELS];
} ct_scan_t;

/*
 * A message in the bytes received: `whole` bytes belong to it, of which
 * [body, body + len) are the protocol's.
 */
typedef struct ct_cut_s {
    size_t whole;
    size_t body;
    size_t len;
} ct_cut_t;

typedef struct ct_transport_s {
    const char *name; /* "framed", as in directives and logs */

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
     * Begins a reply at the end of `out`, and ends it: *mark carries the
     * place from one to the other, as an offset from out->pos.
     */
    ct_rc_t (*wrap_begin)(ct_buf_t *out, size_t *mark);
    ct_rc_t (*wrap_end)(ct_buf_t *out, size_t mark);
} ct_transport_t;

extern CT_API const ct_transport_t ct_framed_transport;
extern CT_API const ct_transport_t ct_unframed_transport;

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

/* What a connection speaks. */
typedef struct ct_dialect_s {
    const ct_transport_t *transport;
    const ct_protocol_t  *protocol;
} ct_dialect_t;

/*
 * What a listener speaks: NULL where it does not.  Whoever fills this in knows
 * the transports and protocols; who recognises them need not.
 */
typedef struct ct_dialects_s {
    const ct_limits_t    *limits;
    const ct_transport_t *framed;
    const ct_transport_t *unframed;
    const ct_protocol_t  *binary;
    const ct_protocol_t  *compact;
    const ct_protocol_t  *json;
} ct_dialects_t;

/*
 * Recognises a dialect by its first bytes (docs/architecture.md has the
 * table).  CT_AGAIN: more bytes are needed.  CT_DECLINED: this is nothing that
 * `dialects` has; *c_guess names what it looks like ("HTTP", "TLS", "SSH",
 * "an oversized frame", ...).
 */
CT_API ct_rc_t ct_detect(const uint8_t *data, size_t len,
                         const ct_dialects_t *dialects, ct_dialect_t *dialect,
                         const char **c_guess);

#endif /* CT_TRANSPORT_H */
