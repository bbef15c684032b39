/*
 * ct_idl_gen.c -- C from a checked file: the order of things in it.
 *
 * Header: structs announced, then every definition in the order of the file,
 * with whatever C wants before it.  Source: tables of enums and structs,
 * constants, services.  Nothing depends on when or where it runs: the same
 * file gives the same bytes.
 *
 *   header                        | source
 *   opening comment, guard        | opening comment
 *   includes                      | #include of the header
 *   structs announced             | tables of enums and structs
 *   definitions, docs before them | constants
 *   services                      | thunks, method tables, stubs
 */

#include "core/ct_config.h"

#include "idl/ct_idl_gen.h"

#include "core/ct_pool.h"
#include "idl/ct_idl_name.h"


/* Nothing is kept from one text to the next but what the checker has set. */
static void
begin(ct_idl_gen_t *gen, ct_idl_t *idl, ct_idl_file_t *file)
{
    *gen = (ct_idl_gen_t){ .pool = idl->pool, .file = file };
    ct_idl_out_init(&gen->out, idl->pool, SIZE_MAX);
    ct_idl_out_init(&gen->scratch, idl->pool, CT_IDL_OUT_WIDTH);
    ct_hash_init(&gen->done, idl->pool);
    ct_array_init(&gen->pending, idl->pool, sizeof(ct_idl_type_t *));
}


static ct_str_t
text_of(const ct_idl_gen_t *gen)
{
    ct_str_t text = { gen->out.len, gen->out.data };

    /* Parts end with the blank lines that part them; the last has no next. */
    while (text.len > 1 && text.data[text.len - 2] == '\n') {
        text.len--;
    }
    return text;
}


/* HELLO_GEN_H for hello.thrift. */
static ct_str_t
guard_of(const ct_idl_gen_t *gen)
{
    const ct_str_t stem =
        ct_idl_upper(gen->pool, ct_idl_snake(gen->pool, gen->file->stem));
    const bool is_digit =
        stem.len > 0 && stem.data[0] >= '0' && stem.data[0] <= '9';

    return ct_str_printf(gen->pool, "%s%.*s_GEN_H", is_digit ? "IDL_" : "",
                         CT_STR_ARG(stem));
}


/* The opening comment; the file's own words are in the header's. */
static void
write_opening(ct_idl_gen_t *gen, const char *c_end, bool with_doc)
{
    const ct_str_t stem = gen->file->stem;
    ct_idl_out_t  *out = &gen->out;
    size_t         before;

    ct_idl_out_print(out,
                     "/*\n"
                     " * %.*s.gen.%s -- %.*s.thrift in C.\n"
                     " *\n"
                     " * Written by cthriftc: changes are lost.\n",
                     CT_STR_ARG(stem), c_end, CT_STR_ARG(stem));
    before = out->len;
    if (with_doc && gen->file->doc.data != NULL) {
        ct_idl_out_str(out, CT_STR(" *\n"));
        ct_idl_out_doc_lines(out, gen->file->doc, 0);
        if (out->len == before + sizeof(" *\n") - 1) {
            out->len = before; /* there were no words in it */
        }
    }
    ct_idl_out_str(out, CT_STR(" */\n\n"));
}


/*
 * cthrift.h first: it brings everything that generated code stands on.  Names
 * of included files have no directory, since all output goes to one.
 */
static void
write_includes(ct_idl_gen_t *gen)
{
    const ct_array_t *includes = &gen->file->includes;

    ct_idl_out_str(&gen->out, CT_STR("#include <cthrift.h>\n\n"));
    for (size_t i = 0; i < includes->n; i++) {
        ct_idl_out_print(
            &gen->out, "#include \"%.*s.gen.h\"\n",
            CT_STR_ARG(CT_IDL_AT(ct_idl_include_t, includes, i)->file->stem));
    }
    if (includes->n > 0) {
        ct_idl_out_str(&gen->out, CT_STR("\n"));
    }
    ct_idl_out_str(&gen->out, CT_STR("#ifdef __cplusplus\n"
                                     "extern \"C\" {\n"
                                     "#endif\n\n"));
}


