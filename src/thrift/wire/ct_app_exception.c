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
      .has_offset = CT_NO_FLAG },
    { .name = "type",
      .type = &ct_type_i32,
      .id = 2,
      .offset = offsetof(ct_app_exception_t, type),
      .has_offset = CT_NO_FLAG },
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
