/*
 * compare.c -- what cthriftc wrote of torture.thrift against what
 * ct_idl_describe makes of the same file, field by field, byte by byte.
 *
 * t/idl.t compiles it with the generated code: compare FILE...
 */

#include <cthrift.h>

#include "idl/ct_idl.h"
#include "idl/ct_idl_describe.h"
#include "torture.gen.h"
#include "torture_uuid.gen.h"

#include <stdio.h>

/* Structs that have been compared, or are being: they hold each other. */
#define MAX_SEEN 512

typedef struct compare_s {
    const ct_struct_t *seen[MAX_SEEN];
    size_t             nseen;
    size_t             nwrong;
} compare_t;


/* The stubs want one; nobody calls them here. */
ct_rc_t
ct_client_call(ct_client_t *client, const ct_method_t *method, const void *args,
               void *result)
{
    (void) client;
    (void) method;
    (void) args;
    (void) result;
    return CT_ERROR;
}


static void
check(compare_t *compare, bool is_same, const char *c_where, const char *c_what)
{
    if (!is_same) {
        printf("%s: %s differs\n", c_where, c_what);
        compare->nwrong++;
    }
}


static bool
is_same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}


static void compare_struct(compare_t *compare, const ct_struct_t *a,
                           const ct_struct_t *b);


static void
compare_enum(compare_t *compare, const ct_enum_t *a, const ct_enum_t *b)
{
    if (a == NULL || b == NULL) {
        check(compare, a == b, "enum", "presence");
        return;
    }
    check(compare, is_same_text(a->name, b->name), a->name, "name");
    check(compare, a->n == b->n, a->name, "number of values");
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        check(compare, is_same_text(a->values[i].name, b->values[i].name),
              a->name, "name of a value");
        check(compare, a->values[i].value == b->values[i].value, a->name,
              "value");
    }
}


static void
compare_type(compare_t *compare, const ct_type_t *a, const ct_type_t *b,
             const char *c_where)
{
    if (a == NULL || b == NULL) {
        check(compare, a == b, c_where, "presence of a type");
        return;
    }
    check(compare, a->ttype == b->ttype, c_where, "type");
    check(compare, a->is_binary == b->is_binary, c_where, "is_binary");
    check(compare, a->item_size == b->item_size, c_where, "item_size");
    check(compare, a->value_offset == b->value_offset, c_where, "value_offset");
    compare_enum(compare, a->enumeration, b->enumeration);
    compare_type(compare, a->key, b->key, c_where);
    compare_type(compare, a->element, b->element, c_where);
    if (a->strct != NULL && b->strct != NULL) {
        compare_struct(compare, a->strct, b->strct);
    }
}


static void
compare_field(compare_t *compare, const ct_field_t *a, const ct_field_t *b)
{
    check(compare, is_same_text(a->name, b->name), a->name, "name");
    check(compare, a->id == b->id, a->name, "id");
    check(compare, a->required == b->required, a->name, "requiredness");
    check(compare, a->offset == b->offset, a->name, "offset");
    check(compare, a->has_offset == b->has_offset, a->name, "has_offset");
    check(compare, a->head == b->head, a->name, "head");
    compare_type(compare, a->type, b->type, a->name);
}


static void compare_value(compare_t *compare, const ct_type_t *type,
                          const void *a, const void *b, const char *c_where);


/* Two values of a struct, by its fields. */
static void
compare_fields(compare_t *compare, const ct_struct_t *strct, const void *a,
               const void *b)
{
    for (uint32_t i = 0; i < strct->nfields; i++) {
        const ct_field_t *field = &strct->fields[i];
        const char       *x = (const char *) a + field->offset;
        const char       *y = (const char *) b + field->offset;

        if (field->has_offset != CT_NO_FLAG) {
            check(compare,
                  *((const char *) a + field->has_offset)
                      == *((const char *) b + field->has_offset),
                  field->name, "presence of a default");
        }
        if (field->type->ttype == CT_T_STRUCT) {
            const void *p = *(void *const *) (const void *) x;
            const void *q = *(void *const *) (const void *) y;

            check(compare, (p == NULL) == (q == NULL), field->name, "pointer");
            if (p != NULL && q != NULL) {
                compare_fields(compare, field->type->strct, p, q);
            }
        } else {
            compare_value(compare, field->type, x, y, field->name);
        }
    }
}


static void
compare_items(compare_t *compare, const ct_type_t *type, const ct_list_t *a,
              const ct_list_t *b, const char *c_where)
{
    check(compare, a->n == b->n, c_where, "number of items");
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        const char *x = (const char *) a->items + i * type->item_size;
        const char *y = (const char *) b->items + i * type->item_size;

        if (type->key != NULL) {
            compare_value(compare, type->key, x, y, c_where);
        }
        compare_value(compare, type->element, x + type->value_offset,
                      y + type->value_offset, c_where);
    }
}


