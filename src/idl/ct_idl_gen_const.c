/*
 * ct_idl_gen_const.c -- constants.
 *
 *   #define HELLO_LIMIT 512
 *   extern const ct_str_t HELLO_GREETING;    in the header
 *   const ct_str_t HELLO_GREETING = ...;     in the source
 *
 * A number is a macro: C takes only that as the size of an array, in a case or
 * in another initialiser.  Anything else is an object, whose value
 * ct_idl_gen_value.c writes.  Both have names in upper case, so that a reader
 * need not know which it is.
 */

#include "core/ct_config.h"

#include "idl/ct_idl_gen.h"

#include "idl/ct_idl_check.h"


size_t
ct_idl_gen_object(ct_idl_gen_t *gen, ct_str_t type, ct_str_t name)
{
    if (type.len + name.len + sizeof(" = {") > CT_IDL_OUT_WIDTH) {
        ct_idl_out_print(&gen->out, "%.*s\n    %.*s = ", CT_STR_ARG(type),
                         CT_STR_ARG(name));
        return CT_IDL_OUT_INDENT;
    }
    ct_idl_out_print(&gen->out, "%.*s %.*s = ", CT_STR_ARG(type),
                     CT_STR_ARG(name));
    return 0;
}


/* Whether a constant is a macro: a plain number, useful to the compiler. */
static bool
is_number(const ct_idl_def_t *def)
{
    ct_idl_type_t *real = ct_idl_real(def->type);

    switch (real->kind) {
    case CT_IDL_BOOL:
    case CT_IDL_I8:
    case CT_IDL_I16:
    case CT_IDL_I32:
    case CT_IDL_I64:
    case CT_IDL_DOUBLE:
        return true;
    case CT_IDL_NAMED:
        return real->def->kind == CT_IDL_ENUM;
    case CT_IDL_VOID:
    case CT_IDL_STRING:
    case CT_IDL_BINARY:
    case CT_IDL_UUID:
    case CT_IDL_LIST:
    case CT_IDL_SET:
    case CT_IDL_MAP:
        break;
    }
    return false;
}


/* Whether the number is written with a sign, and so in parentheses. */
static bool
is_negative(const ct_idl_def_t *def, const ct_idl_value_t *value)
{
    if (value->enum_value != NULL || ct_idl_enum_of(def->type) != NULL) {
        return false;
    }
    return value->kind == CT_IDL_VALUE_DOUBLE ? value->number < 0
                                              : value->i64 < 0;
}


void
ct_idl_gen_declare_const(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    ct_idl_value_t *value = ct_idl_value_of(def->value);
    const bool      is_bare = !is_negative(def, value);

    ct_idl_out_doc(&gen->out, def->doc, 0);
    if (!is_number(def)) {
        ct_idl_out_typedef(
            &gen->out,
            ct_str_printf(gen->pool, "extern const %.*s",
                          CT_STR_ARG(ct_idl_gen_c_type(gen, def->type))),
            def->c_name, 0);
        ct_idl_out_str(&gen->out, CT_STR("\n"));
        return;
    }
    ct_idl_out_print(&gen->out, "#define %.*s %s", CT_STR_ARG(def->c_name),
                     is_bare ? "" : "(");
    ct_idl_gen_value(gen, def->type, value, 0);
    ct_idl_out_str(&gen->out, is_bare ? CT_STR("\n\n") : CT_STR(")\n\n"));
}


/* `TYPE NAME =`, and the text on the next line where it is long. */
static void
define_text(ct_idl_gen_t *gen, ct_str_t type, ct_idl_def_t *def)
{
    ct_idl_out_print(&gen->out, "%.*s %.*s = ", CT_STR_ARG(type),
                     CT_STR_ARG(def->c_name));
    if (!ct_idl_gen_value_flat(gen, def->type, def->value)) {
        gen->out.len--; /* the blank, which would end its line */
        ct_idl_out_str(&gen->out, CT_STR("\n    "));
        ct_idl_gen_value(gen, def->type, def->value, CT_IDL_OUT_INDENT);
    }
}


/* An object in the source; a number is in the header, and whole. */
void
ct_idl_gen_define_const(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    const ct_idl_kind_t kind = ct_idl_real(def->type)->kind;
    const ct_str_t      type = ct_str_printf(
             gen->pool, "const %.*s", CT_STR_ARG(ct_idl_gen_c_type(gen, def->type)));

    if (is_number(def)) {
        return;
    }
    if (kind == CT_IDL_STRING || kind == CT_IDL_BINARY) {
        define_text(gen, type, def);
    } else {
        const size_t indent = ct_idl_gen_object(gen, type, def->c_name);

        ct_idl_gen_value(gen, def->type, def->value, indent);
    }
    ct_idl_out_str(&gen->out, CT_STR(";\n\n\n"));
}
