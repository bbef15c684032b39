/*
 * ct_idl_size.c -- what constants and defaults come to.
 *
 * A value holds constants by name, and a struct's value the defaults of the
 * struct.  Written out, as the generator does, this may be endless (a struct
 * whose default holds the same struct), deep, or of exponential size (a list
 * that names another list twice, and so on).  Each constant and each struct is
 * counted once, and the counts are added up instead of walking again:
 *
 *   mark   | met on the walk        | then
 *   NEW    | count it               | OPEN while its parts are counted
 *   OPEN   | it leads to itself     | error
 *   CLOSED | take nodes and depth   | CLOSED
 */

#include "core/ct_config.h"

#include "idl/ct_idl_check.h"

#include "idl/ct_idl_report.h"

/* A count under way. */
typedef struct count_s {
    size_t   nodes;
    uint32_t depth;
} count_t;


static ct_rc_t count_def(ct_idl_t *idl, ct_idl_def_t *def, uint32_t level,
                         const ct_idl_pos_t *at);


/* Adds a part that lies one level below `whole`. */
static ct_rc_t
add(ct_idl_t *idl, count_t *whole, const count_t *part, const ct_idl_pos_t *at)
{
    whole->nodes += part->nodes;
    if (whole->nodes > CT_IDL_MAX_NODES) {
        return ct_idl_error(idl, at, "this value comes to more than %d values",
                            CT_IDL_MAX_NODES);
    }
    if (part->depth + 1 > whole->depth) {
        whole->depth = part->depth + 1;
    }
    if (whole->depth > CT_IDL_MAX_DEPTH) {
        return ct_idl_error(idl, at, "values are nested more than %d deep",
                            CT_IDL_MAX_DEPTH);
    }
    return CT_OK;
}


/* The count of another definition, made now if it has not been. */
static ct_rc_t
add_def(ct_idl_t *idl, count_t *whole, ct_idl_def_t *def, uint32_t level,
        const ct_idl_pos_t *at)
{
    count_t part;

    if (count_def(idl, def, level + 1, at) != CT_OK) {
        return CT_ERROR;
    }
    part = (count_t){ def->nodes, def->depth };
    return add(idl, whole, &part, at);
}


static ct_rc_t count_value(ct_idl_t *idl, ct_idl_type_t *type,
                           ct_idl_value_t *value, uint32_t level,
                           count_t *count);


/* Each item is one level below its container. */
static ct_rc_t
add_items(ct_idl_t *idl, count_t *whole, ct_idl_type_t *type,
          const ct_array_t *items, uint32_t level)
{
    for (size_t i = 0; i < items->n; i++) {
        ct_idl_value_t *item = CT_IDL_AT(ct_idl_value_t, items, i);
        count_t         part;

        if (count_value(idl, type, item, level + 1, &part) != CT_OK
            || add(idl, whole, &part, &item->pos) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* The fields that are given, and the defaults of those that are not. */
static ct_rc_t
add_struct(ct_idl_t *idl, count_t *whole, ct_idl_def_t *def,
           const ct_idl_value_t *map, uint32_t level)
{
    for (size_t i = 0; i < map->keys.n; i++) {
        const ct_str_t  name = CT_IDL_AT(ct_idl_value_t, &map->keys, i)->text;
        ct_idl_value_t *item = CT_IDL_AT(ct_idl_value_t, &map->items, i);
        const ct_idl_field_t *field = ct_idl_field_find(def, name);
        count_t               part;

        if (count_value(idl, field->type, item, level + 1, &part) != CT_OK
            || add(idl, whole, &part, &item->pos) != CT_OK) {
            return CT_ERROR;
        }
    }
    return add_def(idl, whole, def, level, &map->pos);
}


/* `level` is how deep the stack stands; depth is counted on the way back. */
static ct_rc_t
count_value(ct_idl_t *idl, ct_idl_type_t *type, ct_idl_value_t *value,
            uint32_t level, count_t *count)
{
    const ct_idl_type_t *real = ct_idl_real(type);
    ct_idl_def_t        *strct = ct_idl_struct_of(type);

    *count = (count_t){ 1, 1 };
    if (level > CT_IDL_MAX_DEPTH) {
        return ct_idl_error(idl, &value->pos,
                            "values are nested more than %d deep",
                            CT_IDL_MAX_DEPTH);
    }
    if (value->kind == CT_IDL_VALUE_NAME && value->target != NULL) {
        return add_def(idl, count, value->target, level, &value->pos);
    }
    if (strct != NULL) {
        return add_struct(idl, count, strct, value, level);
    }
    if (!ct_idl_is_container(real)) {
        return CT_OK;
    }
    if (real->kind == CT_IDL_MAP
        && add_items(idl, count, real->key, &value->keys, level) != CT_OK) {
        return CT_ERROR;
    }
    return add_items(idl, count, real->element, &value->items, level);
}


/* Parts of a struct's `initial`, or of a constant. */
static ct_rc_t
count_parts(ct_idl_t *idl, ct_idl_def_t *def, uint32_t level, count_t *whole)
{
    count_t part;

    if (def->kind == CT_IDL_CONST) {
        return count_value(idl, def->type, def->value, level + 1, whole);
    }
    for (size_t i = 0; i < def->fields.n; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (field->value == NULL) {
            continue;
        }
        if (count_value(idl, field->type, field->value, level + 1, &part)
                != CT_OK
            || add(idl, whole, &part, &field->value->pos) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* Sets nodes and depth; `at` is the place that leads here. */
static ct_rc_t
count_def(ct_idl_t *idl, ct_idl_def_t *def, uint32_t level,
          const ct_idl_pos_t *at)
{
    count_t whole = { 0, 0 };
    ct_rc_t rc;

    if (def->default_mark == CT_IDL_CLOSED) {
        return CT_OK;
    }
    if (def->default_mark == CT_IDL_OPEN) {
        return ct_idl_error(idl, at, "the value of '%.*s' holds itself",
                            CT_STR_ARG(def->name.str));
    }
    def->default_mark = CT_IDL_OPEN;
    rc = count_parts(idl, def, level, &whole);
    def->default_mark = CT_IDL_CLOSED;
    def->nodes = whole.nodes;
    def->depth = whole.depth;
    return rc;
}


ct_rc_t
ct_idl_check_size(ct_idl_t *idl, ct_idl_def_t *def)
{
    if (count_def(idl, def, 1, &def->name.pos) != CT_OK) {
        return CT_ERROR;
    }
    idl->nodes += def->nodes;
    if (idl->nodes > CT_IDL_MAX_NODES) {
        return ct_idl_error(idl, &def->name.pos,
                            "all values come to more than %d",
                            CT_IDL_MAX_NODES);
    }
    return CT_OK;
}
