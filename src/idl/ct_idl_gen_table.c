/*
 * ct_idl_gen_table.c -- types, enums and structs as `const` tables.
 *
 * A type's table is static and comes once, before the first field that needs
 * it, its parts before it.  A struct's table is extern, so structs may point
 * at each other in circles and from other files.  Statics are named without
 * the file's prefix: item_fields, i32_list_type, shared_color_type.
 *
 * What it writes, for each struct:
 *
 *   static const ct_type_t item_list_type = { ... };  types of its fields
 *   static const ct_field_t box_fields[] = { ... };   ascending by id
 *   static const hello_box_t box_initial = { ... };   its defaults
 *   const ct_struct_t hello_box_struct = { ... };
 */

#include "core/ct_config.h"

#include "idl/ct_idl_gen.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_container.h"
#include "idl/ct_idl_name.h"


/* The words that the static tables of a definition begin with. */
static ct_str_t
local(const ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    return ct_idl_local_name(gen->file, def->c_name);
}


/* What stands behind `&` for a type's table. */
static ct_str_t
table_of(ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    const ct_idl_type_t *real = ct_idl_real(type);
    const ct_str_t       part = ct_idl_container_part(gen->file, type);

    if (!ct_idl_is_container(real) && real->kind != CT_IDL_NAMED) {
        return ct_str_printf(gen->pool, "ct_type_%.*s", CT_STR_ARG(part));
    }
    return ct_str_printf(gen->pool, "%.*s_type", CT_STR_ARG(part));
}


/* The wire's name of a type. */
static const char *
ttype_of(const ct_idl_type_t *real)
{
    switch (real->kind) {
    case CT_IDL_BOOL:
        return "CT_T_BOOL";
    case CT_IDL_I8:
        return "CT_T_I8";
    case CT_IDL_I16:
        return "CT_T_I16";
    case CT_IDL_I32:
        return "CT_T_I32";
    case CT_IDL_I64:
        return "CT_T_I64";
    case CT_IDL_DOUBLE:
        return "CT_T_DOUBLE";
    case CT_IDL_STRING:
    case CT_IDL_BINARY:
        return "CT_T_STRING";
    case CT_IDL_UUID:
        return "CT_T_UUID";
    case CT_IDL_LIST:
        return "CT_T_LIST";
    case CT_IDL_SET:
        return "CT_T_SET";
    case CT_IDL_MAP:
        return "CT_T_MAP";
    case CT_IDL_NAMED:
        return real->def->kind == CT_IDL_ENUM ? "CT_T_I32" : "CT_T_STRUCT";
    case CT_IDL_VOID:
        break;
    }
    return "CT_T_VOID";
}


/*
 * Through the extern table of the enum or struct, which may be of another file
 * and may lead back here.
 */
static void
define_named(ct_idl_gen_t *gen, const ct_idl_type_t *real)
{
    const bool is_enum = real->def->kind == CT_IDL_ENUM;

    ct_idl_out_print(&gen->out,
                     "    .ttype = %s,\n"
                     "    .%s = &%.*s_%s,\n",
                     ttype_of(real), is_enum ? "enumeration" : "strct",
                     CT_STR_ARG(real->def->c_name),
                     is_enum ? "enum" : "struct");
}


/* Sizes and offsets are left to the compiler, which knows them best. */
static void
define_container(ct_idl_gen_t *gen, const ct_idl_type_t *real)
{
    ct_idl_out_t  *out = &gen->out;
    const ct_str_t name = real->c_name;

    ct_idl_out_print(out, "    .ttype = %s,\n", ttype_of(real));
    if (real->kind == CT_IDL_MAP) {
        ct_idl_out_print(out, "    .key = &%.*s,\n",
                         CT_STR_ARG(table_of(gen, real->key)));
    }
    ct_idl_out_print(out, "    .element = &%.*s,\n",
                     CT_STR_ARG(table_of(gen, real->element)));
    if (real->kind == CT_IDL_MAP) {
        const bool fits = name.len
                              + sizeof("    .value_offset = "
                                       "offsetof(_item_t, value),")
                          <= CT_IDL_OUT_WIDTH;

        ct_idl_out_print(out,
                         "    .item_size = sizeof(%.*s_item_t),\n"
                         "    .value_offset =%soffsetof(%.*s_item_t, value),\n",
                         CT_STR_ARG(name), fits ? " " : "\n        ",
                         CT_STR_ARG(name));
    } else {
        ct_idl_out_print(
            out, "    .item_size = sizeof(%.*s),\n",
            CT_STR_ARG(ct_idl_gen_real_c_type(gen, real->element)));
    }
}


