/*
 * ct_python_schema.c -- services that an application describes, as tables.
 *
 * Two rounds, since structs may contain themselves: the first lays out every
 * struct, where a struct inside is a pointer and a container is a list's head;
 * the second knows all sizes, and says how large the items of containers are.
 * The layout is nobody's but the codec's: no C struct is behind it.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_schema.h"

#include <string.h>

/* Containers inside containers, as deep as the codec writes. */
#define MAX_DEPTH CT_CODEC_DEPTH

/* What is being made; `why` is kept for the caller. */
typedef struct schema_s {
    ct_pool_t    *pool;
    const json_t *told; /* the list of structs */
    ct_struct_t  *structs;
    size_t        nstructs;
    const char   *c_why;
} schema_t;

typedef struct plain_s {
    const char      *c_name;
    const ct_type_t *type;
} plain_t;

static const plain_t plain_types[] = {
    { "bool", &ct_type_bool },     { "i8", &ct_type_i8 },
    { "i16", &ct_type_i16 },       { "i32", &ct_type_i32 },
    { "i64", &ct_type_i64 },       { "double", &ct_type_double },
    { "string", &ct_type_string }, { "binary", &ct_type_binary },
    { "uuid", &ct_type_uuid },
};


static ct_rc_t
fail(schema_t *schema, const char *c_why)
{
    schema->c_why = c_why;
    return CT_ERROR;
}


/* A copy of a member that is text; NULL when it is not. */
static const char *
text_of(ct_pool_t *pool, const json_t *value)
{
    const char *text = json_string_value(value);

    return text == NULL ? NULL : ct_str_dup_c(pool, ct_str_of(text));
}


/* The struct that a number names, or NULL. */
static const ct_struct_t *
struct_at(const schema_t *schema, const json_t *value)
{
    const json_int_t at =
        json_is_integer(value) ? json_integer_value(value) : -1;

    return at >= 0 && (size_t) at < schema->nstructs ? &schema->structs[at]
                                                     : NULL;
}


static const ct_type_t *
plain_find(const char *c_name)
{
    for (size_t i = 0; i < sizeof(plain_types) / sizeof(plain_types[0]); i++) {
        if (strcmp(plain_types[i].c_name, c_name) == 0) {
            return plain_types[i].type;
        }
    }
    return NULL;
}


/* Where a value of that type may begin. */
static size_t
align_of(ct_ttype_t ttype)
{
    switch (ttype) {
    case CT_T_BOOL:
    case CT_T_I8:
    case CT_T_UUID:
        return 1;
    case CT_T_I16:
        return 2;
    case CT_T_I32:
        return 4;
    case CT_T_STOP:
    case CT_T_VOID:
    case CT_T_DOUBLE:
    case CT_T_I64:
    case CT_T_STRING:
    case CT_T_STRUCT:
    case CT_T_MAP:
    case CT_T_SET:
    case CT_T_LIST:
        break;
    }
    return 8;
}


static size_t
round_up(size_t n, size_t align)
{
    return (n + align - 1) / align * align;
}


static const ct_type_t *type_read(schema_t *schema, const json_t *told,
                                  unsigned depth);


static ct_ttype_t
container_of(const char *c_kind)
{
    if (strcmp(c_kind, "list") == 0) {
        return CT_T_LIST;
    }
    if (strcmp(c_kind, "set") == 0) {
        return CT_T_SET;
    }
    return strcmp(c_kind, "map") == 0 ? CT_T_MAP : CT_T_STOP;
}


/* ["list", TYPE] and so on; its items' size comes in the second round. */
static const ct_type_t *
compound_read(schema_t *schema, const json_t *told, unsigned depth)
{
    const char *c_kind = json_string_value(json_array_get(told, 0));
    ct_type_t  *type = ct_pool_zalloc(schema->pool, sizeof(*type));

    if (c_kind == NULL || depth >= MAX_DEPTH) {
        return NULL;
    }
    if (strcmp(c_kind, "struct") == 0) {
        type->ttype = CT_T_STRUCT;
        type->strct = struct_at(schema, json_array_get(told, 1));
        return type->strct == NULL ? NULL : type;
    }
    type->ttype = container_of(c_kind);
    if (type->ttype == CT_T_STOP) {
        return NULL;
    }
    if (type->ttype == CT_T_MAP) {
        type->key = type_read(schema, json_array_get(told, 1), depth + 1);
        type->element = type_read(schema, json_array_get(told, 2), depth + 1);
        return type->key == NULL || type->element == NULL ? NULL : type;
    }
    type->element = type_read(schema, json_array_get(told, 1), depth + 1);
    return type->element == NULL ? NULL : type;
}


