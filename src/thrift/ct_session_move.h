/*
 * ct_session_move.h -- a session goes to another worker, or comes from one.
 *
 * What there is of a session between two messages fits into a record
 * (event/ct_handoff_record.h): its dialect, the headers that stay, a counter,
 * and the bytes of a message that has begun.
 */

#ifndef CT_SESSION_MOVE_H
#define CT_SESSION_MOVE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_handoff_record_s ct_handoff_record_t;
typedef struct ct_session_s        ct_session_t;

/*
 * Whether a leaving worker waits for this session to move: then it starts no
 * call beside one in flight, and is not ended behind a reply.
 */
bool ct_session_is_movable(const ct_session_t *session);

/*
 * Gives a session away that has nothing in flight and nothing to send.  CT_OK:
 * it is gone; CT_AGAIN: as soon as there is room; CT_DECLINED: not now, or
 * never (TLS, a zlib stream, `hand_over off`).
 */
ct_rc_t ct_session_move(ct_session_t *session);

/* A new session becomes the one of the record.  CT_ERROR: no memory. */
ct_rc_t ct_session_restore(ct_session_t              *session,
                           const ct_handoff_record_t *record);

#endif /* CT_SESSION_MOVE_H */
