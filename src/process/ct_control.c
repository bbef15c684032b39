/*
 * ct_control.c -- the master's side of `cthrift -s WORD`.
 *
 * state of a client | event                | function          | next
 * ------------------+----------------------+-------------------+-----------
 * free              | accept               | on_accept         | asking
 * asking            | a whole line         | on_client         | waiting
 * waiting           | outcome              | ct_control_answer | answered
 * answered          | all is written       | flush             | free
 * asking, answered  | patience is over     | on_timer          | free
 * any               | it goes away         | drop              | free
 *
 * Whoever may connect may stop the server, so the socket's mode is 0600 from
 * the moment it exists (umask, not a chmod behind it).  And whoever connects
 * is asked of the kernel who it is: a mode can be loosened by mistake, and not
 * every system looks at it.
 */

#include "core/ct_config.h"

#include "process/ct_control.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "event/ct_loop.h"

/* Longest line of an answer that is made by ct_control_say. */
#define SAY_SIZE 2560


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
    void *task = client->task;

    if (client->io.fd == -1) {
        return;
    }
    ct_timer_stop(client->control->loop, &client->timer);
    ct_loop_remove_io(client->control->loop, &client->io);
    close(client->io.fd);
    client->io.fd = -1;
    ct_buf_release(&client->out);
    client->task = NULL;
    if (task != NULL) {
        client->on_gone(task);
    }
}


static void
on_timer(ct_timer_t *timer)
{
    drop(timer->data);
}


static void
be_patient(ct_control_client_t *client)
{
    ct_timer_start(client->control->loop, &client->timer,
                   CT_CONTROL_PATIENCE_MS);
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
            ct_timer_stop(client->control->loop, &client->timer);
            continue;
        }
        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (!ct_timer_is_on(&client->timer)) {
                be_patient(client);
            }
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
    client->task = NULL;
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
    if (rc == CT_OK && !client->is_taken) {
        const char *end = memchr(client->line, '\n', client->len);
        ct_str_t    request = { (size_t) (end - client->line), client->line };

        client->len = 0;
        client->is_taken = true;
        ct_timer_stop(client->control->loop, &client->timer);
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


/* Who is at the other end; CT_ERROR: neither root nor ourselves. */
static ct_rc_t
check_user(int fd, ct_log_t *log)
{
#ifdef SO_PEERCRED
    struct ucred peer = { .uid = (uid_t) -1 };
    socklen_t    len = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0
        && (peer.uid == 0 || peer.uid == geteuid())) {
        return CT_OK;
    }
    CT_LOG(log, CT_LOG_WARN, 0,
           "control: process %ld of user %ld is turned away", (long) peer.pid,
           (long) peer.uid);
    return CT_ERROR;
#else
    /* Rule 42: an option of sockets.  The file's mode must do. */
    (void) fd;
    (void) log;
    return CT_OK;
#endif
}


/* A word of farewell to who cannot be a client. */
static void
turn_away(int fd, const char *c_why)
{
    (void) send(fd, c_why, strlen(c_why), MSG_NOSIGNAL | MSG_DONTWAIT);
    close(fd);
}


static void
welcome(ct_control_t *control, int fd)
{
    ct_control_client_t *client = find_free(control);

    (void) ct_file_set_cloexec(fd, true);
    (void) ct_file_set_nonblocking(fd, true);
    if (check_user(fd, control->log) != CT_OK) {
        turn_away(fd, "failed: the server is another user's\n");
        return;
    }
    if (client == NULL) {
        turn_away(fd, "failed: too many clients\n");
        return;
    }
    memset(client, 0, sizeof(*client));
    client->control = control;
    ct_buf_init(&client->out);
    client->timer.fn = on_timer;
    client->timer.data = client;
    client->io.fd = fd;
    client->io.fn = on_client;
    client->io.data = client;
    if (ct_loop_add_io(control->loop, &client->io, CT_IO_READ | CT_IO_WRITE)
        != CT_OK) {
        close(fd);
        client->io.fd = -1;
        return;
    }
    be_patient(client);
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


void
ct_control_shut(ct_control_t *control)
{
    if (control->io.fd == -1) {
        return;
    }
    ct_control_file_remove(&control->file);
    ct_loop_remove_io(control->loop, &control->io);
    close(control->io.fd);
    control->io.fd = -1;
}


/* From the socket it listens on, if it does, to that one. */
static ct_rc_t
take_socket(ct_control_t *control, int fd, const ct_control_file_t *file)
{
    (void) ct_file_set_cloexec(fd, true);
    (void) ct_file_set_nonblocking(fd, true);
    ct_control_shut(control);
    control->file = *file;
    control->io.fd = fd;
    control->io.fn = on_accept;
    control->io.data = control;
    if (ct_loop_add_io(control->loop, &control->io, CT_IO_READ | CT_IO_LEVEL)
        != CT_OK) {
        control->io.fd = -1;
        ct_control_file_remove(&control->file);
        return CT_ERROR;
    }
    return CT_OK;
}


ct_rc_t
ct_control_open(ct_control_t *control, const char *c_path, ct_loop_t *loop,
                ct_log_t *log, ct_log_level_t level)
{
    const int         fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ct_control_file_t file;

    control->loop = loop;
    control->log = log;
    if (fd == -1 || ct_control_file_bind(&file, fd, c_path) != CT_OK
        || listen(fd, CT_CONTROL_CLIENTS) == -1) {
        CT_LOG(log, level, errno, "no control socket at '%s'", c_path);
        goto fail;
    }
    if (take_socket(control, fd, &file) != CT_OK) {
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
ct_control_close(ct_control_t *control)
{
    for (size_t i = 0; i < CT_CONTROL_CLIENTS; i++) {
        drop(&control->clients[i]);
    }
    ct_control_shut(control);
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
