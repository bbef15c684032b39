/*
 * ct_bench_equal.c -- whether two values are the same.
 *
 * Values that were decoded, or made of JSON, are no deeper than their makers
 * allow, and so is the recursion here.
 */

#include "core/ct_config.h"

#include "ct_bench_equal.h"

#include <math.h>
#include <string.h>


static const void *
item_at(const ct_type_t *type, const ct_list_t *list, size_t i)
{
    return (const char *) list->items + i * type->item_size;
}


static bool
equal_struct(const ct_struct_t *strct, const void *a, const void *b)
{
    for (uint32_t i = 0; i < strct->nfields; i++) {
        const ct_field_t *field = &strct->fields[i];

        if (!ct_bench_equal_field(field, a, field, b)) {
            return false;
        }
    }
    return true;
}


static bool
equal_list(const ct_type_t *type, const ct_list_t *a, const ct_list_t *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (!ct_bench_equal(type->element, item_at(type, a, i),
                            item_at(type, b, i))) {
            return false;
        }
    }
    return true;
}


/* An item of a map, both parts of it, or of a set. */
static bool
equal_item(const ct_type_t *type, const void *a, const void *b)
{
    if (type->ttype == CT_T_SET) {
        return ct_bench_equal(type->element, a, b);
    }
    return ct_bench_equal(type->key, a, b)
           && ct_bench_equal(type->element,
                             (const char *) a + type->value_offset,
                             (const char *) b + type->value_offset);
}


/* Most servers keep the order, so looking begins at the same place. */
static bool
has_item(const ct_type_t *type, const ct_list_t *list, const void *item,
         size_t hint)
{
    for (size_t i = 0; i < list->n; i++) {
        const size_t at = (hint + i) % list->n;

        if (equal_item(type, item, item_at(type, list, at))) {
            return true;
        }
    }
    return false;
}


/* Items differ from each other in both, so that one way is enough. */
static bool
equal_unordered(const ct_type_t *type, const ct_list_t *a, const ct_list_t *b)
{
    if (a->n != b->n) {
        return false;
    }
    for (size_t i = 0; i < a->n; i++) {
        if (!has_item(type, b, item_at(type, a, i), i)) {
            return false;
        }
    }
    return true;
}


static bool
equal_double(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof(a)) == 0;
}


/* Rule 7: a flat switch. */
bool
ct_bench_equal(const ct_type_t *type, const void *a, const void *b)
{
    switch (type->ttype) {
    case CT_T_STRING:
        return ct_str_eq(*(const ct_str_t *) a, *(const ct_str_t *) b);
    case CT_T_STRUCT:
        return equal_struct(type->strct, a, b);
    case CT_T_LIST:
        return equal_list(type, a, b);
    case CT_T_SET:
    case CT_T_MAP:
        return equal_unordered(type, a, b);
    case CT_T_DOUBLE:
        return equal_double(*(const double *) a, *(const double *) b);
    case CT_T_BOOL:
    case CT_T_I8:
    case CT_T_I16:
    case CT_T_I32:
    case CT_T_I64:
    case CT_T_UUID:
        return memcmp(a, b, ct_type_size(type)) == 0;
    case CT_T_STOP:
    case CT_T_VOID:
        break;
    }
    return true;
}


bool
ct_bench_equal_field(const ct_field_t *field_a, const void *a,
                     const ct_field_t *field_b, const void *b)
{
    const void *at_a = (const char *) a + field_a->offset;
    const void *at_b = (const char *) b + field_b->offset;
    const bool  is_set = ct_field_is_set(field_a, a);

    if (is_set != ct_field_is_set(field_b, b)) {
        return false;
    }
    if (!is_set) {
        return true;
    }
    if (field_a->type->ttype == CT_T_STRUCT) {
        at_a = *(const void *const *) at_a;
        at_b = *(const void *const *) at_b;
    }
    return ct_bench_equal(field_a->type, at_a, at_b);
}


bool
ct_bench_same_type(const ct_type_t *a, const ct_type_t *b)
{
    if (a == NULL || b == NULL || a == b) {
        return a == b;
    }
    return a->ttype == b->ttype && a->strct == b->strct
           && a->item_size == b->item_size && ct_bench_same_type(a->key, b->key)
           && ct_bench_same_type(a->element, b->element);
}
