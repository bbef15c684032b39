/*
 * ct_input.h -- the bytes of a session on their way in.
 */

#ifndef CT_INPUT_H
#define CT_INPUT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_block_s        ct_block_t;
typedef struct ct_session_s      ct_session_t;
typedef struct ct_thrift_state_s ct_thrift_state_t;

/*
 * Reads once and handles every whole message.  CT_OK: there may be more to
 * read; CT_AGAIN: not now; CT_DECLINED: the socket is broken; CT_ERROR: the
 * input cannot be trusted: answer what is there, then close.
 */
ct_rc_t ct_input_read(ct_session_t *session);

/* Handles what was received before; CT_OK or CT_ERROR as above. */
ct_rc_t ct_input_process(ct_session_t *session);

/* Whether ct_input_read may find something now, as far as is known. */
bool ct_input_may_come(const ct_session_t *session);

/* Whether so much waits to be sent or answered that reading must pause. */
bool ct_input_must_wait(const ct_session_t *session);

/*
 * Whether the session has handled what it may in one turn: a few bytes can
 * inflate to much, and the others wait meanwhile.
 */
bool ct_input_is_spent(const ct_session_t *session);

/*
 * The block that all sessions of a worker read into, in which nobody's bytes
 * are any more; NULL: no memory for another one.  It grows where messages are
 * longer than it is.
 */
ct_block_t *ct_input_scratch(ct_thrift_state_t *state);

/* Gives the buffers of an unfinished message back. */
void ct_input_release(ct_session_t *session);

#endif /* CT_INPUT_H */