static void
compare_value(compare_t *compare, const ct_type_t *type, const void *a,
              const void *b, const char *c_where)
{
    if (type->ttype == CT_T_STRUCT) {
        compare_fields(compare, type->strct, a, b);
    } else if (type->element != NULL) {
        compare_items(compare, type, a, b, c_where);
    } else if (type->ttype == CT_T_STRING) {
        const ct_str_t *x = a;
        const ct_str_t *y = b;

        check(compare, (x->data == NULL) == (y->data == NULL), c_where, "text");
        check(compare, ct_str_eq(*x, *y), c_where, "text");
    } else {
        check(compare, memcmp(a, b, ct_type_size(type)) == 0, c_where, "value");
    }
}


static void
compare_struct(compare_t *compare, const ct_struct_t *a, const ct_struct_t *b)
{
    for (size_t i = 0; i < compare->nseen; i++) {
        if (compare->seen[i] == a) {
            return;
        }
    }
    CT_ASSERT(compare->nseen < MAX_SEEN);
    compare->seen[compare->nseen++] = a;

    check(compare, is_same_text(a->name, b->name), a->name, "name");
    check(compare, a->size == b->size, a->name, "size");
    check(compare, a->nfields == b->nfields, a->name, "number of fields");
    check(compare, a->nrequired == b->nrequired, a->name, "nrequired");
    check(compare, a->is_union == b->is_union, a->name, "is_union");
    check(compare, a->is_exception == b->is_exception, a->name, "is_exception");
    check(compare, a->is_result == b->is_result, a->name, "is_result");
    if (a->nfields != b->nfields || a->size != b->size) {
        return;
    }
    for (uint32_t i = 0; i < a->nfields; i++) {
        compare_field(compare, &a->fields[i], &b->fields[i]);
    }
    compare_fields(compare, a, a->initial, b->initial);
}


static const ct_idl_function_t *
find_function(const ct_idl_def_t *service, const char *c_name)
{
    for (; service != NULL; service = service->base) {
        for (size_t i = 0; i < service->functions.n; i++) {
            const ct_idl_function_t *function =
                CT_IDL_AT(ct_idl_function_t, &service->functions, i);

            if (ct_str_eq_c(function->name.str, c_name)) {
                return function;
            }
        }
    }
    return NULL;
}


static void
compare_service(compare_t *compare, const ct_service_t *service,
                const ct_idl_file_t *file)
{
    const ct_idl_def_t *def =
        ct_hash_find(&file->names, ct_str_of(service->name));

    check(compare, def != NULL, service->name, "presence");
    for (size_t i = 0; i < service->nmethods && def != NULL; i++) {
        const ct_method_t       *method = &service->methods[i];
        const ct_idl_function_t *function = find_function(def, method->name);

        check(compare, function != NULL, method->name, "presence");
        if (function == NULL) {
            continue;
        }
        compare_struct(compare, method->args, function->args->description);
        check(compare, method->oneway == function->oneway, method->name,
              "oneway");
        check(compare, (method->result == NULL) == (function->result == NULL),
              method->name, "result");
        if (method->result != NULL && function->result != NULL) {
            compare_struct(compare, method->result,
                           function->result->description);
        }
    }
}


static void
print_message(const ct_idl_message_t *message, void *data)
{
    (void) data;
    printf("%.*s:%u: %.*s\n", CT_STR_ARG(message->path), message->line,
           CT_STR_ARG(message->text));
}


int
main(int argc, char **argv)
{
    static const ct_service_t *const services[] = {
        &torture_torture_service,
        &torture_uuid_torture_uuid_service,
    };
    ct_pool_t     *pool = ct_pool_create(4096);
    ct_idl_file_t *files[CT_ARRAY_LEN(services)];
    compare_t      compare = { .nseen = 0 };
    ct_idl_t       idl;

    if (argc != 1 + (int) CT_ARRAY_LEN(services)) {
        return 2;
    }
    ct_idl_init(&idl, pool, print_message, NULL);
    for (size_t i = 0; i < CT_ARRAY_LEN(services); i++) {
        if (ct_idl_load(&idl, argv[i + 1], &files[i]) != CT_OK) {
            return 1;
        }
    }
    if (ct_idl_describe(&idl) != CT_OK) {
        return 1;
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(services); i++) {
        compare_service(&compare, services[i], files[i]);
    }
    printf("%zu structs, %zu differences\n", compare.nseen, compare.nwrong);
    ct_pool_destroy(pool);
    return compare.nwrong == 0 ? 0 : 1;
}