static const ct_type_t *
type_read(schema_t *schema, const json_t *told, unsigned depth)
{
    if (json_is_array(told)) {
        return compound_read(schema, told, depth);
    }
    return json_is_string(told) ? plain_find(json_string_value(told)) : NULL;
}


/* Bytes of a value as a field: of a struct it is a pointer. */
static size_t
field_size(const ct_type_t *type)
{
    return type->ttype == CT_T_STRUCT ? sizeof(void *) : ct_type_size(type);
}


/* Strings and structs say by themselves that they are not set. */
static bool
has_own_none(const ct_type_t *type)
{
    return type->ttype == CT_T_STRUCT || type->ttype == CT_T_STRING;
}


/* [ID, NAME, REQUIRED, TYPE] behind `*size` bytes, which grow. */
static ct_rc_t
field_read(schema_t *schema, const json_t *told, ct_field_t *field,
           size_t *size)
{
    const json_int_t id = json_integer_value(json_array_get(told, 0));

    field->name = text_of(schema->pool, json_array_get(told, 1));
    field->type = type_read(schema, json_array_get(told, 3), 0);
    if (field->name == NULL || field->type == NULL || id < INT16_MIN
        || id > INT16_MAX) {
        return fail(schema, "a field's description cannot be read");
    }
    field->id = (int16_t) id;
    field->head = CT_FIELD_HEAD(field->type->ttype, id);
    field->required =
        json_is_true(json_array_get(told, 2)) ? CT_REQUIRED : CT_OPTIONAL;
    *size = round_up(*size, align_of(field->type->ttype));
    field->offset = (uint32_t) *size;
    *size += field_size(field->type);
    field->has_offset = CT_NO_FLAG;
    if (!has_own_none(field->type)) {
        field->has_offset = (uint32_t) *size;
        *size += sizeof(bool);
    }
    return CT_OK;
}


static ct_rc_t
struct_read(schema_t *schema, const json_t *told, ct_struct_t *strct)
{
    const json_t *fields = json_object_get(told, "fields");
    const size_t  n = json_array_size(fields);
    ct_field_t   *made = ct_pool_zalloc(schema->pool, (n + 1) * sizeof(*made));
    size_t        size = 0;

    strct->name = text_of(schema->pool, json_object_get(told, "name"));
    if (strct->name == NULL || !json_is_array(fields) || n > UINT16_MAX) {
        return fail(schema, "a struct's description cannot be read");
    }
    for (size_t i = 0; i < n; i++) {
        if (field_read(schema, json_array_get(fields, i), &made[i], &size)
            != CT_OK) {
            return CT_ERROR;
        }
        if (i > 0 && made[i].id <= made[i - 1].id) {
            return fail(schema, "a struct's fields are not in order");
        }
        strct->nrequired += made[i].required == CT_REQUIRED;
    }
    strct->fields = made;
    strct->nfields = (uint32_t) n;
    strct->size = (uint32_t) round_up(size + 1, 8);
    strct->is_exception = json_is_true(json_object_get(told, "exception"));
    strct->initial = ct_pool_zalloc(schema->pool, strct->size);
    return CT_OK;
}


/* The second round.  The types are ours, whatever the tables call them. */
static void
type_settle(const ct_type_t *seen, unsigned depth)
{
    ct_type_t *type = (ct_type_t *) (uintptr_t) seen; /* Rule 33: see above. */
    size_t     align;

    if (seen->element == NULL || depth >= MAX_DEPTH) {
        return;
    }
    type_settle(seen->element, depth + 1);
    if (seen->key == NULL) {
        type->item_size = (uint32_t) ct_type_size(seen->element);
        return;
    }
    type_settle(seen->key, depth + 1);
    align = align_of(seen->element->ttype);
    type->value_offset = (uint32_t) round_up(ct_type_size(seen->key), align);
    if (align < align_of(seen->key->ttype)) {
        align = align_of(seen->key->ttype);
    }
    type->item_size = (uint32_t) round_up(
        type->value_offset + ct_type_size(seen->element), align);
}


