/*
 * ct_idl_container.c -- what lists, sets and maps are called in C.
 *
 * A name made of the names of the parts may meet another: struct ItemList
 * takes hello_item_list_t from list<Item>, which then is hello_list_of_item_t;
 * map<A, B_c> and map<A_b, C> would both be hello_a_b_c_map_t, so the second
 * gets a number.  Typedefs of typedefs of maps make names grow by powers of
 * two: a name too long gives way to its hash.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_container.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_name.h"

#include <inttypes.h>


ct_str_t
ct_idl_container_part(const ct_idl_file_t *file, ct_idl_type_t *type)
{
    static const char *const names[] = {
        [CT_IDL_VOID] = "void",     [CT_IDL_BOOL] = "bool",
        [CT_IDL_I8] = "i8",         [CT_IDL_I16] = "i16",
        [CT_IDL_I32] = "i32",       [CT_IDL_I64] = "i64",
        [CT_IDL_DOUBLE] = "double", [CT_IDL_STRING] = "string",
        [CT_IDL_BINARY] = "binary", [CT_IDL_UUID] = "uuid",
    };
    const ct_idl_type_t *real = ct_idl_real(type);

    if (ct_idl_is_container(real)) {
        return ct_idl_local_name(file, real->c_name);
    }
    if (real->kind == CT_IDL_NAMED) {
        return ct_idl_local_name(file, real->def->c_name);
    }
    return ct_str_of(names[real->kind]);
}


/* Whether two types are one in C.  Containers in them have their names. */
static bool
is_same(ct_idl_type_t *a, ct_idl_type_t *b)
{
    const ct_idl_type_t *x = ct_idl_real(a);
    const ct_idl_type_t *y = ct_idl_real(b);

    if (x->kind != y->kind) {
        return false;
    }
    if (ct_idl_is_container(x)) {
        return ct_str_eq(x->c_name, y->c_name);
    }
    return x->kind != CT_IDL_NAMED || x->def == y->def;
}


/* Two types of one name are one type only if their parts are the same. */
static bool
is_same_container(const ct_idl_type_t *a, const ct_idl_type_t *b)
{
    return a->kind == b->kind && is_same(a->element, b->element)
           && (a->kind != CT_IDL_MAP || is_same(a->key, b->key));
}


/* The word that a name ends with, or begins with if that end is taken. */
static const char *
kind_word(const ct_idl_type_t *type)
{
    if (type->kind == CT_IDL_MAP) {
        return "map";
    }
    return type->kind == CT_IDL_SET ? "set" : "list";
}


/* Whether a definition has the name of the container or of its item. */
static bool
is_claimed(const ct_idl_t *idl, ct_str_t name)
{
    const ct_str_t type = ct_str_printf(idl->pool, "%.*s_t", CT_STR_ARG(name));
    const ct_str_t item =
        ct_str_printf(idl->pool, "%.*s_item_t", CT_STR_ARG(name));

    return ct_hash_find(&idl->c_names, type) != NULL
           || ct_hash_find(&idl->c_names, item) != NULL;
}


/* The name by the rule, whoever has it. */
static ct_str_t
first_choice(ct_idl_t *idl, const ct_idl_file_t *file, ct_str_t parts,
             const char *c_kind)
{
    const ct_str_t prefix = file->prefix;
    const ct_str_t name =
        ct_str_printf(idl->pool, "%.*s_%.*s_%s", CT_STR_ARG(prefix),
                      CT_STR_ARG(parts), c_kind);

    if (name.len > CT_IDL_MAX_C_NAME) {
        return ct_str_printf(idl->pool, "%.*s_x%016" PRIx64 "_%s",
                             CT_STR_ARG(prefix), ct_hash_of(parts), c_kind);
    }
    if (is_claimed(idl, name)) {
        return ct_str_printf(idl->pool, "%.*s_%s_of_%.*s", CT_STR_ARG(prefix),
                             c_kind, CT_STR_ARG(parts));
    }
    return name;
}


/*
 * Depth first: a part must have its name before the whole can.  The checker
 * has bounded the depth.  A name found in idl->containers with other parts is
 * another type's, so the next number is tried; there are never many, since
 * both names must be made of the same words.
 */
void
ct_idl_container_name(ct_idl_t *idl, ct_idl_type_t *type)
{
    const ct_idl_file_t *file = type->pos.file;
    ct_idl_type_t       *other;
    ct_str_t             parts;
    ct_str_t             name;

    if (!ct_idl_is_container(type) || type->c_name.data != NULL) {
        return;
    }
    ct_idl_container_name(idl, ct_idl_real(type->element));
    parts = ct_idl_container_part(file, type->element);
    if (type->kind == CT_IDL_MAP) {
        ct_idl_container_name(idl, ct_idl_real(type->key));
        parts =
            ct_str_printf(idl->pool, "%.*s_%.*s",
                          CT_STR_ARG(ct_idl_container_part(file, type->key)),
                          CT_STR_ARG(parts));
    }

    name = first_choice(idl, file, parts, kind_word(type));
    type->c_name = name;
    for (unsigned i = 2;; i++) {
        other = ct_hash_find(&idl->containers, type->c_name);
        if (other == NULL) {
            (void) ct_hash_add(&idl->containers, type->c_name, type);
            return;
        }
        if (is_same_container(type, other)) {
            return;
        }
        type->c_name = ct_str_printf(idl->pool, "%.*s_%u", CT_STR_ARG(name), i);
    }
}
