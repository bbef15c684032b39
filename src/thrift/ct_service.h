/*
 * ct_service.h -- services and methods as tables, and who handles them.
 *
 * cthriftc writes a ct_service_t for each `service` of an IDL file.  A module
 * binds one to its table of handlers.
 *
 * Interface header: tables only.
 */

#ifndef CT_SERVICE_H
#define CT_SERVICE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "thrift/wire/ct_type.h"

typedef struct ct_call_s    ct_call_t;
typedef struct ct_service_s ct_service_t;

/*
 * Calls the handler of one method in `ops`; written by cthriftc.  `result` is
 * NULL for a oneway method.
 */
typedef ct_rc_t (*ct_method_invoke_fn)(ct_call_t *call, const void *ops,
                                       const void *args, void *result);

typedef struct ct_method_s {
    const char         *name;
    bool                oneway;
    const ct_struct_t  *args;
    const ct_struct_t  *result; /* NULL for oneway */
    ct_method_invoke_fn invoke;
    size_t              ops_offset; /* of the handler's pointer in ops */
} ct_method_t;

/* `methods` holds those of the base too. */
struct ct_service_s {
    const char         *name; /* as in the IDL */
    const ct_service_t *base; /* of `extends`, or NULL */
    const ct_method_t  *methods;
    size_t              nmethods;
};

/*
 * One line of a module's `services`, which ends with { NULL, NULL }.  `ops` is
 * the service's generated table of handlers; each must be set.
 */
typedef struct ct_binding_s {
    const ct_service_t *service;
    const void         *ops;
} ct_binding_t;

#endif /* CT_SERVICE_H */
