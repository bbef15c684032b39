/*
 * ct_python_idl.h -- services that a .thrift file describes, as tables.
 *
 * What an application tells of itself depends on its library: Apache's
 * generated code does not know what is required.  A file does, and names its
 * enums too.
 */

#ifndef CT_PYTHON_IDL_H
#define CT_PYTHON_IDL_H

#include "core/ct_config.h"

#include "modules/python/ct_python_module.h"

/* What python_thrift is set by, a ct_python_thrift_t. */
extern const ct_conf_type_t ct_python_idl_type;

/*
 * The service that python_thrift means for a block of that name, and has that
 * name; all its methods are answered by `invoke`.  As with
 * ct_python_schema_service every field can say "not set", and none has a
 * default: that is for Python to fill in.  A file is loaded once for all blocks
 * that name it, and `watch` looks at what was read.
 *
 * CT_ERROR: each mistake has been told, by ct_conf_error.
 */
ct_rc_t ct_python_idl_service(ct_conf_t *conf, const ct_python_thrift_t *thrift,
                              ct_str_t name, ct_method_invoke_fn invoke,
                              const ct_service_t **service);

#endif /* CT_PYTHON_IDL_H */
