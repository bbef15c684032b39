/*
 * ct_field.h -- whether a field is set, asked in the middle of a loop.
 *
 * ct_field_is_set is what modules call, over the border of the executable;
 * the codec asks for each field of each struct that it writes.
 *
 * Private to wire/.
 */

#ifndef CT_FIELD_H
#define CT_FIELD_H

#include "core/ct_config.h"

#include <string.h>

#include "thrift/wire/ct_type.h"

/* The type that `head` says, the first of its bytes; CT_T_STOP without one. */
static inline ct_ttype_t
ct_field_ttype(const ct_field_t *field)
{
    uint8_t ttype;

    memcpy(&ttype, &field->head, sizeof(ttype));
    return (ct_ttype_t) ttype;
}


/*
 * As ct_field_is_set.  Pointers speak for themselves, whatever flag a table
 * may give them: there is only one truth to keep.
 */
static inline bool
ct_field_has(const ct_field_t *field, const void *value)
{
    const char *base = value;
    const void *place = base + field->offset;

    if (field->type->ttype == CT_T_STRING) {
        const ct_str_t *str = place;

        return str->data != NULL;
    }
    if (field->type->ttype == CT_T_STRUCT) {
        const void *const *pointer = place;

        return *pointer != NULL;
    }
    if (field->has_offset != CT_NO_FLAG) {
        const void *flag = base + field->has_offset;
        const bool *is_set = flag;

        return *is_set;
    }
    return true;
}

#endif /* CT_FIELD_H */
