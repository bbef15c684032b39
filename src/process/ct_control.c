/*
 * ct_control.c -- the master's side of `cthrift -s WORD`.
 *
 * state of a client | event                | function          | next
 * ------------------+----------------------+-------------------+-----------
 * free              | accept               | on_accept         | asking
 * asking            | a whole line         | on_client         | waiting
 * waiting           | outcome              | ct_control_answer | answered
 * answered          | all is written       | flush             | free
 * any               | it goes away         | drop              | free
 *
 * Whoever may connect may stop the server, so the socket's mode is 0600 from
 * the moment it exists (umask, not a chmod behind it).
 */

#include "core/ct_config.h"

#include "process/ct_control.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_log.h"
#include "event/ct_loop.h"

/* Longest line of an answer that is made by ct_control_say. */
#define SAY_SIZE 512


/* The kernel's own name of an open directory is short, whatever its path. */
static ct_rc_t
shorten(const char *c_path, struct sockaddr_un *addr, int *dir_fd)
{
    const char *slash = strrchr(c_path, '/');
    char        dir[PATH_MAX];
    int         n = 0;

    if (slash == NULL || (size_t) (slash - c_path) >= sizeof(dir)) {
        return CT_DECLINED;
    }
    memcpy(dir, c_path, (size_t) (slash - c_path));
    dir[slash - c_path] = '\0';
    *dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*dir_fd == -1) {
        return CT_DECLINED;
    }
    n = snprintf(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d%s",
                 *dir_fd, slash);
    if (n < 0 || (size_t) n >= sizeof(addr->sun_path)) {
        close(*dir_fd);
        *dir_fd = -1;
        return CT_DECLINED;
    }
    return CT_OK;
}


ct_rc_t
ct_control_address(const char *c_path, struct sockaddr_un *addr, int *dir_fd)
{
    const size_t len = strlen(c_path);

    *dir_fd = -1;
    memset(addr, 0, sizeof(*addr));
    addr->sun_family = AF_UNIX;
    if (len >= sizeof(addr->sun_path)) {
        return shorten(c_path, addr, dir_fd);
    }
    memcpy(addr->sun_path, c_path, len + 1);
    return CT_OK;
}


void
ct_control_init(ct_control_t *control, ct_control_fn fn, void *data)
{
    memset(control, 0, sizeof(*control));
    control->fn = fn;
    control->data = data;
    control->io.fd = -1;
    for (size_t i = 0; i < CT_CONTROL_CLIENTS; i++) {
        control->clients[i].io.fd = -1;
    }
}


static void
drop(ct_control_client_t *client)
{
    if (client->io.fd == -1) {
        return;
    }
    ct_loop_remove_io(client->control->loop, &client->io);
    close(client->io.fd);
    client->io.fd = -1;
    ct_buf_release(&client->out);
}


/* Writes what the socket takes; the rest waits for it to be writable. */
static void
flush(ct_control_client_t *client)
{
    ct_buf_t *out = &client->out;

    while (ct_buf_len(out) > 0) {
        const ssize_t n =
            send(client->io.fd, out->pos, ct_buf_len(out), MSG_NOSIGNAL);

        if (n > 0) {
            out->pos += n;
            continue;
        }
        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            client->io.writable = false;
            ct_loop_rearm_io(client->control->loop, &client->io);
            return;
        }
        drop(client);
        return;
    }
    if (client->is_answered) {
        drop(client);
    }
}


void
ct_control_write(ct_control_client_t *client, ct_str_t text)
{
    if (client->io.fd == -1) {
        return;
    }
    if (ct_buf_append(&client->out, text.data, text.len) != CT_OK) {
        drop(client);
        return;
    }
    flush(client);
}


void
ct_control_say(ct_control_client_t *client, const char *fmt, ...)
{
    char    line[SAY_SIZE];
    va_list args;
    int     n = 0;

    va_start(args, fmt);
    n = vsnprintf(line, sizeof(line) - 1, fmt, args);
    va_end(args);
    if (n < 0) {
        return;
    }
    if ((size_t) n > sizeof(line) - 2) {
        n = sizeof(line) - 2;
    }
    line[n] = '\n';
    ct_control_write(client, (ct_str_t){ (size_t) n + 1, line });
}


void
ct_control_answer(ct_control_client_t *client, const char *c_why)
{
    client->waits = CT_WAITS_FOR_NOTHING;
    client->is_answered = true;
    if (c_why == NULL) {
        ct_control_say(client, "ok");
        return;
    }
    ct_control_say(client, "failed: %s", c_why);
}


void
ct_control_answer_all(ct_control_t *control, ct_control_wait_t what,
                      uint64_t ticket, const char *c_why)
{
    for (size_t i = 0; i < CT_CONTROL_CLIENTS; i++) {
        ct_control_client_t *client = &control->clients[i];

        if (client->io.fd != -1 && client->waits == what
            && client->ticket <= ticket) {
            ct_control_answer(client, c_why);
        }
    }
}


