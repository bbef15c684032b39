/*
 * ct_idl_check.c -- a parsed file made sound.
 *
 * In steps, each of which may rely on those before it: names are entered,
 * types resolved and measured, fields ordered, C names given, values compared
 * with their types, values counted.  A step with errors is the last one: the
 * next would report what follows from them.
 *
 *   step            | an error in it means
 *   file named      | no C name could begin with anything sound
 *   names entered   | two definitions of one name: which one is meant?
 *   types resolved  | a type without a definition, or without an end
 *   parts checked   | ids, names of fields, requiredness, enums, bases
 *   services        | bases that go in circles, methods given twice
 *   values compared | a value that is not of its type
 *   values counted  | a value without an end, or far too large
 *   C names given   | two things that would be one to the C compiler
 */

#include "core/ct_config.h"

#include "idl/ct_idl_check.h"

#include "idl/ct_idl_name.h"
#include "idl/ct_idl_report.h"

#include <stdlib.h>

/* What is done with each definition of a file. */
typedef ct_rc_t (*step_fn)(ct_idl_t *idl, ct_idl_def_t *def);


/*
 * For qsort, which keeps no order among equals: where ids are the same the
 * first one in the file comes first, so that the second one gets the blame.
 */
static int
compare_ids(const void *a, const void *b)
{
    const ct_idl_field_t *const *x = a;
    const ct_idl_field_t *const *y = b;

    if ((*x)->id != (*y)->id) {
        return (*x)->id < (*y)->id ? -1 : 1;
    }
    return (*x)->name.pos.text < (*y)->name.pos.text ? -1 : 1;
}


/* Fills def->by_id; two of one id are an error at the second. */
static ct_rc_t
order_fields(ct_idl_t *idl, ct_idl_def_t *def)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < def->fields.n; i++) {
        *(ct_idl_field_t **) ct_array_push(&def->by_id) =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);
    }
    if (def->by_id.n > 1) {
        qsort(def->by_id.items, def->by_id.n, def->by_id.item_size,
              compare_ids);
    }
    for (size_t i = 1; i < def->by_id.n; i++) {
        const ct_idl_field_t *a = CT_IDL_AT(ct_idl_field_t, &def->by_id, i - 1);
        const ct_idl_field_t *b = CT_IDL_AT(ct_idl_field_t, &def->by_id, i);

        if (a->id == b->id) {
            rc = ct_idl_error(idl, &b->name.pos,
                              "field id %d is taken by '%.*s'", b->id,
                              CT_STR_ARG(a->name.str));
        }
    }
    return rc;
}


/*
 * By the name as written; names that only meet in C, such as aB and a_b, are
 * seen when C names are given.
 */
static ct_rc_t
check_field_names(ct_idl_t *idl, ct_idl_def_t *def)
{
    ct_rc_t rc = CT_OK;

    ct_hash_init(&def->names, idl->pool);
    for (size_t i = 0; i < def->fields.n; i++) {
        ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (ct_hash_add(&def->names, field->name.str, field) != CT_OK) {
            rc = ct_idl_error(idl, &field->name.pos,
                              "there is a field '%.*s' already",
                              CT_STR_ARG(field->name.str));
        }
    }
    return rc;
}


/* Whether a field's C form can say "not set" by itself. */
static bool
can_be_null(ct_idl_type_t *type)
{
    const ct_idl_type_t *real = ct_idl_real(type);

    return real->kind == CT_IDL_STRING || real->kind == CT_IDL_BINARY
           || ct_idl_struct_of(type) != NULL;
}


/* A union's fields are all optional and none is there from the start. */
static void
loosen_union_field(ct_idl_t *idl, ct_idl_field_t *field)
{
    if (field->required == CT_IDL_REQUIRED) {
        ct_idl_warn(idl, &field->name.pos,
                    "a field of a union cannot be required, taken as optional");
    }
    if (field->value != NULL) {
        ct_idl_warn(idl, &field->value->pos,
                    "a field of a union has no default value, not used");
    }
    field->required = CT_IDL_OPTIONAL;
    field->value = NULL;
}


/* Whether a field that is not set has nothing to say so but a flag. */
static bool
needs_flag(const ct_idl_t *idl, const ct_idl_def_t *def,
           const ct_idl_field_t *field)
{
    const bool may_be_unset =
        idl->for_tables
        || (field->required == CT_IDL_OPTIONAL && !def->is_result);

    return may_be_unset && !can_be_null(field->type);
}


/*
 * The flag of each field is decided here, before names are given: it is a
 * member too and may meet another.
 */
static ct_rc_t
check_fields(ct_idl_t *idl, ct_idl_def_t *def)
{
    for (size_t i = 0; i < def->fields.n; i++) {
        ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (def->kind == CT_IDL_UNION) {
            loosen_union_field(idl, field);
        }
        field->has_flag = needs_flag(idl, def, field);
    }
    if (check_field_names(idl, def) != CT_OK) {
        return CT_ERROR;
    }
    return order_fields(idl, def);
}


