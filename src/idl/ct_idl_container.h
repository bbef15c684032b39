/*
 * ct_idl_container.h -- what lists, sets and maps are called in C.
 *
 * By what they hold, typedefs looked through: list<i32> is hello_i32_list_t,
 * map<string, list<Item>> is hello_string_item_list_map_t.  Two types of equal
 * form in files of one prefix have one name.
 */

#ifndef CT_IDL_CONTAINER_H
#define CT_IDL_CONTAINER_H

#include "core/ct_config.h"

#include "idl/ct_idl.h"

/*
 * Sets type->c_name (without _t) of a container and of all in it.  The names
 * of the definitions of all files loaded so far must stand.
 */
void ct_idl_container_name(ct_idl_t *idl, ct_idl_type_t *type);

/*
 * One word or more for a type inside a name: "i32", "item", "i32_list"; a
 * definition of another prefix keeps that.
 */
ct_str_t ct_idl_container_part(const ct_idl_file_t *file, ct_idl_type_t *type);

#endif /* CT_IDL_CONTAINER_H */
