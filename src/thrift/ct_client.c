/*
 * ct_client.c -- a Thrift client for C, which waits for its answers.
 *
 * Requests are wrapped, replies cut and decoded by the same tables as on the
 * server, under the same kind of limits.  What goes on with the socket is
 * ct_client_socket.c's.
 */

#include "core/ct_config.h"

#include "thrift/ct_client.h"

#include <stdio.h>
#include <strings.h>

#include "core/ct_buf.h"
#include "core/ct_clock.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "core/ct_str.h"
#include "thrift/ct_client_socket.h"
#include "thrift/wire/ct_app_exception.h"
#include "thrift/wire/ct_codec.h"
#include "thrift/wire/ct_transport.h"

#define ERROR_SIZE 512
/* An id and a trace: what follows a call. */
#define EXTRA_POOL_SIZE 512

#define KEEP_SIZE ((size_t) 16 * 1024)

struct ct_client_s {
    ct_client_conf_t   conf;
    ct_envelope_t      envelope; /* of requests */
    ct_pool_t         *pool;     /* lives as long as the client */
    ct_pool_t         *results;  /* of the last call */
    const ct_header_t *headers;  /* the conf's, and HTTP's */
    size_t             nheaders;
    ct_pool_t         *extra; /* of ct_client_set_headers, or NULL */
    ct_client_socket_t sock;
    int32_t            seqid;
    int                app_error;
    bool               calling; /* another fiber's call waits */
    ct_buf_t           out;
    ct_buf_t           in;
    ct_scan_t          scan;
    char               error[ERROR_SIZE];
};


void
ct_client_conf_init(ct_client_conf_t *conf, const char *address)
{
    const ct_limits_t limits = CT_LIMITS_DEFAULT;

    memset(conf, 0, sizeof(*conf));
    conf->address = address;
    conf->transport = &ct_framed_transport;
    conf->protocol = &ct_binary_protocol;
    conf->path = "/";
    conf->connect_timeout_ms = 5000;
    conf->limits = limits;
}


/* A header names its protocol by a number, and no server takes JSON's. */
static bool
goes_together(const ct_transport_t *transport, const ct_protocol_t *protocol)
{
    return protocol != &ct_json_protocol
           || (transport != &ct_header_transport
               && transport != &ct_ttheader_transport);
}


ct_rc_t
ct_client_conf_dialect(ct_client_conf_t *conf, const char *c_transport,
                       const char *c_protocol)
{
    static const ct_transport_t *const transports[] = {
        &ct_framed_transport,   &ct_unframed_transport,    &ct_header_transport,
        &ct_ttheader_transport, &ct_http_client_transport,
    };
    static const ct_protocol_t *const protocols[] = {
        &ct_binary_protocol,
        &ct_compact_protocol,
        &ct_json_protocol,
    };
    const ct_transport_t *transport = NULL;
    const ct_protocol_t  *protocol = NULL;

    for (size_t i = 0; i < CT_ARRAY_LEN(transports); i++) {
        if (strcmp(transports[i]->name, c_transport) == 0) {
            transport = transports[i];
        }
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(protocols); i++) {
        if (strcmp(protocols[i]->name, c_protocol) == 0) {
            protocol = protocols[i];
        }
    }
    conf->deflated = strcmp(c_transport, "zlib") == 0;
    if (conf->deflated) {
        transport = &ct_unframed_transport;
    }
    if (transport == NULL || protocol == NULL
        || !goes_together(transport, protocol)) {
        return CT_DECLINED;
    }
    conf->transport = transport;
    conf->protocol = protocol;
    return CT_OK;
}


