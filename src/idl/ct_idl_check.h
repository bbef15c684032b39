/*
 * ct_idl_check.h -- a parsed file made sound: names resolved, types finite,
 * values of the right type, ids and names unique, C names given.
 *
 * The second half of this header is what the checker's own sources share.
 */

#ifndef CT_IDL_CHECK_H
#define CT_IDL_CHECK_H

#include "core/ct_config.h"

#include "idl/ct_idl.h"

/*
 * Checks a file whose includes have been checked.  CT_ERROR: at least one
 * error was reported, and generators must not see the file.
 */
ct_rc_t ct_idl_check(ct_idl_t *idl, ct_idl_file_t *file);

/* Enters the file's definitions in file->names; reports doubles. */
ct_rc_t ct_idl_resolve_names(ct_idl_t *idl, ct_idl_file_t *file);

/* Sets `def` of every named type in the file, and checks their depth. */
ct_rc_t ct_idl_resolve_types(ct_idl_t *idl, ct_idl_file_t *file);

/* Names every container of the file in C; behind ct_idl_name_defs. */
void ct_idl_resolve_containers(ct_idl_t *idl, ct_idl_file_t *file);

/*
 * A definition by its name as written in `file`, "shared.Item" included, or
 * NULL.
 */
ct_idl_def_t *ct_idl_find(const ct_idl_file_t *file, ct_str_t name);

/* The same, reporting what is not there with the nearest name that is. */
ct_idl_def_t *ct_idl_find_or_say(ct_idl_t *idl, const ct_idl_file_t *file,
                                 const ct_idl_word_t *name, const char *c_what);

/*
 * Whether a value, constants in it followed, is one of the type; resolves the
 * names in it.
 */
ct_rc_t ct_idl_check_value(ct_idl_t *idl, ct_idl_type_t *type,
                           ct_idl_value_t *value);

/*
 * Whether the defaults of a struct, or the value of a constant, are finite and
 * of a decent size with all that they pull in.
 */
ct_rc_t ct_idl_check_size(ct_idl_t *idl, ct_idl_def_t *def);

/* The literal that a name of a constant stands for in the end. */
ct_idl_value_t *ct_idl_value_of(ct_idl_value_t *value);

/*
 * What a struct's value says of a field, else the field's default, or NULL;
 * `map` may be NULL and then says nothing.
 */
ct_idl_value_t *ct_idl_value_of_field(const ct_idl_field_t *field,
                                      const ct_idl_value_t *map);

/* The field of that name, or NULL. */
ct_idl_field_t *ct_idl_field_find(const ct_idl_def_t *def, ct_str_t name);

#endif /* CT_IDL_CHECK_H */
