/*
 * ct_outcome.c -- how a call ended, in words.
 */

#include "core/ct_config.h"

#include "core/ct_outcome.h"


const char *
ct_outcome_name(ct_outcome_t outcome)
{
    static const char *const names[CT_OUTCOMES] = {
        [CT_OUTCOME_OK] = "ok",
        [CT_OUTCOME_EXCEPTION] = "exception",
        [CT_OUTCOME_UNKNOWN_METHOD] = "unknown_method",
        [CT_OUTCOME_PROTOCOL_ERROR] = "protocol_error",
        [CT_OUTCOME_INTERNAL_ERROR] = "internal_error",
        [CT_OUTCOME_MISSING_RESULT] = "missing_result",
        [CT_OUTCOME_TIMEOUT] = "timeout",
        [CT_OUTCOME_SHED] = "shed",
        [CT_OUTCOME_DENIED] = "denied",
        [CT_OUTCOME_CANCELLED] = "cancelled",
    };

    CT_ASSERT((unsigned) outcome < CT_OUTCOMES);
    return names[outcome];
}


bool
ct_outcome_is_error(ct_outcome_t outcome)
{
    return outcome != CT_OUTCOME_OK && outcome != CT_OUTCOME_EXCEPTION;
}