static ct_rc_t
structs_read(schema_t *schema)
{
    schema->nstructs = json_array_size(schema->told);
    schema->structs = ct_pool_zalloc(
        schema->pool, (schema->nstructs + 1) * sizeof(*schema->structs));
    for (size_t i = 0; i < schema->nstructs; i++) {
        if (struct_read(schema, json_array_get(schema->told, i),
                        &schema->structs[i])
            != CT_OK) {
            return CT_ERROR;
        }
    }
    for (size_t i = 0; i < schema->nstructs; i++) {
        for (uint32_t j = 0; j < schema->structs[i].nfields; j++) {
            type_settle(schema->structs[i].fields[j].type, 0);
        }
    }
    return CT_OK;
}


static ct_rc_t
method_read(schema_t *schema, const json_t *told, ct_method_invoke_fn invoke,
            ct_method_t *method)
{
    const json_t *result = json_object_get(told, "result");

    method->name = text_of(schema->pool, json_object_get(told, "name"));
    method->args = struct_at(schema, json_object_get(told, "args"));
    method->result = struct_at(schema, result);
    method->oneway = json_is_null(result);
    method->invoke = invoke;
    if (method->name == NULL || method->args == NULL
        || (method->result == NULL && !method->oneway)) {
        return fail(schema, "a method's description cannot be read");
    }
    if (method->result != NULL) {
        schema->structs[json_integer_value(result)].is_result = true;
    }
    return CT_OK;
}


/* The one of that name, or NULL: then *c_why names the others. */
static const json_t *
service_find(ct_pool_t *pool, const json_t *told, ct_str_t name,
             const char **c_why)
{
    const json_t *services = json_object_get(told, "services");
    ct_str_t      others = CT_STR("it has no service");

    for (size_t i = 0; i < json_array_size(services); i++) {
        const json_t *service = json_array_get(services, i);
        const char   *c_name =
            json_string_value(json_object_get(service, "name"));

        if (c_name == NULL) {
            continue;
        }
        if (ct_str_eq_c(name, c_name)) {
            return service;
        }
        others = i == 0 ? ct_str_printf(pool, "it has service '%s'", c_name)
                        : ct_str_printf(pool, "%.*s, '%s'", CT_STR_ARG(others),
                                        c_name);
    }
    *c_why = ct_str_dup_c(pool, others);
    return NULL;
}


ct_rc_t
ct_python_schema_service(ct_pool_t *pool, const json_t *told, ct_str_t name,
                         ct_method_invoke_fn  invoke,
                         const ct_service_t **service, const char **c_why)
{
    schema_t      schema = { .pool = pool };
    const json_t *found = service_find(pool, told, name, c_why);
    const json_t *methods = json_object_get(found, "methods");
    ct_service_t *made = ct_pool_zalloc(pool, sizeof(*made));
    ct_method_t  *table;

    if (found == NULL) {
        return CT_DECLINED;
    }
    schema.told = json_array_get(
        json_object_get(told, "schemas"),
        (size_t) json_integer_value(json_object_get(found, "schema")));
    made->name = ct_str_dup_c(pool, name);
    made->nmethods = json_array_size(methods);
    table = ct_pool_zalloc(pool, (made->nmethods + 1) * sizeof(*table));
    made->methods = table;
    if (structs_read(&schema) != CT_OK) {
        *c_why = schema.c_why;
        return CT_ERROR;
    }
    for (size_t i = 0; i < made->nmethods; i++) {
        if (method_read(&schema, json_array_get(methods, i), invoke, &table[i])
            != CT_OK) {
            *c_why = schema.c_why;
            return CT_ERROR;
        }
    }
    *service = made;
    return CT_OK;
}