/* Arguments are always sent; the word says nothing about them. */
static ct_rc_t
check_args(ct_idl_t *idl, ct_idl_def_t *args)
{
    for (size_t i = 0; i < args->fields.n; i++) {
        ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &args->fields, i);

        if (field->required == CT_IDL_OPTIONAL) {
            ct_idl_warn(idl, &field->name.pos,
                        "an argument cannot be optional, not used");
            field->required = CT_IDL_DEFAULT;
        }
    }
    return check_fields(idl, args);
}


/* `success` is as any field; all others are exceptions. */
static ct_rc_t
check_result(ct_idl_t *idl, ct_idl_def_t *result, bool has_success)
{
    for (size_t i = has_success; i < result->fields.n; i++) {
        ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &result->fields, i);
        const ct_idl_def_t *def = ct_idl_struct_of(field->type);

        if (def == NULL || def->kind != CT_IDL_EXCEPTION) {
            return ct_idl_error(idl, &field->type->pos,
                                "only an exception can be thrown");
        }
        field->required = CT_IDL_OPTIONAL;
        field->value = NULL;
    }
    return check_fields(idl, result);
}


/* Arguments and result are structs that nobody has written. */
static ct_rc_t
check_function(ct_idl_t *idl, const ct_idl_function_t *function)
{
    if (check_args(idl, function->args) != CT_OK) {
        return CT_ERROR;
    }
    if (function->result == NULL) {
        return CT_OK;
    }
    return check_result(idl, function->result,
                        function->type->kind != CT_IDL_VOID);
}


/* Finds the base, which has been checked unless it is of this file. */
static ct_rc_t
find_base(ct_idl_t *idl, ct_idl_def_t *def)
{
    if (def->base_name.str.data == NULL) {
        return CT_OK;
    }
    def->base = ct_idl_find_or_say(idl, def->file, &def->base_name, "service");
    if (def->base == NULL) {
        return CT_ERROR;
    }
    if (def->base->kind != CT_IDL_SERVICE) {
        def->base = NULL;
        return ct_idl_error(idl, &def->base_name.pos, "'%.*s' is not a service",
                            CT_STR_ARG(def->base_name.str));
    }
    return CT_OK;
}


/* A step over services: bases of bases end, and not too late. */
static ct_rc_t
check_bases(ct_idl_t *idl, ct_idl_def_t *def)
{
    const ct_idl_def_t *base = def->base;

    for (int i = 0; base != NULL; i++) {
        if (base == def) {
            return ct_idl_error(idl, &def->base_name.pos,
                                "service '%.*s' extends itself in the end",
                                CT_STR_ARG(def->name.str));
        }
        if (i > CT_IDL_MAX_DEPTH) {
            return ct_idl_error(idl, &def->base_name.pos,
                                "more than %d services extend each other",
                                CT_IDL_MAX_DEPTH);
        }
        base = base->base;
    }
    return CT_OK;
}


/* Own methods and inherited ones share one table. */
static ct_rc_t
check_methods(ct_idl_t *idl, ct_idl_def_t *def)
{
    ct_hash_t names;
    ct_rc_t   rc = CT_OK;

    ct_hash_init(&names, idl->pool);
    for (const ct_idl_def_t *base = def->base; base != NULL;
         base = base->base) {
        for (size_t i = 0; i < base->functions.n; i++) {
            ct_idl_function_t *function =
                CT_IDL_AT(ct_idl_function_t, &base->functions, i);

            (void) ct_hash_add(&names, function->name.str, function);
        }
    }
    for (size_t i = 0; i < def->functions.n; i++) {
        ct_idl_function_t *function =
            CT_IDL_AT(ct_idl_function_t, &def->functions, i);

        if (ct_hash_add(&names, function->name.str, function) != CT_OK) {
            rc = ct_idl_error(idl, &function->name.pos,
                              "there is a method '%.*s' already",
                              CT_STR_ARG(function->name.str));
        }
    }
    return rc;
}


