/*
 * ct_idl_gen_type.c -- types as the header declares them.
 *
 * C wants a thing declared before it is used, the IDL does not.  Structs are
 * announced at the top, since fields hold them by pointer.  A typedef or an
 * enum is pulled before its first use.  A container is a struct of a count and
 * a pointer, so it only needs its item announced; but a map's item holds key
 * and value themselves, so it waits in `pending` for the structs among them.
 *
 * What it writes, for `struct Box { 1: optional list<Item> items }`:
 *
 *   typedef struct hello_item_list_s {
 *       size_t        n;
 *       hello_item_t *items;
 *   } hello_item_list_t;
 *
 *   struct hello_box_s {
 *       hello_item_list_t items;
 *       bool              has_items;
 *   };
 *
 *   extern const ct_struct_t hello_box_struct;
 *   hello_box_t *hello_box_new(ct_pool_t *pool);
 */

#include "core/ct_config.h"

#include "idl/ct_idl_gen.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_name.h"


/* Any value does in the table: only the name counts. */
bool
ct_idl_gen_once(ct_idl_gen_t *gen, ct_str_t name)
{
    return ct_hash_add(&gen->done, name, gen) == CT_OK;
}


/* `c_name` with _t behind it. */
static ct_str_t
type_name(ct_idl_gen_t *gen, ct_str_t c_name)
{
    return ct_str_printf(gen->pool, "%.*s_t", CT_STR_ARG(c_name));
}


ct_str_t
ct_idl_gen_c_type(ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    static const char *const names[] = {
        [CT_IDL_VOID] = "void",       [CT_IDL_BOOL] = "bool",
        [CT_IDL_I8] = "int8_t",       [CT_IDL_I16] = "int16_t",
        [CT_IDL_I32] = "int32_t",     [CT_IDL_I64] = "int64_t",
        [CT_IDL_DOUBLE] = "double",   [CT_IDL_STRING] = "ct_str_t",
        [CT_IDL_BINARY] = "ct_str_t", [CT_IDL_UUID] = "ct_uuid_t",
    };

    if (type->kind == CT_IDL_NAMED) {
        return type_name(gen, type->def->c_name);
    }
    if (ct_idl_is_container(type)) {
        return type_name(gen, type->c_name);
    }
    return ct_str_of(names[type->kind]);
}


ct_str_t
ct_idl_gen_real_c_type(ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    return ct_idl_gen_c_type(gen, ct_idl_real(type));
}


/*
 * int32_t and an anonymous enum: any number may come from a peer, and what a C
 * enum does with one that it does not know is left to the compiler.
 */
static void
declare_enum(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    ct_idl_out_t *out = &gen->out;

    ct_idl_out_doc(out, def->doc, 0);
    ct_idl_out_print(out, "typedef int32_t %.*s_t;\n\n",
                     CT_STR_ARG(def->c_name));
    if (def->values.n > 0) {
        ct_idl_out_str(out, CT_STR("enum {\n"));
    }
    for (size_t i = 0; i < def->values.n; i++) {
        const ct_idl_enum_value_t *value =
            CT_IDL_AT(ct_idl_enum_value_t, &def->values, i);

        ct_idl_out_doc(out, value->doc, CT_IDL_OUT_INDENT);
        ct_idl_out_print(out, "    %.*s = ", CT_STR_ARG(value->c_name));
        if (value->value == INT32_MIN) {
            /* C reads the number first and its sign later. */
            ct_idl_out_print(out, "-%d - 1,\n", INT32_MAX);
        } else {
            ct_idl_out_print(out, "%d,\n", value->value);
        }
    }
    if (def->values.n > 0) {
        ct_idl_out_str(out, CT_STR("};\n\n"));
    }
    ct_idl_out_print(out, "extern const ct_enum_t %.*s_enum;\n\n",
                     CT_STR_ARG(def->c_name));
}


/* A typedef of a struct is one too: a pointer's star comes with the field. */
static void
declare_typedef(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    ct_idl_gen_need(gen, def->type);
    ct_idl_out_doc(&gen->out, def->doc, 0);
    ct_idl_out_typedef(
        &gen->out,
        ct_str_printf(gen->pool, "typedef %.*s",
                      CT_STR_ARG(ct_idl_gen_c_type(gen, def->type))),
        type_name(gen, def->c_name), 0);
    ct_idl_out_str(&gen->out, CT_STR("\n"));
}


/* Whether the struct that a type is, if any, stands complete. */
static bool
is_complete(const ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    const ct_idl_def_t *def = ct_idl_struct_of(type);

    return def == NULL || def->file != gen->file
           || def->header_mark == CT_IDL_CLOSED;
}


/*
 * Files of one namespace may need the same container and be included side by
 * side: then each declares it, and the first one is for all.
 */
