/*
 * ct_bare_reply.h -- where a call ends, what is answered to it, and how that
 * is sent.
 */

#ifndef CT_BARE_REPLY_H
#define CT_BARE_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A call: `len` bytes, its frame's length included where it has one.  Its
 * message begins at `message_at`, behind that length, and its struct of
 * arguments at `args_at`.
 */
typedef struct {
    const uint8_t *data;
    size_t         len;
    size_t         message_at;
    size_t         args_at;
    bool           compact;
    bool           is_ping;
} ct_bare_call_t;

/*
 * The call at the beginning of `len` bytes.  False where it is none, or longer
 * than `max`; call->len is 0 where more must come in.
 */
bool ct_bare_find(const uint8_t *data, size_t len, size_t max,
                  ct_bare_call_t *call);

/* Writes the reply to `out`, less than twice the call's size; its length. */
size_t ct_bare_reply(const ct_bare_call_t *call, uint8_t *out);

/*
 * Answers every whole call among `len` bytes, of which *used are done with;
 * *out_len bytes are in `out`, less than twice as many.  False where they are
 * no calls, or one is longer than `max`.
 */
bool ct_bare_answer(const uint8_t *data, size_t len, size_t max, uint8_t *out,
                    size_t *used, size_t *out_len);

/*
 * One write in all cases that matter.  Where the socket is full, everybody
 * waits for this peer: a limit need not be polite.  False: it has gone.
 */
bool ct_bare_send(int fd, const uint8_t *data, size_t len);

#endif
