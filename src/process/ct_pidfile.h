/*
 * ct_pidfile.h -- the file that says who the master is.
 *
 * During an upgrade PATH names the new master and PATH.oldbin the old one.
 */

#ifndef CT_PIDFILE_H
#define CT_PIDFILE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#include <sys/types.h>

typedef struct ct_log_s ct_log_t;

/*
 * Writes our pid.  CT_ERROR, logged, if the file names another cthrift that
 * lives, or cannot be written.  What a dead one left is replaced.
 */
ct_rc_t ct_pidfile_take(const char *c_path, ct_log_t *log);

/* Removes it if it names us. */
void ct_pidfile_drop(const char *c_path, ct_log_t *log);

/*
 * For an upgrade: PATH gets the suffix of the old master, and back.  Both are
 * harmless if done already.
 */
ct_rc_t ct_pidfile_set_aside(const char *c_path, ct_log_t *log);
void    ct_pidfile_set_back(const char *c_path, ct_log_t *log);

/* The pid in the file, or 0 if there is none. */
pid_t ct_pidfile_read(const char *c_path);

/*
 * PATH.oldbin; `out` has room for `size` bytes.  CT_ERROR, not logged, if it is
 * too long.
 */
ct_rc_t ct_pidfile_old_path(const char *c_path, char *out, size_t size);

#endif /* CT_PIDFILE_H */
