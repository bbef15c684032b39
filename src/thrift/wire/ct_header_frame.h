/*
 * ct_header_frame.h -- a frame that says things before its body.
 *
 * What THeader and TTHeader have in common:
 *
 *   length i32 | magic u16 | flags u16 | sequence number i32
 *     | words u16 | `words` times four bytes: the head | payload
 *
 * all of it perhaps in one more frame.  Here is how it is taken apart and put
 * together; what the head says is each format's own.
 *
 * Private to the two transports.
 */

#ifndef CT_HEADER_FRAME_H
#define CT_HEADER_FRAME_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/wire/ct_sticky.h"
#include "thrift/wire/ct_transport.h"

/* Most headers that a message may bring, beside those of its connection. */
#define CT_HEADER_MOST 256

/* What a reply repeats: the note of an envelope. */
typedef struct ct_header_note_s {
    uint16_t flags;
    uint8_t  protocol_id; /* where a protocol has more than one */
    bool     in_frame;    /* the whole stands in one more frame */
    bool     holds_frame; /* the payload has a length word */
} ct_header_note_t;

/*
 * A message being taken apart.  Invariant: [pos, end) is what is not read yet
 * of the head.  What is read are slices of the message.
 */
typedef struct ct_header_frame_s {
    ct_opening_t  *opening;
    const uint8_t *pos;
    const uint8_t *end;
    ct_str_t       payload;
    size_t         nheaders;
    size_t         nsticky;
    ct_header_t    headers[CT_HEADER_MOST]; /* of this message */
    ct_header_t    sticky[CT_STICKY_MOST];  /* for the connection */
} ct_header_frame_t;

/* A number of `size` bytes in the head, 1 or 2; CT_ERROR: it is not there. */
ct_rc_t ct_header_frame_number(ct_header_frame_t *frame, size_t size,
                               uint32_t *value);

/* A varint of up to 32 bits in the head. */
ct_rc_t ct_header_frame_varint(ct_header_frame_t *frame, uint32_t *value);

/* The next `len` bytes of the head. */
ct_rc_t ct_header_frame_text(ct_header_frame_t *frame, uint32_t len,
                             ct_str_t *text);

/*
 * Adds a header, of the message or of its connection: CT_ERROR over the cap.
 * Without a connection that keeps any, all are of the message.
 */
ct_rc_t ct_header_frame_add(ct_header_frame_t *frame, bool is_sticky,
                            ct_str_t name, ct_str_t value);

/* Notes why the message is not taken, and gives CT_ERROR back. */
ct_rc_t ct_header_frame_fail(ct_header_frame_t *frame, ct_wire_error_t error,
                             ct_app_error_t app_error, const char *why);

/*
 * Takes the frame that was cut at `data` apart, if it begins with `magic`, and
 * fills in of *envelope what it says, a note of the call's pool included,
 * which may be changed.  A refusal is to go out in that envelope.
 */
ct_rc_t ct_header_frame_open(ct_header_frame_t *frame, uint16_t magic,
                             const uint8_t *data, const ct_cut_t *cut,
                             ct_envelope_t *envelope, ct_header_note_t **note);

/* Says what the message is encoded in; NULL: in nothing that is served. */
ct_rc_t ct_header_frame_speak(ct_header_frame_t   *frame,
                              const ct_protocol_t *protocol,
                              ct_envelope_t       *envelope);

/* Gives the envelope its headers, the connection its new ones. */
ct_rc_t ct_header_frame_close(ct_header_frame_t *frame,
                              ct_envelope_t     *envelope);

/* What a reply repeats of its request; of a request of our own: nothing. */
ct_header_note_t ct_header_frame_note(const ct_envelope_t *envelope);

/*
 * Begins a frame with a head of `size` bytes; gives the place for them, zeroed,
 * or NULL: there is no memory, or they are too many.  The payload goes to the
 * end of `out`.
 */
uint8_t *ct_header_frame_begin(const ct_envelope_t *envelope, uint16_t magic,
                               size_t size, ct_buf_t *out, size_t *mark);

/* Where the payload of the frame at `mark` begins, an offset from out->pos. */
size_t ct_header_frame_payload(const ct_envelope_t *envelope,
                               const ct_buf_t *out, size_t mark);

/* Sets the lengths. */
ct_rc_t ct_header_frame_end(const ct_envelope_t *envelope, ct_buf_t *out,
                            size_t mark);

#endif /* CT_HEADER_FRAME_H */
