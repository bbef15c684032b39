/*
 * ct_trace_header.h -- what headers say of a distributed trace.
 *
 * Sources: W3C Trace Context, level 1 (`traceparent`, `tracestate`), and
 * openzipkin's B3 propagation (`b3`, and X-B3-* one by one).  A value that is
 * not exactly as they have it counts as none.
 *
 * Pure: values in, digits out.
 */

#ifndef CT_TRACE_HEADER_H
#define CT_TRACE_HEADER_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

/* Lower-case hexadecimal digits. */
#define CT_TRACE_ID_LEN 32
#define CT_SPAN_ID_LEN  16

/* Longest tracestate that is taken; the specification asks for 512. */
#define CT_TRACE_STATE_MAX 1024

/* "00-", two ids with their dashes, flags. */
#define CT_TRACEPARENT_LEN 55

/* What its caller has decided about recording a trace. */
typedef enum ct_sampled_e {
    CT_SAMPLED_UNKNOWN, /* nothing: it leaves that to us */
    CT_SAMPLED_NO,
    CT_SAMPLED_YES,
    CT_SAMPLED_DEBUG, /* B3: yes, whatever the rate is */
} ct_sampled_t;

/* Ids are neither zero nor terminated; without has_ids they are not set. */
typedef struct ct_trace_header_s {
    char         trace_id[CT_TRACE_ID_LEN];
    char         span_id[CT_SPAN_ID_LEN]; /* of who has sent it */
    bool         has_ids;
    ct_sampled_t sampled;
} ct_trace_header_t;

/*
 * `traceparent`.  Of a later version than 00 what is known of 00 is taken, as
 * the specification wants.  CT_DECLINED: it is not one; *header is unset.
 */
ct_rc_t ct_trace_header_w3c(ct_str_t value, ct_trace_header_t *header);

/*
 * `b3`: "TRACE-SPAN[-SAMPLED[-PARENT]]", or a decision alone, without ids.  A
 * trace's id of 64 bits gets zeros in front.  CT_DECLINED likewise.
 */
ct_rc_t ct_trace_header_b3(ct_str_t value, ct_trace_header_t *header);

/* The values of X-B3-TraceId and so on; no data: there is none. */
typedef struct ct_trace_b3_s {
    ct_str_t trace_id;
    ct_str_t span_id;
    ct_str_t sampled;
    ct_str_t flags;
} ct_trace_b3_t;

/* The same of those.  One id without the other is none. */
ct_rc_t ct_trace_header_b3_multi(const ct_trace_b3_t *values,
                                 ct_trace_header_t   *header);

/* Whether a tracestate may be handed on: its form, 32 members, its length. */
bool ct_trace_header_is_state(ct_str_t value);

#endif /* CT_TRACE_HEADER_H */
