/*
 * ct_trace_note.h -- what a call notes of its trace: the inside of ct_trace.c.
 */

#ifndef CT_TRACE_NOTE_H
#define CT_TRACE_NOTE_H

#include "core/ct_config.h"

#include "thrift/wire/ct_trace_header.h"

typedef struct ct_pending_s ct_pending_t;

/* How its caller has said it. */
typedef enum ct_trace_kind_e {
    CT_TRACE_OWN, /* not at all */
    CT_TRACE_W3C,
    CT_TRACE_B3,
} ct_trace_kind_t;

/* Nothing of it is set before `is_known`. */
typedef struct ct_trace_note_s {
    bool              is_known;
    ct_trace_kind_t   kind;
    ct_trace_header_t caller; /* with a trace's id in any case */
    char              span_id[CT_SPAN_ID_LEN];
} ct_trace_note_t;

/* The call's, made where it is not known yet.  In the loop's thread only. */
const ct_trace_note_t *ct_trace_note_of(ct_pending_t *pending);

#endif /* CT_TRACE_NOTE_H */
