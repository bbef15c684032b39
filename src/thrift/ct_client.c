/*
 * ct_client.c -- a blocking Thrift client for C.
 *
 * The socket never blocks; poll(2) does, with a deadline for each of
 * connecting, sending and receiving.  Replies are cut and decoded by the same
 * code as the server's requests and under the same kind of limits.
 */

#include "core/ct_config.h"

#include "thrift/ct_client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_buf.h"
#include "core/ct_clock.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "core/ct_str.h"
#include "event/ct_addr.h"
#include "event/ct_socket.h"
#include "thrift/wire/ct_app_exception.h"
#include "thrift/wire/ct_codec.h"
#include "thrift/wire/ct_transport.h"

#define ERROR_SIZE 512
#define READ_SIZE  ((size_t) 16 * 1024)

/* Invariant: fd is -1 while there is no connection. */
struct ct_client_s {
    ct_client_conf_t conf;
    ct_envelope_t    envelope; /* of requests */
    ct_pool_t       *pool;     /* lives as long as the client */
    ct_pool_t       *results;  /* of the last call */
    int              fd;
    int32_t          seqid;
    int              app_error;
    ct_buf_t         out;
    ct_buf_t         in;
    ct_scan_t        scan;
    char             error[ERROR_SIZE];
};


void
ct_client_conf_init(ct_client_conf_t *conf, const char *address)
{
    const ct_limits_t limits = CT_LIMITS_DEFAULT;

    memset(conf, 0, sizeof(*conf));
    conf->address = address;
    conf->framed = true;
    conf->connect_timeout_ms = 5000;
    conf->limits = limits;
}


ct_client_t *
ct_client_create(const ct_client_conf_t *conf)
{
    ct_pool_t   *pool = ct_pool_create(1024);
    ct_client_t *client = ct_pool_zalloc(pool, sizeof(*client));

    client->pool = pool;
    client->results = ct_pool_create(4096);
    client->conf = *conf;
    client->conf.address = ct_str_dup_c(pool, ct_str_of(conf->address));
    if (conf->service != NULL) {
        client->conf.service = ct_str_dup_c(pool, ct_str_of(conf->service));
    }
    client->envelope.is_request = true;
    client->envelope.dialect.protocol = &ct_binary_protocol;
    client->envelope.dialect.transport =
        conf->framed ? &ct_framed_transport : &ct_unframed_transport;
    client->fd = -1;
    client->app_error = -1;
    ct_buf_init(&client->out);
    ct_buf_init(&client->in);
    return client;
}


void
ct_client_close(ct_client_t *client)
{
    if (client->fd != -1) {
        close(client->fd);
        client->fd = -1;
    }
    ct_buf_reset(&client->in, 0);
    memset(&client->scan, 0, sizeof(client->scan));
}


void
ct_client_destroy(ct_client_t *client)
{
    if (client == NULL) {
        return;
    }
    ct_client_close(client);
    ct_buf_release(&client->out);
    ct_buf_release(&client->in);
    ct_pool_destroy(client->results);
    ct_pool_destroy(client->pool);
}


const char *
ct_client_error(const ct_client_t *client)
{
    return client->error;
}


int
ct_client_app_error(const ct_client_t *client)
{
    return client->app_error;
}


/* Notes what failed, and that the connection is of no more use. */
static ct_rc_t
broken(ct_client_t *client, const char *c_what, const char *c_why)
{
    snprintf(client->error, sizeof(client->error), "%s %s: %s", c_what,
             client->conf.address, c_why);
    ct_client_close(client);
    return CT_ERROR;
}


/* Waits for the socket until the deadline (0: none). */
static ct_rc_t
socket_wait(ct_client_t *client, short events, uint64_t deadline_ms)
{
    struct pollfd pfd = { .fd = client->fd, .events = events };
    uint64_t      now_ms;
    int           wait_ms = -1;
    int           n;

    do {
        if (deadline_ms != 0) {
            now_ms = ct_clock_ms();
            wait_ms = now_ms >= deadline_ms ? 0 : (int) (deadline_ms - now_ms);
        }
        n = poll(&pfd, 1, wait_ms);
    } while (n < 0 && errno == EINTR);

    if (n == 0) {
        errno = ETIMEDOUT;
    }
    return n > 0 ? CT_OK : CT_ERROR;
}


