/*
 * ct_outcome.h -- how a call ended.
 *
 * Every message that asks for a call ends in exactly one of these ways, and is
 * counted under it in its method's row of the scoreboard.  `$status`, logs and
 * metrics all tell this one truth.
 */

#ifndef CT_OUTCOME_H
#define CT_OUTCOME_H

#include "core/ct_config.h"

/* In the order of ct_outcome_name; new ones are added at the end. */
typedef enum ct_outcome_e {
    CT_OUTCOME_OK = 0,
    CT_OUTCOME_EXCEPTION,      /* a declared one */
    CT_OUTCOME_UNKNOWN_METHOD, /* or service */
    CT_OUTCOME_PROTOCOL_ERROR, /* undecodable, or neither call nor oneway */
    CT_OUTCOME_INTERNAL_ERROR, /* the handler, or a hook, failed it */
    CT_OUTCOME_MISSING_RESULT, /* the handler set none */
    CT_OUTCOME_TIMEOUT,        /* its time was up while it ran */
    CT_OUTCOME_SHED,           /* too much to do: it never ran */
    CT_OUTCOME_DENIED,         /* its client may not: it never ran */
    CT_OUTCOME_CANCELLED,      /* nobody was left to hear the answer */
    CT_OUTCOMES,
} ct_outcome_t;

/* "ok", "unknown_method": a word for logs and metrics, and what stays. */
CT_API const char *ct_outcome_name(ct_outcome_t outcome);

/* A TApplicationException, or none at all: neither a result nor a declared
 * exception. */
CT_API bool ct_outcome_is_error(ct_outcome_t outcome);

#endif /* CT_OUTCOME_H */