/* Reads until there is a line; CT_DECLINED when the client has gone. */
static ct_rc_t
read_line(ct_control_client_t *client)
{
    for (;;) {
        const size_t  room = sizeof(client->line) - client->len;
        const ssize_t n =
            recv(client->io.fd, client->line + client->len, room, 0);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            client->io.readable = false;
            ct_loop_rearm_io(client->control->loop, &client->io);
            return CT_AGAIN;
        }
        /* Also a line that does not end: room is 0 and so is n. */
        if (n <= 0) {
            return CT_DECLINED;
        }
        client->len += (size_t) n;
        if (memchr(client->line, '\n', client->len) != NULL) {
            return CT_OK;
        }
    }
}


static void
on_client(ct_io_t *io)
{
    ct_control_client_t *client = io->data;
    ct_rc_t              rc = CT_AGAIN;

    if (io->writable && ct_buf_len(&client->out) > 0) {
        flush(client);
    }
    if (client->io.fd == -1 || !io->readable) {
        return;
    }
    rc = read_line(client);
    if (rc == CT_DECLINED) {
        drop(client);
        return;
    }
    if (rc == CT_OK && !client->is_answered
        && client->waits == CT_WAITS_FOR_NOTHING) {
        const char *end = memchr(client->line, '\n', client->len);
        ct_str_t    request = { (size_t) (end - client->line), client->line };

        client->len = 0;
        client->control->fn(client, request, client->control->data);
    }
}


static ct_control_client_t *
find_free(ct_control_t *control)
{
    for (size_t i = 0; i < CT_CONTROL_CLIENTS; i++) {
        if (control->clients[i].io.fd == -1) {
            return &control->clients[i];
        }
    }
    return NULL;
}


static void
welcome(ct_control_t *control, int fd)
{
    ct_control_client_t *client = find_free(control);

    (void) ct_file_set_cloexec(fd, true);
    (void) ct_file_set_nonblocking(fd, true);
    if (client == NULL) {
        close(fd);
        return;
    }
    memset(client, 0, sizeof(*client));
    client->control = control;
    ct_buf_init(&client->out);
    client->io.fd = fd;
    client->io.fn = on_client;
    client->io.data = client;
    if (ct_loop_add_io(control->loop, &client->io, CT_IO_READ | CT_IO_WRITE)
        != CT_OK) {
        close(fd);
        client->io.fd = -1;
    }
}


static void
on_accept(ct_io_t *io)
{
    ct_control_t *control = io->data;
    const int     fd = accept(io->fd, NULL, NULL);

    if (fd != -1) {
        welcome(control, fd);
    }
}


/* A socket at that path; a dead one's file is removed first. */
static ct_rc_t
bind_at(int fd, const char *c_path)
{
    struct sockaddr_un addr;
    mode_t             old_mask = 0;
    int                dir_fd = -1;
    int                rc = 0;

    if (ct_control_address(c_path, &addr, &dir_fd) != CT_OK) {
        errno = ENAMETOOLONG;
        return CT_ERROR;
    }
    /* The pid file is ours by now, so nobody alive listens there. */
    (void) unlink(c_path);
    old_mask = umask(0177);
    rc = bind(fd, (const struct sockaddr *) &addr, sizeof(addr));
    umask(old_mask);
    if (dir_fd != -1) {
        close(dir_fd);
    }
    return rc == 0 && listen(fd, CT_CONTROL_CLIENTS) == 0 ? CT_OK : CT_ERROR;
}


ct_rc_t
ct_control_open(ct_control_t *control, const char *c_path, ct_loop_t *loop,
                ct_log_t *log)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    control->loop = loop;
    control->log = log;
    if (fd == -1 || bind_at(fd, c_path) != CT_OK) {
        CT_LOG(log, CT_LOG_WARN, errno,
               "no control socket at '%s', -s has only signals", c_path);
        goto fail;
    }
    (void) ct_file_set_cloexec(fd, true);
    (void) ct_file_set_nonblocking(fd, true);
    control->io.fd = fd;
    control->io.fn = on_accept;
    control->io.data = control;
    if (ct_loop_add_io(loop, &control->io, CT_IO_READ | CT_IO_LEVEL) != CT_OK) {
        control->io.fd = -1;
        goto fail;
    }
    return CT_OK;

fail:
    if (fd != -1) {
        close(fd);
    }
    return CT_ERROR;
}


void
ct_control_close(ct_control_t *control, const char *c_path, bool unlink_file)
{
    if (control->io.fd == -1) {
        return;
    }
    for (size_t i = 0; i < CT_CONTROL_CLIENTS; i++) {
        drop(&control->clients[i]);
    }
    ct_loop_remove_io(control->loop, &control->io);
    close(control->io.fd);
    control->io.fd = -1;
    if (unlink_file) {
        (void) unlink(c_path);
    }
}


void
ct_control_forget(ct_control_t *control)
{
    for (size_t i = 0; i < CT_CONTROL_CLIENTS; i++) {
        if (control->clients[i].io.fd != -1) {
            close(control->clients[i].io.fd);
            control->clients[i].io.fd = -1;
        }
    }
    if (control->io.fd != -1) {
        close(control->io.fd);
        control->io.fd = -1;
    }
}
