/*
 * ct_app_exception.c -- TApplicationException's description.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_app_exception.h"

static const ct_field_t fields[] = {
    { .name = "message",
      .type = &ct_type_string,
      .id = 1,
      .offset = offsetof(ct_app_exception_t, message),
      .has_offset = CT_NO_FLAG,
      .head = CT_FIELD_HEAD(CT_T_STRING, 1) },
    { .name = "type",
      .type = &ct_type_i32,
      .id = 2,
      .offset = offsetof(ct_app_exception_t, type),
      .has_offset = CT_NO_FLAG,
      .head = CT_FIELD_HEAD(CT_T_I32, 2) },
};

static const ct_app_exception_t initial = { { 0, NULL }, CT_APP_UNKNOWN };

const ct_struct_t ct_app_exception_struct = {
    .name = "TApplicationException",
    .fields = fields,
    .nfields = CT_ARRAY_LEN(fields),
    .size = sizeof(ct_app_exception_t),
    .is_exception = true,
    .initial = &initial,
};


/* A handler may have given any number. */
const char *
ct_app_exception_name(ct_app_error_t type)
{
    static const char *const names[] = {
        [CT_APP_UNKNOWN] = "UNKNOWN",
        [CT_APP_UNKNOWN_METHOD] = "UNKNOWN_METHOD",
        [CT_APP_INVALID_MESSAGE_TYPE] = "INVALID_MESSAGE_TYPE",
        [CT_APP_WRONG_METHOD_NAME] = "WRONG_METHOD_NAME",
        [CT_APP_BAD_SEQUENCE_ID] = "BAD_SEQUENCE_ID",
        [CT_APP_MISSING_RESULT] = "MISSING_RESULT",
        [CT_APP_INTERNAL_ERROR] = "INTERNAL_ERROR",
        [CT_APP_PROTOCOL_ERROR] = "PROTOCOL_ERROR",
        [CT_APP_INVALID_TRANSFORM] = "INVALID_TRANSFORM",
        [CT_APP_INVALID_PROTOCOL] = "INVALID_PROTOCOL",
        [CT_APP_UNSUPPORTED_CLIENT_TYPE] = "UNSUPPORTED_CLIENT_TYPE",
        [CT_APP_LOADSHEDDING] = "LOADSHEDDING",
        [CT_APP_TIMEOUT] = "TIMEOUT",
    };
    const size_t i = (size_t) type;

    return i < CT_ARRAY_LEN(names) ? names[i] : names[CT_APP_UNKNOWN];
}
