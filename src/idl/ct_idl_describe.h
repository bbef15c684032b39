/*
 * ct_idl_describe.h -- the tables of ct_type.h, made in memory.
 *
 * What cthriftc writes as C source, without a compiler in between: a value
 * that the codec reads through these tables has the very layout that the
 * generated struct would have.
 */

#ifndef CT_IDL_DESCRIBE_H
#define CT_IDL_DESCRIBE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "idl/ct_idl.h"
#include "thrift/wire/ct_type.h"

/*
 * Sets `description` of every struct in the files loaded, arguments and
 * results of functions among them.  Descriptions live in the pool of `idl`.
 * CT_ERROR, reported: default values take more than
 * CT_IDL_MAX_INITIAL bytes.
 * Not to be called twice.
 */
ct_rc_t ct_idl_describe(ct_idl_t *idl);

#endif /* CT_IDL_DESCRIBE_H */
