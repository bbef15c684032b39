/*
 * ct_listen_open.c -- opening, keeping and closing listening sockets.
 *
 * For each listen its sockets are, in this order, those of the older
 * generation with the same address, those that an older binary left, or fresh
 * ones; with reuseport fresh ones are added up to the number of workers, and
 * some more that are bound but do not listen.  Those begin to when workers
 * are added at run time; a socket made then would be unknown to the workers
 * that exist, and nobody would serve it once its own worker has gone.
 *
 * Nothing that serves is touched until all listens are open: only then are
 * changed options applied to kept sockets.  Sockets are never taken away from
 * a reuseport group that stays, since closing one resets the clients in its
 * backlog; those without a worker of their own are served by the others
 * (ct_gate.c).
 *
 * Who may close what: the master's descriptors keep the backlog alive, so a
 * worker may close its copies at any time.
 */

#include "core/ct_config.h"

#include "event/ct_listen.h"

#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "event/ct_activated.h"
#include "event/ct_listen_inherit.h"
#include "event/ct_listen_option.h"
#include "event/ct_listen_unix.h"
#include "event/ct_socket.h"

#define RETRIES      5
#define RETRY_GAP_NS 200000000L

/*
 * Bound sockets beyond the number of workers, for TTIN; when half of them are
 * used up, the next reload makes new ones.
 */
#define SPARE 16


/* One ct_listens_open under way. */
typedef struct opening_s {
    ct_listens_t       *listens;
    const ct_listens_t *old; /* or NULL */
    ct_array_t          inherited;
    unsigned           *nkept; /* by listen: how many fds are not fresh */
    unsigned            nworkers;
    unsigned            retries; /* left, for all listens together */
    ct_log_t           *log;
} opening_t;


/* errno 0: it has been logged already. */
static ct_rc_t
refuse(const ct_listen_t *listen, ct_log_t *log)
{
    if (errno != 0) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot listen on '%s'",
               listen->text.data);
    }
    return CT_ERROR;
}


/* A unix socket may find the file of one that is gone. */
static ct_rc_t
bind_socket(const ct_listen_t *listen, int fd, ct_log_t *log)
{
    if (listen->addr.sa.any.sa_family == AF_UNIX) {
        return ct_listen_bind_unix(listen, fd, log);
    }
    return bind(fd, &listen->addr.sa.any, listen->addr.len) == 0 ? CT_OK
                                                                 : CT_ERROR;
}


/*
 * A bound socket, that listens too if `is_live`; that some errors come only
 * from listen(2) is why both are one attempt.  CT_ERROR: errno says why, 0 if
 * it has been logged.
 */
static ct_rc_t
open_once(const ct_listen_t *listen, bool is_live, int *fd, ct_log_t *log)
{
    int err;

    if (ct_socket_create(listen->addr.sa.any.sa_family, fd) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_listen_set_before_bind(listen, *fd) != CT_OK
        || bind_socket(listen, *fd, log) != CT_OK) {
        goto fail;
    }
    ct_listen_set_live(listen, *fd, log);
    if (is_live && ct_socket_listen(*fd, listen->backlog) != CT_OK) {
        goto fail;
    }
    return CT_OK;

fail:
    err = errno;
    close(*fd);
    errno = err;
    return CT_ERROR;
}


/*
 * One socket more, at the end of fds, which has room for it.  An address in
 * use may be that of a server on its way out, hence the second attempts; they
 * are counted for all listens together, so that a start does not take minutes.
 */
static ct_rc_t
open_socket(ct_listen_t *listen, unsigned *retries, bool is_live, ct_log_t *log)
{
    const struct timespec gap = { .tv_nsec = RETRY_GAP_NS };
    int                   fd;

    while (open_once(listen, is_live, &fd, log) != CT_OK) {
        if (errno != EADDRINUSE || *retries == 0) {
            return refuse(listen, log);
        }
        (*retries)--;
        CT_LOG(log, CT_LOG_NOTICE, errno, "cannot listen on '%s', trying again",
               listen->text.data);
        nanosleep(&gap, NULL);
    }
    listen->fds[listen->nbound++] = fd;
    return CT_OK;
}


/* The descriptors so far in an array that has room for `size` of them. */
static void
make_room(ct_listen_t *listen, ct_pool_t *pool, unsigned size)
{
    int *fds = ct_pool_alloc(pool, (size + 1) * sizeof(*fds));

    for (unsigned i = 0; i < listen->nbound; i++) {
        fds[i] = listen->fds[i];
    }
    listen->fds = fds;
}


/* Lets bound sockets listen until `n` do, or there are no more. */
static ct_rc_t
wake_up_to(ct_listen_t *listen, unsigned n, ct_log_t *log)
{
    while (listen->nfds < n && listen->nfds < listen->nbound) {
        if (ct_socket_listen(listen->fds[listen->nfds], listen->backlog)
            != CT_OK) {
            return refuse(listen, log);
        }
        listen->nfds++;
    }
    return CT_OK;
}