/* HTTP's path and host come before the caller's. */
static void
headers_copy(ct_client_t *client, const ct_client_conf_t *conf)
{
    const size_t n = conf->nheaders + 2;
    ct_header_t *headers = ct_pool_alloc(client->pool, n * sizeof(*headers));
    ct_str_t     host = ct_str_of(client->conf.address);
    size_t       own = 0;

    if (ct_str_starts_with(host, "unix:")) {
        host = CT_STR("localhost");
    }
    if (conf->transport->answers_oneway) {
        headers[own++] =
            (ct_header_t){ CT_STR(":path"),
                           ct_str_dup(client->pool, ct_str_of(conf->path)) };
        headers[own++] = (ct_header_t){ CT_STR("Host"), host };
    }
    for (size_t i = 0; i < conf->nheaders; i++) {
        headers[own++] =
            (ct_header_t){ ct_str_dup(client->pool, conf->headers[i].name),
                           ct_str_dup(client->pool, conf->headers[i].value) };
    }
    client->headers = headers;
    client->nheaders = own;
    client->envelope.headers = headers;
    client->envelope.nheaders = own;
}


static bool
is_named(ct_str_t name, const ct_header_t *headers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (headers[i].name.len == name.len
            && strncasecmp(headers[i].name.data, name.data, name.len) == 0) {
            return true;
        }
    }
    return false;
}


void
ct_client_set_headers(ct_client_t *client, const ct_header_t *headers, size_t n)
{
    ct_header_t *all;
    size_t       nall = 0;

    client->envelope.headers = client->headers;
    client->envelope.nheaders = client->nheaders;
    if (client->extra != NULL) {
        ct_pool_reset(client->extra);
    }
    if (n == 0) {
        return;
    }
    if (client->extra == NULL) {
        client->extra = ct_pool_create(EXTRA_POOL_SIZE);
    }
    all = ct_pool_alloc(client->extra, (client->nheaders + n) * sizeof(*all));
    for (size_t i = 0; i < client->nheaders; i++) {
        if (!is_named(client->headers[i].name, headers, n)) {
            all[nall++] = client->headers[i];
        }
    }
    for (size_t i = 0; i < n; i++) {
        all[nall++] =
            (ct_header_t){ ct_str_dup(client->extra, headers[i].name),
                           ct_str_dup(client->extra, headers[i].value) };
    }
    client->envelope.headers = all;
    client->envelope.nheaders = nall;
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
    client->envelope.compressed = conf->compressed;
    client->envelope.dialect.protocol = conf->protocol;
    client->envelope.dialect.transport = conf->transport;
    headers_copy(client, conf);
    ct_client_socket_init(&client->sock, &client->conf);
    client->app_error = -1;
    ct_buf_init(&client->out);
    ct_buf_init(&client->in);
    return client;
}


