/*
 * ct_control_file.h -- the name under which the control socket is found.
 */

#ifndef CT_CONTROL_FILE_H
#define CT_CONTROL_FILE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <limits.h>
#include <sys/types.h>
#include <sys/un.h>

typedef struct ct_log_s ct_log_t;

/* A socket's file as it was bound; without one the path is empty. */
typedef struct ct_control_file_s {
    char  path[PATH_MAX];
    dev_t dev;
    ino_t ino;
} ct_control_file_t;

/*
 * Binds the socket `fd` to `c_path`, mode 0600; what a dead one left there is
 * replaced.  CT_ERROR sets errno and is not logged: EADDRINUSE where somebody
 * listens.
 */
ct_rc_t ct_control_file_bind(ct_control_file_t *file, int fd,
                             const char *c_path);

/*
 * For an upgrade: the file gets the name of the old master's, and back.  Both
 * are harmless if done already, or without a file.
 */
void ct_control_file_set_aside(const ct_control_file_t *file, ct_log_t *log);
void ct_control_file_set_back(const ct_control_file_t *file, ct_log_t *log);

/* Removes it under either name, unless it is somebody else's by now. */
void ct_control_file_remove(ct_control_file_t *file);

/*
 * The name of an old master's socket: ".oldbin" in front of a last ".ctl",
 * else at the end.  CT_ERROR, not logged: it is too long.
 */
ct_rc_t ct_control_file_old_path(const char *c_path, char *out, size_t size);

/*
 * Where the socket stands: `control` is the directive's value, in which
 * "unix:" stands before a path from `prefix`, and empty without one: then it
 * is beside the pid file.  CT_DECLINED: it is "off".  CT_ERROR, not logged: it
 * is too long.
 */
ct_rc_t ct_control_file_place(ct_str_t prefix, ct_str_t control,
                              const char *c_pid_path, char *out, size_t size);

/*
 * Fills in the address of the socket at `c_path`.  A path that is too long for
 * one is reached through its open directory: *dir_fd is then to be closed
 * after the call that takes the address, else -1.  CT_DECLINED if there is no
 * way.
 */
ct_rc_t ct_control_file_address(const char *c_path, struct sockaddr_un *addr,
                                int *dir_fd);

#endif /* CT_CONTROL_FILE_H */
