/*
 * ct_idl_initial.h -- default values as the bytes of C structs.
 */

#ifndef CT_IDL_INITIAL_H
#define CT_IDL_INITIAL_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "idl/ct_idl.h"

/* Bytes that all default values may take together. */
#define CT_IDL_MAX_INITIAL (64 * 1024 * 1024)

/*
 * Makes `initial` of a struct's description, whose fields and types, and
 * those of all structs that its values hold, must stand.  `*taken` counts the
 * bytes over all structs.  CT_ERROR, reported: they are too many.
 */
ct_rc_t ct_idl_initial(ct_idl_t *idl, ct_idl_def_t *def, size_t *taken);

#endif /* CT_IDL_INITIAL_H */
