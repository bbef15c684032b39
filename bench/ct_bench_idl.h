/*
 * ct_bench_idl.h -- what can be called, by the IDL.
 */

#ifndef CT_BENCH_IDL_H
#define CT_BENCH_IDL_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "idl/ct_idl.h"
#include "thrift/ct_service.h"

typedef struct ct_pool_s ct_pool_t;

typedef struct ct_bench_idl_s {
    ct_idl_t       idl;
    ct_idl_file_t *file;
} ct_bench_idl_t;

/*
 * Reads a file with all that it includes, from `dirs` too (of char *, may be
 * empty); NULL: the file that is built in (ct_bench_builtin.h).  CT_ERROR has
 * been said.
 */
ct_rc_t ct_bench_idl_load(ct_bench_idl_t *idl, const char *c_path,
                          const ct_array_t *dirs, ct_pool_t *pool);

/*
 * The method "Service.method", or "method" where the file has one service;
 * inherited ones too.  Lives as long as the pool.  CT_ERROR has been said.
 */
ct_rc_t ct_bench_idl_find(const ct_bench_idl_t *idl, const char *c_name,
                          ct_method_t *method);

#endif /* CT_BENCH_IDL_H */
