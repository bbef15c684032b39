/*
 * ct_idl_report.h -- words to whoever wrote the file.
 *
 * Both count.  Errors beyond CT_IDL_MAX_ERRORS are counted in silence, after
 * one line that says so.
 */

#ifndef CT_IDL_REPORT_H
#define CT_IDL_REPORT_H

#include "core/ct_config.h"

#include "idl/ct_idl.h"

/* An error at a place; format: libc's.  Always gives CT_ERROR back. */
ct_rc_t ct_idl_error(ct_idl_t *idl, const ct_idl_pos_t *pos, const char *fmt,
                     ...) CT_PRINTF(3, 4);

/* A warning at a place. */
void ct_idl_warn(ct_idl_t *idl, const ct_idl_pos_t *pos, const char *fmt, ...)
    CT_PRINTF(3, 4);

/* An error of a whole file, such as one that cannot be opened. */
ct_rc_t ct_idl_file_error(ct_idl_t *idl, ct_str_t path, const char *fmt, ...)
    CT_PRINTF(3, 4);

/* Whether there have been too many errors to go on. */
static inline bool
ct_idl_is_enough(const ct_idl_t *idl)
{
    return idl->nerrors > CT_IDL_MAX_ERRORS;
}

/* The column of a place, from 1, in characters of UTF-8. */
uint32_t ct_idl_column(const ct_idl_pos_t *pos);

#endif /* CT_IDL_REPORT_H */