static uint64_t
deadline_of(uint32_t timeout_ms)
{
    return timeout_ms == 0 ? 0 : ct_clock_ms() + timeout_ms;
}


/* The end of a connect(2) that did not finish at once. */
static ct_rc_t
connect_finish(ct_client_t *client)
{
    socklen_t len = sizeof(int);
    int       err = 0;

    if (socket_wait(client, POLLOUT,
                    deadline_of(client->conf.connect_timeout_ms))
        != CT_OK) {
        return CT_ERROR;
    }
    if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &err, &len) != 0) {
        return CT_ERROR;
    }
    errno = err;
    return err == 0 ? CT_OK : CT_ERROR;
}


static ct_rc_t
client_connect(ct_client_t *client)
{
    const char *c_why = NULL;
    ct_addr_t   addr;
    int         one = 1;

    if (client->fd != -1) {
        return CT_OK;
    }
    if (ct_addr_parse(ct_str_of(client->conf.address), &addr, &c_why)
        != CT_OK) {
        return broken(client, "bad address", c_why);
    }
    if (addr.fd != -1
        || ct_socket_create(addr.sa.any.sa_family, &client->fd) != CT_OK) {
        return broken(client, "cannot make a socket for", strerror(errno));
    }
    if (addr.sa.any.sa_family != AF_UNIX) {
        (void) setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one,
                          sizeof(one));
    }
    if (connect(client->fd, &addr.sa.any, addr.len) == 0) {
        return CT_OK;
    }
    if ((errno != EINPROGRESS && errno != EINTR)
        || connect_finish(client) != CT_OK) {
        return broken(client, "cannot connect to", strerror(errno));
    }
    return CT_OK;
}


static ct_rc_t
client_send(ct_client_t *client)
{
    const uint64_t deadline_ms = deadline_of(client->conf.send_timeout_ms);
    ct_buf_t      *out = &client->out;
    ssize_t        n;

    while (ct_buf_len(out) != 0) {
        n = send(client->fd, out->pos, ct_buf_len(out), MSG_NOSIGNAL);
        if (n >= 0) {
            out->pos += n;
            continue;
        }
        if (errno == EINTR) {
            continue;
        }
        if ((errno != EAGAIN && errno != EWOULDBLOCK)
            || socket_wait(client, POLLOUT, deadline_ms) != CT_OK) {
            return broken(client, "cannot send to", strerror(errno));
        }
    }
    return CT_OK;
}


/* More bytes at the end of `in`. */
static ct_rc_t
client_fill(ct_client_t *client, uint64_t deadline_ms)
{
    ct_buf_t *in = &client->in;
    ssize_t   n;

    if (ct_buf_reserve(in, READ_SIZE) != CT_OK) {
        return broken(client, "cannot receive from", "no memory");
    }
    for (;;) {
        n = recv(client->fd, in->last, ct_buf_room(in), 0);
        if (n > 0) {
            in->last += n;
            return CT_OK;
        }
        if (n == 0) {
            return broken(client, "no reply from", "the server has closed");
        }
        if (errno == EINTR) {
            continue;
        }
        if ((errno != EAGAIN && errno != EWOULDBLOCK)
            || socket_wait(client, POLLIN, deadline_ms) != CT_OK) {
            return broken(client, "no reply from", strerror(errno));
        }
    }
}


static ct_rc_t
reply_receive(ct_client_t *client, ct_cut_t *cut)
{
    const uint64_t deadline_ms = deadline_of(client->conf.receive_timeout_ms);
    const ct_dialect_t *dialect = &client->envelope.dialect;
    ct_buf_t           *in = &client->in;
    size_t              want;
    ct_rc_t             rc = CT_AGAIN;

    for (;;) {
        if (ct_buf_len(in) != 0) {
            rc = dialect->transport->cut(&client->scan, dialect->protocol,
                                         in->pos, ct_buf_len(in),
                                         &client->conf.limits, cut, &want);
        }
        if (rc == CT_OK) {
            return CT_OK;
        }
        if (rc == CT_ERROR) {
            return broken(client, "bad reply from", client->scan.why);
        }
        if (client_fill(client, deadline_ms) != CT_OK) {
            return CT_ERROR;
        }
    }
}