void
ct_client_close(ct_client_t *client)
{
    ct_client_socket_close(&client->sock);
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
    ct_client_socket_release(&client->sock);
    ct_buf_release(&client->out);
    ct_buf_release(&client->in);
    ct_pool_destroy(client->extra);
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


static ct_rc_t
socket_broken(ct_client_t *client)
{
    return broken(client, client->sock.c_what, client->sock.c_why);
}


static ct_rc_t
reply_receive(ct_client_t *client, ct_cut_t *cut)
{
    const ct_dialect_t *dialect = &client->envelope.dialect;
    ct_buf_t           *in = &client->in;
    uint64_t            deadline_ms = 0;
    size_t              want;
    ct_rc_t             rc = CT_AGAIN;

    if (client->conf.receive_timeout_ms != 0) {
        deadline_ms = ct_clock_ms() + client->conf.receive_timeout_ms;
    }
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
        if (ct_client_socket_receive(&client->sock, in, deadline_ms) != CT_OK) {
            return socket_broken(client);
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
    ct_buf_reset(&client->out, KEEP_SIZE);
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


/*
 * Takes the reply that was cut out of `in`, and its wrapping off.  It is
 * copied: `in` may move with the next call, and the result points into it.
 * CT_DECLINED: there is no message in it.
 */
static ct_rc_t
reply_open(ct_client_t *client, const ct_cut_t *cut, ct_envelope_t *envelope,
           ct_str_t *body)
{
    const ct_transport_t *transport = client->envelope.dialect.transport;
    ct_dialects_t         dialects = { .limits = &client->conf.limits,
                                       .binary = &ct_binary_protocol,
                                       .compact = &ct_compact_protocol,
                                       .json = &ct_json_protocol };
    ct_opening_t          opening = { .limits = &client->conf.limits,
                                      .dialects = &dialects,
                                      .pool = client->results,
                                      .app_error = -1 };
    uint8_t *whole = ct_pool_try_alloc(client->results, cut->whole);
    ct_rc_t  rc = CT_OK;

    if (whole == NULL) {
        return broken(client, "cannot decode the reply of", "no memory");
    }
    memcpy(whole, client->in.pos, cut->whole);
    client->in.pos += cut->whole;
    *envelope = (ct_envelope_t){ .dialect = client->envelope.dialect };
    *body = (ct_str_t){ cut->len, (char *) whole + cut->body };
    if (transport->open != NULL) {
        rc = transport->open(&opening, whole, cut, envelope, body);
    }
    return rc == CT_ERROR ? broken(client, "bad reply from", opening.why) : rc;
}


static ct_rc_t
message_read(ct_client_t *client, const ct_method_t *method,
             ct_reader_t *reader, void *result)
{
    ct_message_t head;

    if (reader->protocol->read_message(reader, &head) != CT_OK) {
        return broken(client, "bad reply from", reader->why);
    }
    if (head.seqid != client->seqid || !ct_str_eq_c(head.name, method->name)) {
        return broken(client, "bad reply from", "it answers another call");
    }
    if (head.type == CT_MESSAGE_EXCEPTION) {
        return exception_read(client, reader);
    }
    if (head.type != CT_MESSAGE_REPLY || method->result == NULL) {
        return broken(client, "bad reply from", "it is no reply");
    }
    if (ct_codec_read(reader, method->result, result) != CT_OK) {
        return broken(client, "bad reply from", reader->why);
    }
    return result_check(client, method, result);
}


static ct_rc_t
reply_read(ct_client_t *client, const ct_method_t *method, const ct_cut_t *cut,
           void *result)
{
    ct_envelope_t envelope;
    ct_str_t      body;
    ct_reader_t   reader;
    ct_rc_t       rc = reply_open(client, cut, &envelope, &body);

    if (rc == CT_DECLINED) {
        rc = method->oneway ? CT_OK
                            : broken(client, "bad reply from", "it is empty");
    } else if (rc == CT_OK) {
        ct_reader_init(&reader, envelope.dialect.protocol, body.data, body.len,
                       &client->conf.limits, client->results);
        rc = message_read(client, method, &reader, result);
    }
    if (envelope.closes) {
        ct_client_close(client);
    }
    return rc;
}


static ct_rc_t
call(ct_client_t *client, const ct_method_t *method, const void *args,
     void *result)
{
    ct_cut_t cut;

    client->seqid = client->seqid == INT32_MAX ? 1 : client->seqid + 1;
    ct_pool_reset(client->results);

    if (request_write(client, method, args) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_client_socket_connect(&client->sock) != CT_OK
        || ct_client_socket_send(&client->sock, &client->out) != CT_OK) {
        return socket_broken(client);
    }
    if (method->oneway && !client->conf.transport->answers_oneway) {
        return CT_OK;
    }
    if (reply_receive(client, &cut) != CT_OK) {
        return CT_ERROR;
    }
    return reply_read(client, method, &cut, result);
}


/*
 * Fibers that share a client would answer each other: the second one is told,
 * while the first one's call waits.
 */
ct_rc_t
ct_client_call(ct_client_t *client, const ct_method_t *method, const void *args,
               void *result)
{
    ct_rc_t rc;

    client->error[0] = '\0';
    client->app_error = -1;
    if (client->calling) {
        snprintf(client->error, sizeof(client->error),
                 "cannot call %s: another call is under way", method->name);
        return CT_ERROR;
    }
    client->calling = true;
    rc = call(client, method, args, result);
    client->calling = false;
    return rc;
}