/* Two names for one number are legal and mostly a slip. */
static ct_rc_t
check_enum(ct_idl_t *idl, const ct_idl_def_t *def)
{
    ct_hash_t names;
    ct_hash_t numbers;
    ct_rc_t   rc = CT_OK;

    ct_hash_init(&names, idl->pool);
    ct_hash_init(&numbers, idl->pool);
    for (size_t i = 0; i < def->values.n; i++) {
        ct_idl_enum_value_t *value =
            CT_IDL_AT(ct_idl_enum_value_t, &def->values, i);
        const ct_str_t number = { sizeof(value->value),
                                  (char *) &value->value };

        if (ct_hash_add(&names, value->name.str, value) != CT_OK) {
            rc = ct_idl_error(idl, &value->name.pos,
                              "there is a value '%.*s' already",
                              CT_STR_ARG(value->name.str));
        } else if (ct_hash_add(&numbers, number, value) != CT_OK) {
            const ct_idl_enum_value_t *other = ct_hash_find(&numbers, number);

            ct_idl_warn(idl, &value->name.pos,
                        "'%.*s' has the number %d of '%.*s'",
                        CT_STR_ARG(value->name.str), value->value,
                        CT_STR_ARG(other->name.str));
        }
    }
    return rc;
}


/* What can be said of a definition without looking at another one. */
static ct_rc_t
check_parts(ct_idl_t *idl, ct_idl_def_t *def)
{
    ct_rc_t rc = CT_OK;

    switch (def->kind) {
    case CT_IDL_STRUCT:
    case CT_IDL_UNION:
    case CT_IDL_EXCEPTION:
        return check_fields(idl, def);
    case CT_IDL_ENUM:
        return check_enum(idl, def);
    case CT_IDL_SERVICE:
        for (size_t i = 0; i < def->functions.n; i++) {
            if (check_function(idl,
                               CT_IDL_AT(ct_idl_function_t, &def->functions, i))
                != CT_OK) {
                rc = CT_ERROR;
            }
        }
        return find_base(idl, def) == CT_OK ? rc : CT_ERROR;
    case CT_IDL_TYPEDEF:
    case CT_IDL_CONST:
        break;
    }
    return CT_OK;
}


/* Behind check_parts, which has found the bases of all services. */
static ct_rc_t
check_service(ct_idl_t *idl, ct_idl_def_t *def)
{
    if (check_bases(idl, def) != CT_OK) {
        return CT_ERROR;
    }
    return check_methods(idl, def);
}


/* Every default of a struct, so that one run shows all that are wrong. */
static ct_rc_t
check_defaults(ct_idl_t *idl, const ct_idl_def_t *def)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < def->fields.n; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (field->value != NULL
            && ct_idl_check_value(idl, field->type, field->value) != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


static ct_rc_t
check_values(ct_idl_t *idl, ct_idl_def_t *def)
{
    ct_rc_t rc = check_defaults(idl, def);

    for (size_t i = 0; i < def->functions.n; i++) {
        if (check_defaults(
                idl, CT_IDL_AT(ct_idl_function_t, &def->functions, i)->args)
            != CT_OK) {
            rc = CT_ERROR;
        }
    }
    if (def->kind == CT_IDL_CONST
        && ct_idl_check_value(idl, def->type, def->value) != CT_OK) {
        rc = CT_ERROR;
    }
    return rc;
}


/*
 * Results are not looked at: they have no defaults.  The first error is
 * enough, since the others mostly come from the same circle.
 */
static ct_rc_t
check_sizes(ct_idl_t *idl, ct_idl_def_t *def)
{
    for (size_t i = 0; i < def->functions.n; i++) {
        if (ct_idl_check_size(
                idl, CT_IDL_AT(ct_idl_function_t, &def->functions, i)->args)
            != CT_OK) {
            return CT_ERROR;
        }
    }
    return ct_idl_check_size(idl, def);
}


/* One step over all definitions, in the order in which they are written. */
static ct_rc_t
check_each(ct_idl_t *idl, const ct_idl_file_t *file, step_fn step)
{
    ct_rc_t rc = CT_OK;

    for (size_t i = 0; i < file->defs.n && !ct_idl_is_enough(idl); i++) {
        if (step(idl, CT_IDL_AT(ct_idl_def_t, &file->defs, i)) != CT_OK) {
            rc = CT_ERROR;
        }
    }
    return rc;
}


/* Whatever the file is for. */
static ct_rc_t
check_meaning(ct_idl_t *idl, ct_idl_file_t *file)
{
    if (ct_idl_resolve_names(idl, file) != CT_OK
        || ct_idl_resolve_types(idl, file) != CT_OK
        || check_each(idl, file, check_parts) != CT_OK
        || check_each(idl, file, check_service) != CT_OK
        || check_each(idl, file, check_values) != CT_OK) {
        return CT_ERROR;
    }
    return check_each(idl, file, check_sizes);
}


ct_rc_t
ct_idl_check(ct_idl_t *idl, ct_idl_file_t *file)
{
    if (idl->for_tables) {
        return check_meaning(idl, file);
    }
    if (ct_idl_name_file(idl, file) != CT_OK
        || check_meaning(idl, file) != CT_OK
        || ct_idl_name_defs(idl, file) != CT_OK) {
        return CT_ERROR;
    }
    ct_idl_resolve_containers(idl, file);
    return CT_OK;
}