static ct_rc_t
request_write(ct_client_t *client, const ct_method_t *method, const void *args)
{
    const ct_dialect_t *dialect = &client->envelope.dialect;
    ct_message_t        head = { .seqid = client->seqid, .is_strict = true };
    const char         *c_why = "no memory";
    ct_writer_t         writer;
    size_t              mark;

    head.type = method->oneway ? CT_MESSAGE_ONEWAY : CT_MESSAGE_CALL;
    head.name = ct_str_of(method->name);
    if (client->conf.service != NULL) {
        head.name = ct_str_printf(client->results, "%s:%s",
                                  client->conf.service, method->name);
    }
    ct_buf_reset(&client->out, READ_SIZE);
    client->envelope.seqid = client->seqid;
    if (dialect->transport->wrap_begin(&client->envelope, &client->out, &mark)
        == CT_OK) {
        ct_writer_init(&writer, dialect->protocol, &client->out);
        dialect->protocol->write_message(&writer, &head);
        if (ct_codec_write(&writer, method->args, args, &c_why) == CT_OK
            && dialect->transport->wrap_end(&client->envelope, &client->out,
                                            mark)
                   == CT_OK) {
            return CT_OK;
        }
    }
    snprintf(client->error, sizeof(client->error), "cannot encode %s: %s",
             method->name, c_why);
    return CT_ERROR;
}


/* The connection is in step; it is the server that says no. */
static ct_rc_t
exception_read(ct_client_t *client, ct_reader_t *reader)
{
    ct_app_exception_t exception;

    if (ct_codec_read(reader, &ct_app_exception_struct, &exception) != CT_OK) {
        return broken(client, "bad exception from", reader->why);
    }
    if (exception.message.data == NULL) {
        exception.message = CT_STR("");
    }
    client->app_error = exception.type;
    snprintf(client->error, sizeof(client->error),
             "application exception %d: %.*s", (int) exception.type,
             CT_STR_ARG(exception.message));
    return CT_ERROR;
}


/* A caller who got CT_OK may look behind the pointer to a struct. */
static ct_rc_t
result_check(ct_client_t *client, const ct_method_t *method, const void *result)
{
    bool is_exception;

    if (ct_codec_result_is_set(method->result, result, &is_exception)) {
        return CT_OK;
    }
    client->app_error = CT_APP_MISSING_RESULT;
    snprintf(client->error, sizeof(client->error),
             "%s failed: the reply of %s has no result", method->name,
             client->conf.address);
    return CT_ERROR;
}


/* Decodes from a copy: `in` may move with the next call, the result not. */
static ct_rc_t
reply_read(ct_client_t *client, const ct_method_t *method, const ct_cut_t *cut,
           void *result)
{
    uint8_t     *body = ct_pool_try_alloc(client->results, cut->len);
    ct_message_t head;
    ct_reader_t  reader;

    if (body == NULL) {
        return broken(client, "cannot decode the reply of", "no memory");
    }
    memcpy(body, client->in.pos + cut->body, cut->len);
    client->in.pos += cut->whole;
    ct_reader_init(&reader, client->envelope.dialect.protocol, body, cut->len,
                   &client->conf.limits, client->results);
    if (reader.protocol->read_message(&reader, &head) != CT_OK) {
        return broken(client, "bad reply from", reader.why);
    }
    if (head.seqid != client->seqid || !ct_str_eq_c(head.name, method->name)) {
        return broken(client, "bad reply from", "it answers another call");
    }
    if (head.type == CT_MESSAGE_EXCEPTION) {
        return exception_read(client, &reader);
    }
    if (head.type != CT_MESSAGE_REPLY) {
        return broken(client, "bad reply from", "it is no reply");
    }
    if (ct_codec_read(&reader, method->result, result) != CT_OK) {
        return broken(client, "bad reply from", reader.why);
    }
    return result_check(client, method, result);
}


ct_rc_t
ct_client_call(ct_client_t *client, const ct_method_t *method, const void *args,
               void *result)
{
    ct_cut_t cut;

    client->error[0] = '\0';
    client->app_error = -1;
    client->seqid = client->seqid == INT32_MAX ? 1 : client->seqid + 1;
    ct_pool_reset(client->results);

    if (request_write(client, method, args) != CT_OK
        || client_connect(client) != CT_OK || client_send(client) != CT_OK) {
        return CT_ERROR;
    }
    if (method->oneway) {
        return CT_OK;
    }
    if (reply_receive(client, &cut) != CT_OK) {
        return CT_ERROR;
    }
    return reply_read(client, method, &cut, result);
}
