/*
 * ct_ttype.h -- the numbers that Thrift gives to types and messages.
 *
 * Source: Thrift's protocol specification, doc/specs/thrift-binary-protocol.md
 * and the TType of its libraries; the numbers of the binary protocol serve as
 * our own for every protocol.
 */

#ifndef CT_TTYPE_H
#define CT_TTYPE_H

#include "core/ct_config.h"

typedef enum ct_ttype_e {
    CT_T_STOP = 0,
    CT_T_VOID = 1,
    CT_T_BOOL = 2,
    CT_T_I8 = 3,
    CT_T_DOUBLE = 4,
    CT_T_I16 = 6,
    CT_T_I32 = 8,
    CT_T_I64 = 10,
    CT_T_STRING = 11, /* binary too */
    CT_T_STRUCT = 12, /* unions and exceptions too */
    CT_T_MAP = 13,
    CT_T_SET = 14,
    CT_T_LIST = 15,
    CT_T_UUID = 16,
} ct_ttype_t;

typedef enum ct_message_type_e {
    CT_MESSAGE_CALL = 1,
    CT_MESSAGE_REPLY = 2,
    CT_MESSAGE_EXCEPTION = 3,
    CT_MESSAGE_ONEWAY = 4,
} ct_message_type_t;

/*
 * TApplicationException's `type`.  The last two are fbthrift's; Apache's
 * clients show them by number.
 */
typedef enum ct_app_error_e {
    CT_APP_UNKNOWN = 0,
    CT_APP_UNKNOWN_METHOD = 1,
    CT_APP_INVALID_MESSAGE_TYPE = 2,
    CT_APP_WRONG_METHOD_NAME = 3,
    CT_APP_BAD_SEQUENCE_ID = 4,
    CT_APP_MISSING_RESULT = 5,
    CT_APP_INTERNAL_ERROR = 6,
    CT_APP_PROTOCOL_ERROR = 7,
    CT_APP_INVALID_TRANSFORM = 8,
    CT_APP_INVALID_PROTOCOL = 9,
    CT_APP_UNSUPPORTED_CLIENT_TYPE = 10,
    CT_APP_LOADSHEDDING = 11,
    CT_APP_TIMEOUT = 12,
} ct_app_error_t;

#endif /* CT_TTYPE_H */
