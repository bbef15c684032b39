/*
 * ct_dso.h -- a shared object that may be replaced on disk while it runs.
 *
 * Mapped from its file, a library that is overwritten in place crashes who
 * runs it; and the loader, which knows libraries by device and inode or by
 * name, would give a reload the old one again.  So the file is copied into
 * memory and the copy is loaded.  Where the system has no memfd the file
 * itself is loaded, and replacing it must be done by rename.
 */

#ifndef CT_DSO_H
#define CT_DSO_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_pool_s ct_pool_t;

/* Invariant: handle is NULL and fd -1 while nothing is loaded. */
typedef struct ct_dso_s {
    void *handle;
    int   fd; /* of the copy; open as long as it is loaded */
} ct_dso_t;

/*
 * Loads the file, every symbol resolved.  On CT_ERROR *why, in `pool`, says
 * what was wrong; nothing is logged.
 */
ct_rc_t ct_dso_init(ct_dso_t *dso, ct_pool_t *pool, ct_str_t path,
                    ct_str_t *why);

/* Unloads; the addresses found in it are invalid then. */
void ct_dso_release(ct_dso_t *dso);

/* The address of a symbol, or NULL. */
void *ct_dso_symbol(const ct_dso_t *dso, const char *c_name);

#endif /* CT_DSO_H */