/* The table of a type that has parts or a name, and of its parts, once. */
static void
define_type(ct_idl_gen_t *gen, ct_idl_type_t *type)
{
    const ct_idl_type_t *real = ct_idl_real(type);
    const bool           is_container = ct_idl_is_container(real);
    const ct_str_t       table = table_of(gen, type);

    if ((!is_container && real->kind != CT_IDL_NAMED)
        || !ct_idl_gen_once(gen, table)) {
        return;
    }
    if (real->kind == CT_IDL_MAP) {
        define_type(gen, real->key);
    }
    if (is_container) {
        define_type(gen, real->element);
    }
    ct_idl_out_print(&gen->out, "static const ct_type_t %.*s = {\n",
                     CT_STR_ARG(table));
    if (is_container) {
        define_container(gen, real);
    } else {
        define_named(gen, real);
    }
    ct_idl_out_str(&gen->out, CT_STR("};\n\n"));
}


/* An enum without values would need an array of none, which C has not. */
void
ct_idl_gen_define_enum(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    ct_idl_out_t  *out = &gen->out;
    const ct_str_t name = local(gen, def);

    if (def->values.n == 0) {
        ct_idl_out_print(out, "const ct_enum_t %.*s_enum = { ",
                         CT_STR_ARG(def->c_name));
        ct_idl_out_literal(out, def->name.str);
        ct_idl_out_str(out, CT_STR(", NULL, 0 };\n\n\n"));
        return;
    }
    ct_idl_out_print(out, "static const ct_enum_value_t %.*s_values[] = {\n",
                     CT_STR_ARG(name));
    for (size_t i = 0; i < def->values.n; i++) {
        const ct_idl_enum_value_t *value =
            CT_IDL_AT(ct_idl_enum_value_t, &def->values, i);

        ct_idl_out_print(out, "    { \"%.*s\", %.*s },\n",
                         CT_STR_ARG(value->name.str),
                         CT_STR_ARG(value->c_name));
    }
    ct_idl_out_print(out,
                     "};\n\n"
                     "const ct_enum_t %.*s_enum = {\n"
                     "    .name = \"%.*s\",\n"
                     "    .values = %.*s_values,\n"
                     "    .n = CT_ARRAY_LEN(%.*s_values),\n"
                     "};\n\n\n",
                     CT_STR_ARG(def->c_name), CT_STR_ARG(def->name.str),
                     CT_STR_ARG(name), CT_STR_ARG(name));
}


/* The line of a field's table; default requiredness is zero and left out. */
static const char *
required_line(ct_idl_required_t required)
{
    switch (required) {
    case CT_IDL_DEFAULT:
        return "";
    case CT_IDL_REQUIRED:
        return "        .required = CT_REQUIRED,\n";
    case CT_IDL_OPTIONAL:
        return "        .required = CT_OPTIONAL,\n";
    }
    return "";
}


/* `.offset = offsetof(type, member),` and the like. */
static void
write_offset(ct_idl_gen_t *gen, const char *c_what, const ct_idl_def_t *def,
             ct_str_t member)
{
    const ct_str_t arguments[] = {
        ct_str_printf(gen->pool, "%.*s_t", CT_STR_ARG(def->c_name)),
        member,
    };

    ct_idl_out_print(&gen->out, "        .%s = offsetof", c_what);
    ct_idl_out_arguments(&gen->out, arguments, CT_ARRAY_LEN(arguments), 1);
    ct_idl_out_str(&gen->out, CT_STR(",\n"));
}


/* Offsets by name, so that a member can never stand elsewhere. */
static void
define_field(ct_idl_gen_t *gen, const ct_idl_def_t *def,
             const ct_idl_field_t *field)
{
    ct_idl_out_print(&gen->out,
                     "    {\n"
                     "        .name = \"%.*s\",\n"
                     "        .type = &%.*s,\n"
                     "        .id = %d,\n"
                     "%s",
                     CT_STR_ARG(field->name.str),
                     CT_STR_ARG(table_of(gen, field->type)), field->id,
                     required_line(field->required));
    write_offset(gen, "offset", def, field->c_name);
    if (field->has_flag) {
        write_offset(
            gen, "has_offset", def,
            ct_str_printf(gen->pool, "has_%.*s", CT_STR_ARG(field->c_name)));
    } else {
        ct_idl_out_str(&gen->out,
                       CT_STR("        .has_offset = CT_NO_FLAG,\n"));
    }
    ct_idl_out_print(&gen->out,
                     "        .head = CT_FIELD_HEAD(%s, %d),\n"
                     "    },\n",
                     ttype_of(ct_idl_real(field->type)), field->id);
}