static void
begin_shared(ct_idl_gen_t *gen, ct_str_t c_name)
{
    const ct_str_t upper = ct_idl_upper(gen->pool, c_name);

    if (gen->file->has_prefix) {
        ct_idl_out_print(&gen->out, "#ifndef %.*s_T\n#define %.*s_T\n",
                         CT_STR_ARG(upper), CT_STR_ARG(upper));
    }
}


static void
end_shared(ct_idl_gen_t *gen)
{
    if (gen->file->has_prefix) {
        ct_idl_out_str(&gen->out, CT_STR("#endif\n"));
    }
    ct_idl_out_str(&gen->out, CT_STR("\n"));
}


/* `name` is the item's, without _t. */
static ct_str_t
item_name(ct_idl_gen_t *gen, const ct_idl_type_t *map)
{
    return ct_str_printf(gen->pool, "%.*s_item", CT_STR_ARG(map->c_name));
}


/* A key of a struct stands in its item by itself, as does a value. */
static void
declare_item(ct_idl_gen_t *gen, const ct_idl_type_t *map)
{
    const ct_idl_member_t members[] = {
        { CT_STR_NONE, ct_idl_gen_real_c_type(gen, map->key), CT_STR("key") },
        { CT_STR_NONE, ct_idl_gen_real_c_type(gen, map->element),
          CT_STR("value") },
    };

    ct_idl_out_print(&gen->out, "struct %.*s_s {\n",
                     CT_STR_ARG(item_name(gen, map)));
    ct_idl_out_members(&gen->out, members, CT_ARRAY_LEN(members));
    ct_idl_out_str(&gen->out, CT_STR("};\n"));
}


/* Whether the structs that a map's item holds stand complete. */
static bool
is_ready(const ct_idl_gen_t *gen, const ct_idl_type_t *map)
{
    return is_complete(gen, map->key) && is_complete(gen, map->element);
}


/* The items of maps whose structs have all come. */
static void
declare_pending(ct_idl_gen_t *gen)
{
    for (size_t i = 0; i < gen->pending.n; i++) {
        ct_idl_type_t **map = ct_array_at(&gen->pending, i);

        if (*map != NULL && is_ready(gen, *map)) {
            begin_shared(gen, item_name(gen, *map));
            declare_item(gen, *map);
            end_shared(gen);
            *map = NULL;
        }
    }
}


/* A count and a pointer; `item` is what it points to. */
static void
declare_shape(ct_idl_gen_t *gen, ct_str_t c_name, ct_str_t item)
{
    const ct_idl_member_t members[] = {
        { CT_STR_NONE, CT_STR("size_t"), CT_STR("n") },
        { CT_STR_NONE, item, CT_STR("*items") },
    };

    ct_idl_out_print(&gen->out, "typedef struct %.*s_s {\n",
                     CT_STR_ARG(c_name));
    ct_idl_out_members(&gen->out, members, CT_ARRAY_LEN(members));
    ct_idl_out_print(&gen->out, "} %.*s_t;\n", CT_STR_ARG(c_name));
}


/* A map's item is announced, and follows as soon as it can. */
static void
declare_map(ct_idl_gen_t *gen, ct_idl_type_t *map)
{
    const ct_str_t name = item_name(gen, map);

    ct_idl_out_typedef(
        &gen->out,
        ct_str_printf(gen->pool, "typedef struct %.*s_s", CT_STR_ARG(name)),
        type_name(gen, name), 0);
    ct_idl_out_str(&gen->out, CT_STR("\n"));
    declare_shape(gen, map->c_name, type_name(gen, name));
    if (is_ready(gen, map)) {
        ct_idl_out_str(&gen->out, CT_STR("\n"));
        declare_item(gen, map);
    } else {
        *(ct_idl_type_t **) ct_array_push(&gen->pending) = map;
    }
}


static void
declare_container(ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    begin_shared(gen, type->c_name);
    if (type->kind == CT_IDL_MAP) {
        declare_map(gen, type);
    } else {
        declare_shape(gen, type->c_name,
                      ct_idl_gen_real_c_type(gen, type->element));
    }
    end_shared(gen);
}


/* Containers are written by their real types, so no typedef stands in one. */
static void
need_container(ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    if (type->pos.file != gen->file || !ct_idl_gen_once(gen, type->c_name)) {
        return;
    }
    if (type->key != NULL) {
        ct_idl_gen_need(gen, ct_idl_real(type->key));
    }
    ct_idl_gen_need(gen, ct_idl_real(type->element));
    declare_container(gen, type);
}


/*
 * Only what this file defines: included headers stand before.  Structs need
 * nothing, they have been announced.
 */
void
ct_idl_gen_need(ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    if (ct_idl_is_container(type)) {
        need_container(gen, type);
    } else if (type->kind == CT_IDL_NAMED && type->def->file == gen->file
               && !ct_idl_is_struct(type->def)) {
        ct_idl_gen_declare(gen, type->def);
    }
}


