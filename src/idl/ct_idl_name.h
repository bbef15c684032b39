/*
 * ct_idl_name.h -- what things of the IDL are called in C.
 *
 * A file's prefix (`namespace c hello`, else its stem) stands before every
 * name that C sees at file scope.  HTTPServer becomes http_server.  A name
 * that means something to C or C++, or to a header of theirs, gets an
 * underscore behind it.
 */

#ifndef CT_IDL_NAME_H
#define CT_IDL_NAME_H

#include "core/ct_config.h"

#include "idl/ct_idl.h"

/* `getURLFor2` as get_url_for2; a byte that no name may hold becomes '_'. */
ct_str_t ct_idl_snake(ct_pool_t *pool, ct_str_t name);

/* All letters in upper case. */
ct_str_t ct_idl_upper(ct_pool_t *pool, ct_str_t name);

/* The name itself, or with '_' behind it where it is taken by the language. */
ct_str_t ct_idl_safe(ct_pool_t *pool, ct_str_t name);

/* Sets file->prefix; before anything else of the file is named. */
ct_rc_t ct_idl_name_file(ct_idl_t *idl, ct_idl_file_t *file);

/*
 * Names every definition of the file, with fields, values and functions.
 * CT_ERROR, reported: two things would have one name.
 */
ct_rc_t ct_idl_name_defs(ct_idl_t *idl, ct_idl_file_t *file);

/*
 * A C name without the file's own prefix: what stands in static names and in
 * the names of containers.
 */
ct_str_t ct_idl_local_name(const ct_idl_file_t *file, ct_str_t c_name);

#endif /* CT_IDL_NAME_H */
