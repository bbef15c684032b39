/*
 * ct_idl_gen.h -- C from a checked file: one header, one source.
 *
 * ct_type.h says how types look in C, ct_service.h how services do; what is
 * written here are plain structs, `const` tables and a few lines of glue.
 *
 * The second half of this header is what the generator's own sources share:
 * types and the header's declarations stand in ct_idl_gen_type.c, tables in
 * ct_idl_gen_table.c, values in ct_idl_gen_value.c, constants in
 * ct_idl_gen_const.c, services in ct_idl_gen_service.c; ct_idl_gen.c puts them
 * in order.
 */

#ifndef CT_IDL_GEN_H
#define CT_IDL_GEN_H

#include "core/ct_config.h"

#include "idl/ct_idl.h"
#include "idl/ct_idl_out.h"

/* The text of STEM.gen.h and of STEM.gen.c, in the pool of `idl`. */
ct_str_t ct_idl_gen_header(ct_idl_t *idl, ct_idl_file_t *file);
ct_str_t ct_idl_gen_source(ct_idl_t *idl, ct_idl_file_t *file);

/* One text being written. */
typedef struct ct_idl_gen_s {
    ct_pool_t     *pool;
    ct_idl_file_t *file;
    ct_idl_out_t   out;
    ct_idl_out_t   scratch; /* where a value is tried on one line */
    ct_hash_t      done;    /* names written so far, with any value */
    ct_array_t     pending; /* of ct_idl_type_t *: maps whose items wait */
    bool           is_flat; /* values go on one line */
} ct_idl_gen_t;

/* Notes a name as written; false if it was already. */
bool ct_idl_gen_once(ct_idl_gen_t *gen, ct_str_t name);

/* What a type is called in C, "int32_t", without a pointer's star. */
ct_str_t ct_idl_gen_c_type(ct_idl_gen_t *gen, ct_idl_type_t *type);

/* The same behind all typedefs: what a container's items are. */
ct_str_t ct_idl_gen_real_c_type(ct_idl_gen_t *gen, ct_idl_type_t *type);

/* The declarations of one definition with all that must stand before. */
void ct_idl_gen_declare(ct_idl_gen_t *gen, ct_idl_def_t *def);

/* A struct's declaration, containers of its fields before it. */
void ct_idl_gen_declare_struct(ct_idl_gen_t *gen, ct_idl_def_t *def);

/* Declares what a type needs to stand before it. */
void ct_idl_gen_need(ct_idl_gen_t *gen, ct_idl_type_t *type);

/* Ops, args, results and stubs. */
void ct_idl_gen_declare_service(ct_idl_gen_t *gen, ct_idl_def_t *def);
void ct_idl_gen_define_service(ct_idl_gen_t *gen, ct_idl_def_t *def);

/* A constant: a macro, or an object. */
void ct_idl_gen_declare_const(ct_idl_gen_t *gen, ct_idl_def_t *def);
void ct_idl_gen_define_const(ct_idl_gen_t *gen, ct_idl_def_t *def);

/* The tables of an enum, of a struct. */
void ct_idl_gen_define_enum(ct_idl_gen_t *gen, const ct_idl_def_t *def);
void ct_idl_gen_define_struct(ct_idl_gen_t *gen, ct_idl_def_t *def);

/*
 * A value as an initialiser, in a line of that indent: on the rest of the line
 * if it fits there, else opened up.
 */
void ct_idl_gen_value(ct_idl_gen_t *gen, ct_idl_type_t *type,
                      ct_idl_value_t *value, size_t indent);

/* The same on the rest of the line, or nothing and false. */
bool ct_idl_gen_value_flat(ct_idl_gen_t *gen, ct_idl_type_t *type,
                           ct_idl_value_t *value);

/*
 * The value of a struct whose fields all have their defaults, in braces that
 * stand in a line of that indent.
 */
void ct_idl_gen_initial(ct_idl_gen_t *gen, ct_idl_def_t *def, size_t indent);

/*
 * `TYPE NAME = `, broken behind the type where `{` would not fit; gives back
 * the indent of what follows.
 */
size_t ct_idl_gen_object(ct_idl_gen_t *gen, ct_str_t type, ct_str_t name);

#endif /* CT_IDL_GEN_H */
