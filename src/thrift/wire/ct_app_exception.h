/*
 * ct_app_exception.h -- TApplicationException: the answer to a call that no
 * handler answered.
 *
 * Source: Apache Thrift, doc/specs/thrift-rpc.md: struct { 1: string message,
 * 2: i32 type }.
 */

#ifndef CT_APP_EXCEPTION_H
#define CT_APP_EXCEPTION_H

#include "core/ct_config.h"

#include "core/ct_str.h"
#include "thrift/wire/ct_type.h"

typedef struct ct_app_exception_s {
    ct_str_t message;
    int32_t  type; /* ct_app_error_t */
} ct_app_exception_t;

extern CT_API const ct_struct_t ct_app_exception_struct;

/* "UNKNOWN_METHOD": a type as Thrift spells it; never NULL. */
const char *ct_app_exception_name(ct_app_error_t type);

#endif /* CT_APP_EXCEPTION_H */
