/*
 * ct_python_schema.h -- services that an application describes, as tables.
 *
 * ct_python_runtime.py's describe() gives, as JSON:
 *
 *   { "services": [ { "name": TEXT, "schema": NUMBER,
 *                     "methods": [ { "name": TEXT, "args": STRUCT,
 *                                    "result": STRUCT or null } ] } ],
 *     "default":  TEXT or null,
 *     "schemas":  [ [ { "name": TEXT, "exception": BOOL,
 *                       "fields": [ [ID, NAME, REQUIRED, TYPE] ] } ] ] }
 *
 * STRUCT is a place in the list of structs of the service's schema.  TYPE is
 * "bool", "i8" and so on, or ["list", TYPE], ["set", TYPE], ["map", TYPE,
 * TYPE], ["struct", STRUCT].  A method without a result is oneway.  "default"
 * names the service that takes calls without the name of one.
 */

#ifndef CT_PYTHON_SCHEMA_H
#define CT_PYTHON_SCHEMA_H

#include "core/ct_config.h"

#include "cthrift.h"
#include <jansson.h>

/*
 * The service of that name, in `pool`; all its methods are answered by
 * `invoke`.  Every field of a value can say "not set", so that what a client
 * has left out Python sees left out.
 *
 * CT_DECLINED: there is none of that name; *c_why names those that there are.
 * CT_ERROR: *c_why says what cannot be described.
 */
ct_rc_t ct_python_schema_service(ct_pool_t *pool, const json_t *told,
                                 ct_str_t name, ct_method_invoke_fn invoke,
                                 const ct_service_t **service,
                                 const char         **c_why);

#endif /* CT_PYTHON_SCHEMA_H */
