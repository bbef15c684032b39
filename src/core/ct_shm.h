/*
 * ct_shm.h -- memory that several processes see.
 *
 * Anonymous, zeroed, backed by a descriptor (memfd, or an unlinked file
 * where there is none), so that it can be inherited over exec.
 */

#ifndef CT_SHM_H
#define CT_SHM_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_log_s ct_log_t;

/* Invariant: addr is NULL and fd -1 while there is no mapping. */
typedef struct ct_shm_s {
    void  *addr;
    size_t size;
    int    fd; /* close-on-exec; cleared by who execs */
} ct_shm_t;

/* A file without a name, empty, close-on-exec; -1 sets errno. */
int ct_shm_open_file(const char *c_name);

/* A new mapping of `size` bytes. */
ct_rc_t ct_shm_init(ct_shm_t *shm, const char *c_name, size_t size,
                    ct_log_t *log);

/* Maps what `fd` holds, whole; takes the descriptor over. */
ct_rc_t ct_shm_attach(ct_shm_t *shm, int fd, ct_log_t *log);

/* Unmaps here and closes the descriptor; others keep theirs. */
void ct_shm_release(ct_shm_t *shm);

#endif /* CT_SHM_H */