/* What a field is in C: a struct by pointer, all else as it is. */
static ct_idl_member_t
member_of(ct_idl_gen_t *gen, const ct_idl_field_t *field)
{
    const bool is_pointer = ct_idl_struct_of(field->type) != NULL;

    return (ct_idl_member_t){
        .doc = field->doc,
        .type = ct_idl_gen_c_type(gen, field->type),
        .name = ct_str_printf(gen->pool, "%s%.*s", is_pointer ? "*" : "",
                              CT_STR_ARG(field->c_name)),
    };
}


/* A member that is not in the file: a flag, or the one of an empty struct. */
static void
push_member(ct_array_t *members, ct_str_t type, ct_str_t name)
{
    *(ct_idl_member_t *) ct_array_push(members) =
        (ct_idl_member_t){ CT_STR_NONE, type, name };
}


/* All fields, then the flags together: they pack better at the end. */
static void
write_members(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    ct_array_t members;

    ct_array_init(&members, gen->pool, sizeof(ct_idl_member_t));
    for (size_t i = 0; i < def->fields.n; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        *(ct_idl_member_t *) ct_array_push(&members) = member_of(gen, field);
    }
    for (size_t i = 0; i < def->fields.n; i++) {
        const ct_idl_field_t *field =
            CT_IDL_AT(ct_idl_field_t, &def->fields, i);

        if (field->has_flag) {
            push_member(&members, CT_STR("bool"),
                        ct_str_printf(gen->pool, "has_%.*s",
                                      CT_STR_ARG(field->c_name)));
        }
    }
    if (members.n == 0) {
        /* C has no empty struct, and in C++ one would be of another size. */
        push_member(&members, CT_STR("char"), CT_STR("empty_"));
    }
    ct_idl_out_members(&gen->out, members.items, members.n);
}


/*
 * A struct of the file has been announced and is only completed; arguments and
 * results are met here first.
 */
void
ct_idl_gen_declare_struct(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    ct_idl_out_t *out = &gen->out;
    const bool    is_announced =
        def->name.str.data != NULL
        && ct_hash_find(&def->file->names, def->name.str) == def;

    for (size_t i = 0; i < def->fields.n; i++) {
        ct_idl_gen_need(gen, CT_IDL_AT(ct_idl_field_t, &def->fields, i)->type);
    }
    ct_idl_out_doc(out, def->doc, 0);
    ct_idl_out_print(out, "%sstruct %.*s_s {\n", is_announced ? "" : "typedef ",
                     CT_STR_ARG(def->c_name));
    write_members(gen, def);
    if (is_announced) {
        ct_idl_out_str(out, CT_STR("};\n\n"));
    } else {
        ct_idl_out_print(out, "} %.*s_t;\n\n", CT_STR_ARG(def->c_name));
    }
    ct_idl_out_print(out, "extern const ct_struct_t %.*s_struct;\n\n",
                     CT_STR_ARG(def->c_name));
    def->header_mark = CT_IDL_CLOSED;
}


/* For exceptions above all, which a handler makes in the pool of its call. */
static void
declare_maker(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    const ct_str_t parameters[] = { CT_STR_INIT("ct_pool_t *pool") };

    ct_idl_out_print(&gen->out,
                     "/* One in `pool`, its fields as their defaults say. */\n"
                     "%.*s_t *%.*s_new",
                     CT_STR_ARG(def->c_name), CT_STR_ARG(def->c_name));
    ct_idl_out_arguments(&gen->out, parameters, CT_ARRAY_LEN(parameters), 1);
    ct_idl_out_str(&gen->out, CT_STR(";\n\n"));
}


/*
 * A definition that is being declared is not declared again: a typedef of a
 * list of structs may lead to itself through one of them.
 */
void
ct_idl_gen_declare(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    if (def->header_mark != CT_IDL_NEW) {
        return;
    }
    def->header_mark = CT_IDL_OPEN;
    switch (def->kind) {
    case CT_IDL_TYPEDEF:
        declare_typedef(gen, def);
        break;
    case CT_IDL_ENUM:
        declare_enum(gen, def);
        break;
    case CT_IDL_STRUCT:
    case CT_IDL_UNION:
    case CT_IDL_EXCEPTION:
        ct_idl_gen_declare_struct(gen, def);
        declare_maker(gen, def);
        declare_pending(gen);
        break;
    case CT_IDL_CONST:
        ct_idl_gen_need(gen, def->type);
        ct_idl_gen_declare_const(gen, def);
        break;
    case CT_IDL_SERVICE:
        ct_idl_gen_declare_service(gen, def);
        break;
    }
    def->header_mark = CT_IDL_CLOSED;
}
