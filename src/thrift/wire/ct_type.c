/*
 * ct_type.c -- descriptions of types: the plain ones, and questions to all.
 *
 * Descriptions are data, written by a compiler or by hand; nothing here
 * checks them.  A wrong one is a bug of who wrote it, not input.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_type.h"

#include "thrift/wire/ct_field.h"

const ct_type_t ct_type_bool = { .ttype = CT_T_BOOL };
const ct_type_t ct_type_i8 = { .ttype = CT_T_I8 };
const ct_type_t ct_type_i16 = { .ttype = CT_T_I16 };
const ct_type_t ct_type_i32 = { .ttype = CT_T_I32 };
const ct_type_t ct_type_i64 = { .ttype = CT_T_I64 };
const ct_type_t ct_type_double = { .ttype = CT_T_DOUBLE };
const ct_type_t ct_type_string = { .ttype = CT_T_STRING };
const ct_type_t ct_type_binary = { .ttype = CT_T_STRING, .is_binary = true };
const ct_type_t ct_type_uuid = { .ttype = CT_T_UUID };


/* Without a default, so that a new type is not forgotten here. */
size_t
ct_type_size(const ct_type_t *type)
{
    switch (type->ttype) {
    case CT_T_BOOL:
        return sizeof(bool);
    case CT_T_I8:
        return sizeof(int8_t);
    case CT_T_I16:
        return sizeof(int16_t);
    case CT_T_I32:
        return sizeof(int32_t);
    case CT_T_I64:
        return sizeof(int64_t);
    case CT_T_DOUBLE:
        return sizeof(double);
    case CT_T_STRING:
        return sizeof(ct_str_t);
    case CT_T_UUID:
        return sizeof(ct_uuid_t);
    case CT_T_STRUCT:
        return type->strct->size;
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        return sizeof(ct_list_t);
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return 0;
}


/*
 * Ids ascend and differ, so a field stands no further from the first one than
 * its id does: exactly there when no id is left out, and before it otherwise.
 */
const ct_field_t *
ct_struct_field(const ct_struct_t *strct, int16_t id)
{
    const ct_field_t *fields = strct->fields;
    size_t            low = 0;
    size_t            high = strct->nfields;
    size_t            away;

    if (high == 0 || id < fields[0].id) {
        return NULL;
    }
    away = (size_t) (id - fields[0].id);
    if (away < high) {
        if (fields[away].id == id) {
            return &fields[away];
        }
        high = away;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (fields[middle].id == id) {
            return &fields[middle];
        }
        if (fields[middle].id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}


bool
ct_field_is_set(const ct_field_t *field, const void *value)
{
    return ct_field_has(field, value);
}