/*
 * `n` sockets that listen, and spare ones; on CT_ERROR those opened until then
 * are in the listen.
 */
static ct_rc_t
open_up_to(ct_listen_t *listen, opening_t *opening, unsigned n)
{
    const bool     has_spare = listen->reuseport && ct_socket_joins_on_listen();
    const unsigned size = n + (has_spare ? SPARE : 0);

    if (wake_up_to(listen, n, opening->log) != CT_OK) {
        return CT_ERROR;
    }
    if (listen->nbound >= n + (has_spare ? SPARE / 2 : 0)) {
        return CT_OK;
    }

    make_room(listen, opening->listens->list.pool, size);
    while (listen->nbound < size) {
        const bool is_live = listen->nbound < n;

        if (open_socket(listen, &opening->retries, is_live, opening->log)
            != CT_OK) {
            return CT_ERROR;
        }
        listen->nfds += is_live;
    }
    return CT_OK;
}


/* An fd:N that the configuration names for the first time, or a lost name. */
static ct_rc_t
take_named(ct_listen_t *listen, ct_pool_t *pool, ct_log_t *log)
{
    const int fd = listen->addr.fd;

    if (fd == -1) {
        CT_LOG(log, CT_LOG_EMERG, 0,
               "cannot listen on '%s': the service manager has passed no such "
               "socket at the start",
               listen->text.data);
        return CT_ERROR;
    }
    if (!ct_socket_is_listening(fd)) {
        CT_LOG(log, CT_LOG_EMERG, 0,
               "cannot listen on '%s': it is not a listening stream socket",
               listen->text.data);
        return CT_ERROR;
    }
    if (ct_file_set_cloexec(fd, true) != CT_OK
        || ct_file_set_nonblocking(fd, true) != CT_OK) {
        return refuse(listen, log);
    }
    make_room(listen, pool, 1);
    listen->fds[0] = fd;
    listen->nfds = 1;
    listen->nbound = 1;
    return CT_OK;
}


/*
 * A group cannot be joined or left by a socket that is bound.  Those that
 * listen come first: they are woken in order.
 */
static void
keep(ct_listen_t *listen, const int *fds, unsigned nbound, opening_t *opening)
{
    const bool is_group = ct_listen_is_reuseport(fds[0]);

    make_room(listen, opening->listens->list.pool, nbound);
    for (unsigned i = 0; i < nbound; i++) {
        listen->fds[i] = fds[i];
        listen->nfds += ct_socket_is_listening(fds[i]);
    }
    listen->nbound = nbound;

    if (listen->addr.sa.any.sa_family != AF_UNSPEC
        && listen->reuseport != is_group) {
        CT_LOG(opening->log, CT_LOG_WARN, 0,
               "reuseport of '%s' cannot be changed while it is open, "
               "it stays %s",
               listen->text.data, is_group ? "on" : "off");
        listen->reuseport = is_group;
    }
}


/* What only bind(2) could have done. */
static void
warn_of_changes(const ct_listen_t *listen, const ct_listen_t *old,
                ct_log_t *log)
{
    if (listen->mode != old->mode || listen->ipv6only != old->ipv6only
        || !ct_str_eq(listen->owner, old->owner)
        || !ct_str_eq(listen->group, old->group)) {
        CT_LOG(log, CT_LOG_WARN, 0,
               "mode, owner, group and ipv6only of '%s' cannot be changed "
               "while it is open",
               listen->text.data);
    }
}


/* CT_DECLINED: nobody has that address open. */
static ct_rc_t
keep_old(opening_t *opening, ct_listen_t *listen)
{
    const ct_listen_t *old = ct_listens_find(opening->old, &listen->addr);
    ct_activated_t    *activated = opening->listens->activated;
    ct_inherited_t    *left;
    int                fd = -1;

    if (old != NULL && old->nbound > 0) {
        keep(listen, old->fds, old->nbound, opening);
        listen->is_activated = old->is_activated;
        warn_of_changes(listen, old, opening->log);
        return CT_OK;
    }
    left = ct_listen_inherited(&opening->inherited, &listen->addr);
    if (left != NULL) {
        left->used = true;
        keep(listen, left->fds, left->nfds, opening);
        listen->is_activated = ct_activated_has(activated, left->fds[0]);
        return CT_OK;
    }
    fd = ct_activated_fd(activated, listen);
    if (fd == -1 || ct_file_set_nonblocking(fd, true) != CT_OK) {
        return CT_DECLINED;
    }
    keep(listen, &fd, 1, opening);
    listen->is_activated = true;
    return CT_OK;
}


/* The array stays in the pool; the descriptors are somebody else's now. */
static void
forget(ct_listen_t *listen)
{
    listen->fds = NULL;
    listen->nfds = 0;
    listen->nbound = 0;
}