/* Types first, then the fields by id; gives back how many are required. */
static size_t
define_fields(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    size_t nrequired = 0;

    for (size_t i = 0; i < def->by_id.n; i++) {
        const ct_idl_field_t *field = CT_IDL_AT(ct_idl_field_t, &def->by_id, i);

        define_type(gen, field->type);
        nrequired += field->required == CT_IDL_REQUIRED;
    }
    if (def->by_id.n == 0) {
        return 0;
    }
    ct_idl_out_print(&gen->out, "static const ct_field_t %.*s_fields[] = {\n",
                     CT_STR_ARG(local(gen, def)));
    for (size_t i = 0; i < def->by_id.n; i++) {
        define_field(gen, def, CT_IDL_AT(ct_idl_field_t, &def->by_id, i));
    }
    ct_idl_out_str(&gen->out, CT_STR("};\n\n"));
    return nrequired;
}


/* The struct's table; members that are zero are left out. */
static void
define_table(ct_idl_gen_t *gen, const ct_idl_def_t *def, size_t nrequired)
{
    ct_idl_out_t  *out = &gen->out;
    const ct_str_t name = local(gen, def);

    ct_idl_out_print(out,
                     "const ct_struct_t %.*s_struct = {\n"
                     "    .name = \"%.*s\",\n",
                     CT_STR_ARG(def->c_name), CT_STR_ARG(def->name.str));
    if (def->by_id.n > 0) {
        ct_idl_out_print(out,
                         "    .fields = %.*s_fields,\n"
                         "    .nfields = CT_ARRAY_LEN(%.*s_fields),\n",
                         CT_STR_ARG(name), CT_STR_ARG(name));
    }
    ct_idl_out_print(out, "    .size = sizeof(%.*s_t),\n",
                     CT_STR_ARG(def->c_name));
    if (nrequired > 0) {
        ct_idl_out_print(out, "    .nrequired = %zu,\n", nrequired);
    }
    if (def->kind == CT_IDL_UNION) {
        ct_idl_out_str(out, CT_STR("    .is_union = true,\n"));
    }
    if (def->kind == CT_IDL_EXCEPTION) {
        ct_idl_out_str(out, CT_STR("    .is_exception = true,\n"));
    }
    if (def->is_result) {
        ct_idl_out_str(out, CT_STR("    .is_result = true,\n"));
    }
    ct_idl_out_print(out, "    .initial = &%.*s_initial,\n};\n\n\n",
                     CT_STR_ARG(name));
}


/* `item_t *item_new(pool)`, for the structs that the file itself names. */
static void
define_maker(ct_idl_gen_t *gen, const ct_idl_def_t *def)
{
    const ct_str_t name = def->c_name;

    ct_idl_out_print(&gen->out,
                     "%.*s_t *\n"
                     "%.*s_new(ct_pool_t *pool)\n"
                     "{\n"
                     "    %.*s_t *value = ct_pool_alloc(pool, sizeof(*value));"
                     "\n\n"
                     "    *value = %.*s_initial;\n"
                     "    return value;\n"
                     "}\n\n\n",
                     CT_STR_ARG(name), CT_STR_ARG(name), CT_STR_ARG(name),
                     CT_STR_ARG(local(gen, def)));
}


void
ct_idl_gen_define_struct(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    const size_t nrequired = define_fields(gen, def);
    const size_t indent = ct_idl_gen_object(
        gen,
        ct_str_printf(gen->pool, "static const %.*s_t",
                      CT_STR_ARG(def->c_name)),
        ct_str_printf(gen->pool, "%.*s_initial", CT_STR_ARG(local(gen, def))));

    ct_idl_gen_initial(gen, def, indent);
    ct_idl_out_str(&gen->out, CT_STR(";\n\n"));
    define_table(gen, def, nrequired);
    if (ct_hash_find(&def->file->names, def->name.str) == def) {
        define_maker(gen, def);
    }
}
