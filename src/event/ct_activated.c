/*
 * ct_activated.c -- listening sockets that a service manager has opened.
 *
 * A socket is found by the address that it is bound to, as if nobody had
 * opened it before: the same file works with a socket unit and without one.
 * `listen systemd:NAME` is for who wants the address to stand in the unit
 * alone.  Addresses go first, so that of two sockets of one unit, which have
 * the same name, the other one is left for the name.
 *
 * The manager keeps its own copy, and the file of a unix socket is its: it is
 * not removed when the last of us has gone, or the next start would find a
 * socket that nobody can reach.  So which sockets are whose goes with them
 * from binary to binary.
 */

#include "core/ct_config.h"

#include "event/ct_activated.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "event/ct_listen.h"
#include "event/ct_socket.h"

enum {
    FIRST_FD = 3,
    MAX_FD = 1 << 20,
    FD_TEXT_SIZE = 9 /* "1048576 " and a NUL */
};


/* How many were passed to this very process. */
static size_t
count_passed(void)
{
    uint64_t pid = 0;
    uint64_t n = 0;

    if (ct_str_to_u64(ct_str_of(getenv(CT_ACTIVATED_PID)), &pid) != CT_OK
        || pid != (uint64_t) getpid()
        || ct_str_to_u64(ct_str_of(getenv(CT_ACTIVATED_FDS)), &n) != CT_OK) {
        return 0;
    }
    return n <= CT_ACTIVATED_MAX ? (size_t) n : CT_ACTIVATED_MAX;
}


/* Takes the name before the next ':' off the text. */
static ct_str_t
next_name(const char **c_names)
{
    const ct_str_t name = { strcspn(*c_names, ":"), *c_names };

    *c_names += name.len;
    *c_names += **c_names == ':' ? 1 : 0;
    return name;
}


void
ct_activated_init(ct_activated_t *activated, ct_pool_t *pool)
{
    const char *names = getenv(CT_ACTIVATED_NAMES);

    activated->n = count_passed();
    activated->fds =
        ct_pool_zalloc(pool, (activated->n + 1) * sizeof(*activated->fds));
    names = names != NULL ? names : "";
    for (size_t i = 0; i < activated->n; i++) {
        activated->fds[i].fd = FIRST_FD + (int) i;
        activated->fds[i].name = ct_str_dup(pool, next_name(&names));
        (void) ct_file_set_cloexec(activated->fds[i].fd, true);
    }
    unsetenv(CT_ACTIVATED_PID);
    unsetenv(CT_ACTIVATED_FDS);
    unsetenv(CT_ACTIVATED_NAMES);
}


void
ct_activated_read(ct_activated_t *activated, ct_pool_t *pool,
                  const char *c_text)
{
    const size_t most = strlen(c_text) / 2 + 1;

    activated->n = 0;
    activated->fds = ct_pool_zalloc(pool, most * sizeof(*activated->fds));
    while (*c_text != '\0') {
        const ct_str_t word = { strcspn(c_text, " "), c_text };
        uint64_t       fd = 0;

        if (ct_str_to_u64(word, &fd) == CT_OK && fd >= FIRST_FD
            && fd <= MAX_FD) {
            activated->fds[activated->n].name = CT_STR("");
            activated->fds[activated->n++].fd = (int) fd;
        }
        c_text += word.len;
        c_text += *c_text == ' ' ? 1 : 0;
    }
}


ct_str_t
ct_activated_text(const ct_listens_t *listens, ct_pool_t *pool)
{
    const size_t n = listens->list.n;
    const size_t size = n * FD_TEXT_SIZE + 1;
    char        *text = ct_pool_zalloc(pool, size);
    size_t       len = 0;

    for (size_t i = 0; i < n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);

        if (listen->is_activated && listen->nbound > 0) {
            len += (size_t) snprintf(text + len, size - len, "%s%d",
                                     len > 0 ? " " : "", listen->fds[0]);
        }
    }
    return (ct_str_t){ len, text };
}


/* Whether the socket is what the listen names by an address or a number. */
static bool
is_bound_to(const ct_activated_fd_t *passed, const ct_addr_t *addr)
{
    ct_addr_t bound;

    if (addr->sa.any.sa_family == AF_UNSPEC) {
        return addr->fd == passed->fd;
    }
    return ct_addr_of_socket(passed->fd, &bound) == CT_OK
           && ct_addr_eq(&bound, addr);
}


/* The name that a listen asks for; without data where it asks for none. */
static ct_str_t
name_wanted(const ct_addr_t *addr)
{
    if (addr->sa.any.sa_family != AF_UNSPEC || addr->fd != -1) {
        return CT_STR_NONE;
    }
    return ct_str_of(addr->sa.un.sun_path);
}


static void
assign_by_name(ct_activated_t *activated, const ct_listen_t *listen)
{
    const ct_str_t name = name_wanted(&listen->addr);

    for (size_t i = 0; name.data != NULL && i < activated->n; i++) {
        ct_activated_fd_t *passed = &activated->fds[i];

        if (passed->owner == NULL && ct_socket_is_listening(passed->fd)
            && (name.len == 0 || ct_str_eq(name, passed->name))) {
            passed->owner = listen;
            return;
        }
    }
}


void
ct_activated_assign(ct_activated_t *activated, ct_listens_t *listens)
{
    for (size_t i = 0; i < activated->n; i++) {
        ct_activated_fd_t *passed = &activated->fds[i];

        passed->owner = NULL;
        for (size_t j = 0; j < listens->list.n; j++) {
            const ct_listen_t *listen = ct_listens_at(listens, j);

            if (ct_socket_is_listening(passed->fd)
                && is_bound_to(passed, &listen->addr)) {
                passed->owner = listen;
            }
        }
    }
    for (size_t j = 0; j < listens->list.n; j++) {
        assign_by_name(activated, ct_listens_at(listens, j));
    }
}


int
ct_activated_fd(const ct_activated_t *activated, const ct_listen_t *listen)
{
    for (size_t i = 0; activated != NULL && i < activated->n; i++) {
        if (activated->fds[i].owner == listen) {
            return activated->fds[i].fd;
        }
    }
    return -1;
}


bool
ct_activated_has(const ct_activated_t *activated, int fd)
{
    for (size_t i = 0; activated != NULL && i < activated->n; i++) {
        if (activated->fds[i].fd == fd) {
            return true;
        }
    }
    return false;
}


void
ct_activated_close_rest(ct_activated_t *activated, ct_log_t *log)
{
    for (size_t i = 0; i < activated->n; i++) {
        const ct_activated_fd_t *passed = &activated->fds[i];
        char                     text[CT_ADDR_TEXT_SIZE];
        char                     name[64];
        ct_addr_t                addr;

        if (passed->owner != NULL) {
            continue;
        }
        if (ct_addr_of_socket(passed->fd, &addr) != CT_OK) {
            (void) snprintf(text, sizeof(text), "no socket");
        } else {
            ct_addr_text(&addr, text, sizeof(text));
        }
        CT_LOG(log, CT_LOG_WARN, 0,
               "no listen names descriptor %d of the service manager, '%s' "
               "(%s): it is closed",
               passed->fd, ct_str_printable(passed->name, name, sizeof(name)),
               text);
        close(passed->fd);
    }
    activated->n = 0;
}
