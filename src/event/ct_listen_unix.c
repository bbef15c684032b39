/*
 * ct_listen_unix.c -- the file of a unix socket.
 *
 * A socket's file outlives its server, and bind(2) refuses to replace it.  So
 * who finds one connects to it: only ECONNREFUSED proves that nobody listens.
 * A full backlog (EAGAIN) or another kind of socket (EPROTOTYPE) is life.
 * What is not a socket is never removed, whatever the configuration says;
 * connect(2) answers ECONNREFUSED for plain files as well, hence lstat(2).
 *
 * The mode is given through the umask while bind(2) makes the file, so there
 * is no moment at which it is wider, and no chmod(2) that could be led to
 * another file.  The master has one thread, so nobody else sees the umask.
 */

#include "core/ct_config.h"

#include "event/ct_listen_unix.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct_log.h"
#include "event/ct_listen.h"
#include "event/ct_socket.h"

#define MODE_BITS 0777


ct_rc_t
ct_listen_find_user(const char *c_name, uid_t *uid)
{
    const struct passwd *entry = getpwnam(c_name);

    if (entry == NULL) {
        return CT_DECLINED;
    }
    *uid = entry->pw_uid;
    return CT_OK;
}


ct_rc_t
ct_listen_find_group(const char *c_name, gid_t *gid)
{
    const struct group *entry = getgrnam(c_name);

    if (entry == NULL) {
        return CT_DECLINED;
    }
    *gid = entry->gr_gid;
    return CT_OK;
}


bool
ct_listen_has_file(const ct_addr_t *addr)
{
    return addr->sa.any.sa_family == AF_UNIX && addr->sa.un.sun_path[0] != '\0';
}


/* Logs and leaves errno 0: the caller has nothing left to say or to try. */
static ct_rc_t
fail_at(const ct_listen_t *listen, const char *c_what, ct_log_t *log)
{
    CT_LOG(log, CT_LOG_EMERG, errno, "cannot %s '%s'", c_what,
           listen->addr.sa.un.sun_path);
    errno = 0;
    return CT_ERROR;
}


/* CT_OK: nobody listens there; CT_ERROR: somebody does, or it is unknown. */
static ct_rc_t
probe(const ct_addr_t *addr)
{
    ct_rc_t rc = CT_ERROR;
    int     fd;

    if (ct_socket_create(AF_UNIX, &fd) != CT_OK) {
        return CT_ERROR;
    }
    if (connect(fd, &addr->sa.any, addr->len) != 0
        && (errno == ECONNREFUSED || errno == ENOENT)) {
        rc = CT_OK;
    }
    close(fd);
    return rc;
}


/* CT_OK: there is no file now.  Otherwise as ct_listen_bind_unix. */
static ct_rc_t
remove_stale(const ct_listen_t *listen, ct_log_t *log)
{
    const char *c_path = listen->addr.sa.un.sun_path;
    struct stat info;

    if (lstat(c_path, &info) != 0) {
        return errno == ENOENT ? CT_OK : fail_at(listen, "look at", log);
    }
    if (!S_ISSOCK(info.st_mode)) {
        errno = ENOTSOCK;
        return fail_at(listen, "listen on", log);
    }
    if (probe(&listen->addr) != CT_OK) {
        errno = EADDRINUSE;
        return CT_ERROR;
    }
    if (unlink(c_path) != 0 && errno != ENOENT) {
        return fail_at(listen, "remove the stale socket", log);
    }
    CT_LOG(log, CT_LOG_NOTICE, 0, "removed the stale socket '%s'", c_path);
    return CT_OK;
}


static ct_rc_t
bind_with_mode(const ct_listen_t *listen, int fd)
{
    mode_t before;
    int    rc;

    if (listen->mode == 0) {
        return bind(fd, &listen->addr.sa.any, listen->addr.len) == 0 ? CT_OK
                                                                     : CT_ERROR;
    }
    before = umask(MODE_BITS & ~listen->mode);
    rc = bind(fd, &listen->addr.sa.any, listen->addr.len);
    umask(before);
    return rc == 0 ? CT_OK : CT_ERROR;
}


/* Names were found when they were configured, but may have gone since. */
static ct_rc_t
give_away(const ct_listen_t *listen)
{
    uid_t uid = (uid_t) -1;
    gid_t gid = (gid_t) -1;

    if ((listen->owner.len > 0
         && ct_listen_find_user(listen->owner.data, &uid) != CT_OK)
        || (listen->group.len > 0
            && ct_listen_find_group(listen->group.data, &gid) != CT_OK)) {
        errno = ENOENT;
        return CT_ERROR;
    }
    if (uid == (uid_t) -1 && gid == (gid_t) -1) {
        return CT_OK;
    }
    return lchown(listen->addr.sa.un.sun_path, uid, gid) == 0 ? CT_OK
                                                              : CT_ERROR;
}


ct_rc_t
ct_listen_bind_unix(const ct_listen_t *listen, int fd, ct_log_t *log)
{
    if (!ct_listen_has_file(&listen->addr)) {
        return bind_with_mode(listen, fd);
    }
    if (remove_stale(listen, log) != CT_OK) {
        return CT_ERROR;
    }
    if (bind_with_mode(listen, fd) != CT_OK) {
        return errno == EADDRINUSE ? CT_ERROR : fail_at(listen, "bind", log);
    }
    if (give_away(listen) != CT_OK) {
        ct_rc_t rc = fail_at(listen, "change the owner of", log);

        ct_listen_unlink(listen, log);
        errno = 0;
        return rc;
    }
    return CT_OK;
}


/* Never what somebody has put in its place meanwhile, unless a socket. */
void
ct_listen_unlink(const ct_listen_t *listen, ct_log_t *log)
{
    const char *c_path = listen->addr.sa.un.sun_path;
    struct stat info;

    if (!ct_listen_has_file(&listen->addr) || listen->is_activated
        || lstat(c_path, &info) != 0 || !S_ISSOCK(info.st_mode)) {
        return;
    }
    if (unlink(c_path) != 0 && errno != ENOENT) {
        CT_LOG(log, CT_LOG_ERR, errno, "cannot remove '%s'", c_path);
    }
}