/* Where the second names of the announcements begin. */
static size_t
announced_column(const ct_idl_gen_t *gen)
{
    size_t column = 0;

    for (size_t i = 0; i < gen->file->defs.n; i++) {
        const ct_idl_def_t *def = CT_IDL_AT(ct_idl_def_t, &gen->file->defs, i);
        const size_t width = sizeof("typedef struct _s") + def->c_name.len;

        if (ct_idl_is_struct(def) && width > column) {
            column = width;
        }
    }
    return column;
}


/* Fields and lists point at structs that come later. */
static void
announce_structs(ct_idl_gen_t *gen)
{
    const size_t column = announced_column(gen);

    for (size_t i = 0; i < gen->file->defs.n; i++) {
        const ct_idl_def_t *def = CT_IDL_AT(ct_idl_def_t, &gen->file->defs, i);

        if (ct_idl_is_struct(def)) {
            ct_idl_out_typedef(
                &gen->out,
                ct_str_printf(gen->pool, "typedef struct %.*s_s",
                              CT_STR_ARG(def->c_name)),
                ct_str_printf(gen->pool, "%.*s_t", CT_STR_ARG(def->c_name)),
                column);
        }
    }
    if (column > 0) {
        ct_idl_out_str(&gen->out, CT_STR("\n"));
    }
}


/*
 * Marks are set back first, so that a file may be written as often as one
 * likes; the fuzzer compares.
 */
ct_str_t
ct_idl_gen_header(ct_idl_t *idl, ct_idl_file_t *file)
{
    ct_idl_gen_t gen;
    ct_str_t     guard;

    begin(&gen, idl, file);
    guard = guard_of(&gen);
    write_opening(&gen, "h", true);
    ct_idl_out_print(&gen.out, "#ifndef %.*s\n#define %.*s\n\n",
                     CT_STR_ARG(guard), CT_STR_ARG(guard));
    write_includes(&gen);
    announce_structs(&gen);
    for (size_t i = 0; i < file->defs.n; i++) {
        CT_IDL_AT(ct_idl_def_t, &file->defs, i)->header_mark = CT_IDL_NEW;
    }
    for (size_t i = 0; i < file->defs.n; i++) {
        ct_idl_gen_declare(&gen, CT_IDL_AT(ct_idl_def_t, &file->defs, i));
    }
    ct_idl_out_print(&gen.out,
                     "#ifdef __cplusplus\n"
                     "} /* extern \"C\" */\n"
                     "#endif\n\n"
                     "#endif /* %.*s */\n",
                     CT_STR_ARG(guard));
    return text_of(&gen);
}


/* Typedefs have nothing in the source: tables look through them. */
static void
define(ct_idl_gen_t *gen, ct_idl_def_t *def)
{
    switch (def->kind) {
    case CT_IDL_ENUM:
        ct_idl_gen_define_enum(gen, def);
        break;
    case CT_IDL_STRUCT:
    case CT_IDL_UNION:
    case CT_IDL_EXCEPTION:
        ct_idl_gen_define_struct(gen, def);
        break;
    case CT_IDL_CONST:
        ct_idl_gen_define_const(gen, def);
        break;
    case CT_IDL_SERVICE:
        ct_idl_gen_define_service(gen, def);
        break;
    case CT_IDL_TYPEDEF:
        break;
    }
}


ct_str_t
ct_idl_gen_source(ct_idl_t *idl, ct_idl_file_t *file)
{
    ct_idl_gen_t gen;

    begin(&gen, idl, file);
    write_opening(&gen, "c", false);
    ct_idl_out_print(&gen.out, "#include \"%.*s.gen.h\"\n\n\n",
                     CT_STR_ARG(file->stem));
    for (size_t i = 0; i < file->defs.n; i++) {
        define(&gen, CT_IDL_AT(ct_idl_def_t, &file->defs, i));
    }
    return text_of(&gen);
}
