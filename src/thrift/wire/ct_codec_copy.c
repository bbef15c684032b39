/*
 * ct_codec_copy.c -- values of described types, from one life to another.
 *
 * A struct is copied whole, and then everything in it that points elsewhere
 * is replaced by a copy of what it points at.  Fields that are not set are
 * cleared on the way, since whatever they hold would be shared otherwise.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

#include "core/ct_pool.h"

#include <string.h>

typedef struct copying_s {
    ct_pool_t *pool;
    unsigned   depth; /* structs and containers now open */
} copying_t;

static ct_rc_t own_element(copying_t *copying, const ct_type_t *type,
                           void *place);


/*
 * Makes the items of *list its own.  Their bytes exist already, so their
 * number times their size is a size_t.
 */
static ct_rc_t
own_items(copying_t *copying, const ct_type_t *type, ct_list_t *list)
{
    const size_t size = list->n * type->item_size;
    char        *item;
    size_t       i;

    item = ct_pool_alloc(copying->pool, size);
    memcpy(item, list->items, size);
    list->items = item;
    for (i = 0; i < list->n; i++, item += type->item_size) {
        if (type->ttype != CT_T_MAP) {
            if (own_element(copying, type->element, item) != CT_OK) {
                return CT_ERROR;
            }
            continue;
        }
        if (own_element(copying, type->key, item) != CT_OK
            || own_element(copying, type->element, item + type->value_offset)
                   != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* NULL stays NULL: "not set" has to be copied too. */
static void
own_string(copying_t *copying, ct_str_t *str)
{
    if (str->data != NULL) {
        *str = ct_str_dup(copying->pool, *str);
    }
}


/* A struct behind a pointer. */
static ct_rc_t
own_pointer(copying_t *copying, const ct_type_t *type, void *place)
{
    void **pointer = place;
    void  *copy = ct_pool_alloc(copying->pool, type->strct->size);

    memcpy(copy, *pointer, type->strct->size);
    *pointer = copy;
    return own_element(copying, type, copy);
}


/*
 * A string or a pointer that is not set is NULL already; a flag that says no
 * may stand beside anything.
 */
static ct_rc_t
own_field(copying_t *copying, const ct_field_t *field, void *value)
{
    char *base = value;
    void *place = base + field->offset;

    if (!ct_field_is_set(field, value)) {
        memset(place, 0,
               field->type->ttype == CT_T_STRUCT ? sizeof(void *)
                                                 : ct_type_size(field->type));
        return CT_OK;
    }
    if (field->type->ttype == CT_T_STRUCT) {
        return own_pointer(copying, field->type, place);
    }
    return own_element(copying, field->type, place);
}


static ct_rc_t
own_fields(copying_t *copying, const ct_struct_t *strct, void *value)
{
    uint32_t i;

    for (i = 0; i < strct->nfields; i++) {
        if (own_field(copying, &strct->fields[i], value) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* Whether a container has no items; it then shares none. */
static bool
is_empty(void *place)
{
    ct_list_t *list = place;

    if (list->n == 0) {
        list->items = NULL;
    }
    return list->n == 0;
}


/* Replaces what the value at `place`, copied already, points at. */
static ct_rc_t
own_element(copying_t *copying, const ct_type_t *type, void *place)
{
    ct_rc_t rc;

    if (type->ttype == CT_T_STRING) {
        own_string(copying, place);
        return CT_OK;
    }
    if (type->ttype != CT_T_STRUCT && type->ttype != CT_T_MAP
        && type->ttype != CT_T_SET && type->ttype != CT_T_LIST) {
        return CT_OK;
    }
    if (type->ttype != CT_T_STRUCT && is_empty(place)) {
        return CT_OK;
    }
    if (copying->depth > CT_CODEC_DEPTH) {
        return CT_ERROR;
    }
    copying->depth++;
    rc = type->ttype == CT_T_STRUCT ? own_fields(copying, type->strct, place)
                                    : own_items(copying, type, place);
    copying->depth--;
    return rc;
}


void *
ct_codec_copy(ct_pool_t *pool, const ct_struct_t *strct, const void *value)
{
    const ct_type_t type = { .ttype = CT_T_STRUCT, .strct = strct };
    copying_t       copying = { .pool = pool };
    void           *copy = ct_pool_alloc(pool, strct->size);

    memcpy(copy, value, strct->size);
    if (own_element(&copying, &type, copy) != CT_OK) {
        return NULL;
    }
    return copy;
}