/* What is kept is noted, so that undo knows what is not ours to close. */
static ct_rc_t
open_listen(opening_t *opening, size_t i)
{
    ct_listen_t *listen = ct_listens_at(opening->listens, i);
    ct_pool_t   *pool = opening->listens->list.pool;

    forget(listen);
    if (keep_old(opening, listen) == CT_OK) {
        opening->nkept[i] = listen->nbound;
    } else if (listen->addr.sa.any.sa_family == AF_UNSPEC) {
        ct_rc_t rc = take_named(listen, pool, opening->log);

        opening->nkept[i] = listen->nbound;
        return rc;
    }
    return open_up_to(listen, opening,
                      listen->reuseport ? opening->nworkers : 1);
}


/* Closes what is fresh; the listens are as before. */
static void
undo(const opening_t *opening)
{
    for (size_t i = 0; i < opening->listens->list.n; i++) {
        ct_listen_t *listen = ct_listens_at(opening->listens, i);

        for (unsigned j = opening->nkept[i]; j < listen->nbound; j++) {
            close(listen->fds[j]);
        }
        if (opening->nkept[i] == 0 && listen->nbound > 0) {
            ct_listen_unlink(listen, opening->log);
        }
        forget(listen);
    }
}


/* The older binary still has them, and clients in them. */
static void
close_unused(const opening_t *opening)
{
    for (size_t i = 0; i < opening->inherited.n; i++) {
        const ct_inherited_t *left = ct_array_at(&opening->inherited, i);

        for (unsigned j = 0; !left->used && j < left->nfds; j++) {
            close(left->fds[j]);
        }
    }
}


/* Of the first `n` sockets; a second listen(2) only changes the backlog. */
static void
apply(const ct_listen_t *listen, unsigned n, ct_log_t *log)
{
    ct_listen_check_backlog(listen, log);
    for (unsigned i = 0; i < n; i++) {
        ct_listen_set_live(listen, listen->fds[i], log);
        if (i < listen->nfds && listen->backlog > 0
            && ct_socket_listen(listen->fds[i], listen->backlog) != CT_OK) {
            CT_LOG(log, CT_LOG_WARN, errno, "cannot set backlog of '%s'",
                   listen->text.data);
        }
    }
}


void
ct_listens_apply(const ct_listens_t *listens, ct_log_t *log)
{
    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);

        apply(listen, listen->nbound, log);
    }
}


ct_rc_t
ct_listens_open(ct_listens_t *listens, const ct_listens_t *old,
                const char *c_inherited, unsigned nworkers, bool retry,
                ct_log_t *log)
{
    ct_pool_t *pool = listens->list.pool;
    opening_t  opening = { .listens = listens,
                           .old = old,
                           .nworkers = nworkers == 0 ? 1 : nworkers,
                           .retries = retry ? RETRIES - 1 : 0,
                           .log = log };

    if (ct_listen_inherit(c_inherited, pool, &opening.inherited, log)
        != CT_OK) {
        return CT_ERROR;
    }
    if (listens->activated != NULL) {
        ct_activated_assign(listens->activated, listens);
    }
    opening.nkept =
        ct_pool_zalloc(pool, (listens->list.n + 1) * sizeof(*opening.nkept));
    for (size_t i = 0; i < listens->list.n; i++) {
        if (open_listen(&opening, i) != CT_OK) {
            undo(&opening);
            return CT_ERROR;
        }
    }
    for (size_t i = 0; i < listens->list.n; i++) {
        apply(ct_listens_at(listens, i), opening.nkept[i], log);
    }
    close_unused(&opening);
    if (listens->activated != NULL && c_inherited == NULL) {
        ct_activated_close_rest(listens->activated, log);
    }
    listens->activated = NULL;
    return CT_OK;
}


/* Nothing to undo: a socket that listens is served, by whoever it is. */
ct_rc_t
ct_listens_grow(ct_listens_t *listens, unsigned nworkers, ct_log_t *log)
{
    for (size_t i = 0; i < listens->list.n; i++) {
        ct_listen_t *listen = ct_listens_at(listens, i);

        if (listen->reuseport && wake_up_to(listen, nworkers, log) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* NULL: a generation that has no listen of that address. */
static bool
holds(const ct_listen_t *listen, int fd)
{
    for (unsigned i = 0; listen != NULL && i < listen->nbound; i++) {
        if (listen->fds[i] == fd) {
            return true;
        }
    }
    return false;
}


/*
 * The file goes with the last socket of its address, and only where the
 * caller knows that no other process still listens there.
 */
void
ct_listens_close_rest(ct_listens_t *old, const ct_listens_t *listens,
                      bool unlink_files, ct_log_t *log)
{
    for (size_t i = 0; i < old->list.n; i++) {
        ct_listen_t       *listen = ct_listens_at(old, i);
        const ct_listen_t *kept = ct_listens_find(listens, &listen->addr);

        for (unsigned j = 0; j < listen->nbound; j++) {
            if (!holds(kept, listen->fds[j])) {
                close(listen->fds[j]);
            }
        }
        if (kept == NULL && unlink_files && listen->nbound > 0) {
            ct_listen_unlink(listen, log);
        }
        forget(listen);
    }
}
