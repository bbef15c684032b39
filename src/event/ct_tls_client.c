/*
 * ct_tls_client.c -- TLS from the side of who connects.
 *
 * A server must prove who it is: by a certificate that an authority vouches
 * for, made out to the name or the address that was called.
 *
 * OpenSSL reads and writes through ct_tls_bio.c, so that a server which has
 * gone does not raise SIGPIPE in a program that is not ours.
 */

#include "core/ct_config.h"

#include "event/ct_tls_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "core/ct_mem.h"
#include "event/ct_tls_bio.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#define WHY_SIZE  256
#define NAME_SIZE 256

/*
 * Invariants: ssl is NULL unless there is a connection; ctx is NULL if the
 * files could not be read, and `why` says so.
 */
struct ct_tls_client_s {
    SSL_CTX    *ctx;
    BIO_METHOD *method;
    SSL        *ssl;
    ct_tls_io_t io;
    int         fd;
    bool        unverified;
    bool        established;
    char        c_name[NAME_SIZE];
    char        why[WHY_SIZE];
};


const char *
ct_tls_client_why(const ct_tls_client_t *client)
{
    return client->why;
}


/* CT_ERROR, with OpenSSL's own reason behind `c_what`. */
static ct_rc_t
fail(ct_tls_client_t *client, const char *c_what)
{
    const unsigned long error = ERR_peek_last_error();
    const char         *c_words = ERR_reason_error_string(error);

    snprintf(client->why, sizeof(client->why), "%s: %s", c_what,
             c_words != NULL ? c_words : "unknown error");
    ERR_clear_error();
    return CT_ERROR;
}


static ct_rc_t
raw_recv(void *data, void *bytes, size_t size, size_t *n)
{
    const ct_tls_client_t *client = data;
    ssize_t                got;

    do {
        got = recv(client->fd, bytes, size, 0);
    } while (got < 0 && errno == EINTR);

    if (got > 0) {
        *n = (size_t) got;
        return CT_OK;
    }
    if (got == 0) {
        return CT_DECLINED;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? CT_AGAIN : CT_ERROR;
}


static ct_rc_t
raw_send(void *data, const void *bytes, size_t len, size_t *n)
{
    const ct_tls_client_t *client = data;
    ssize_t                sent;

    do {
        sent = send(client->fd, bytes, len, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);

    if (sent >= 0) {
        *n = (size_t) sent;
        return CT_OK;
    }
    return errno == EAGAIN || errno == EWOULDBLOCK ? CT_AGAIN : CT_ERROR;
}


static ct_rc_t
trust_load(ct_tls_client_t *client, const ct_tls_client_conf_t *conf)
{
    if (conf->unverified) {
        return CT_OK;
    }
    SSL_CTX_set_verify(client->ctx, SSL_VERIFY_PEER, NULL);
    if (conf->c_trusted == NULL) {
        return SSL_CTX_set_default_verify_paths(client->ctx) == 1
                   ? CT_OK
                   : fail(client, "cannot load the system's authorities");
    }
    return SSL_CTX_load_verify_file(client->ctx, conf->c_trusted) == 1
               ? CT_OK
               : fail(client, "cannot load the trusted authorities");
}


static ct_rc_t
own_load(ct_tls_client_t *client, const ct_tls_client_conf_t *conf)
{
    const char *c_key = conf->c_key;

    if (conf->c_certificate == NULL) {
        return CT_OK;
    }
    if (c_key == NULL) {
        c_key = conf->c_certificate;
    }
    if (SSL_CTX_use_certificate_chain_file(client->ctx, conf->c_certificate)
        != 1) {
        return fail(client, "cannot load the certificate");
    }
    if (SSL_CTX_use_PrivateKey_file(client->ctx, c_key, SSL_FILETYPE_PEM)
        != 1) {
        return fail(client, "cannot load the key");
    }
    return CT_OK;
}


static ct_rc_t
context_load(ct_tls_client_t *client, const ct_tls_client_conf_t *conf)
{
    client->method = ct_tls_bio_method_create();
    client->ctx = SSL_CTX_new(TLS_client_method());
    if (client->method == NULL || client->ctx == NULL) {
        return fail(client, "no memory for TLS");
    }
    SSL_CTX_set_min_proto_version(client->ctx, TLS1_2_VERSION);
    SSL_CTX_set_mode(client->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE
                                      | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (trust_load(client, conf) != CT_OK) {
        return CT_ERROR;
    }
    return own_load(client, conf);
}


static void
context_release(ct_tls_client_t *client)
{
    SSL_CTX_free(client->ctx);
    client->ctx = NULL;
}


ct_tls_client_t *
ct_tls_client_create(const ct_tls_client_conf_t *conf, const char *c_host)
{
    ct_tls_client_t *client = ct_mem_alloc(sizeof(*client));

    memset(client, 0, sizeof(*client));
    client->fd = -1;
    client->unverified = conf->unverified;
    snprintf(client->c_name, sizeof(client->c_name), "%s",
             conf->c_server_name != NULL ? conf->c_server_name : c_host);
    ERR_clear_error();
    if (context_load(client, conf) != CT_OK) {
        context_release(client);
    }
    return client;
}


ct_tls_client_t *
ct_tls_client_create_like(const ct_tls_client_t *other)
{
    ct_tls_client_t *client = ct_mem_alloc(sizeof(*client));

    *client = (ct_tls_client_t){ .fd = -1, .unverified = other->unverified };
    memcpy(client->c_name, other->c_name, sizeof(client->c_name));
    memcpy(client->why, other->why, sizeof(client->why));
    client->method = ct_tls_bio_method_create();
    if (client->method == NULL) {
        (void) fail(client, "no memory for TLS");
    } else if (other->ctx != NULL && SSL_CTX_up_ref(other->ctx) == 1) {
        client->ctx = other->ctx;
    }
    return client;
}


void
ct_tls_client_destroy(ct_tls_client_t *client)
{
    if (client == NULL) {
        return;
    }
    ct_tls_client_end(client);
    context_release(client);
    BIO_meth_free(client->method);
    ct_mem_release(client);
}


/* An address is looked for among the certificate's addresses. */
static bool
is_address(const char *c_name)
{
    uint8_t bytes[sizeof(struct in6_addr)];

    return inet_pton(AF_INET, c_name, bytes) == 1
           || inet_pton(AF_INET6, c_name, bytes) == 1;
}


/* Who the server must be; a name is told in the first message too. */
static bool
name_set(ct_tls_client_t *client)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(client->ssl);

    if (is_address(client->c_name)) {
        return client->unverified
               || X509_VERIFY_PARAM_set1_ip_asc(param, client->c_name) == 1;
    }
    return SSL_set_tlsext_host_name(client->ssl, client->c_name) == 1
           && (client->unverified
               || SSL_set1_host(client->ssl, client->c_name) == 1);
}


ct_rc_t
ct_tls_client_begin(ct_tls_client_t *client, int fd)
{
    BIO *bio;

    if (client->ctx == NULL) {
        return CT_ERROR; /* `why` is from create */
    }
    ERR_clear_error();
    client->fd = fd;
    client->io = (ct_tls_io_t){ raw_recv, raw_send, client };
    client->ssl = SSL_new(client->ctx);
    bio = ct_tls_bio_create(client->method, &client->io);
    if (client->ssl == NULL || bio == NULL) {
        BIO_free(bio);
        return fail(client, "no memory for TLS");
    }
    SSL_set_bio(client->ssl, bio, bio);
    SSL_set_connect_state(client->ssl);
    return name_set(client) ? CT_OK : fail(client, "cannot set the name");
}


void
ct_tls_client_end(ct_tls_client_t *client)
{
    if (client->ssl != NULL && client->established) {
        (void) SSL_shutdown(client->ssl);
    }
    SSL_free(client->ssl);
    ERR_clear_error();
    client->ssl = NULL;
    client->established = false;
    client->fd = -1;
}


/* What a call of OpenSSL that has not gone well means. */
static ct_rc_t
outcome(ct_tls_client_t *client, int rc, short *events)
{
    const long verdict = SSL_get_verify_result(client->ssl);

    switch (SSL_get_error(client->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        *events = POLLIN;
        return CT_AGAIN;
    case SSL_ERROR_WANT_WRITE:
        *events = POLLOUT;
        return CT_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return CT_DECLINED;
    default:
        client->established = false;
        if (!client->unverified && verdict != X509_V_OK) {
            snprintf(client->why, sizeof(client->why),
                     "the server's certificate is refused: %s",
                     X509_verify_cert_error_string(verdict));
            ERR_clear_error();
            return CT_ERROR;
        }
        return fail(client, "TLS has failed");
    }
}


ct_rc_t
ct_tls_client_handshake(ct_tls_client_t *client, short *events)
{
    int rc;

    ERR_clear_error();
    rc = SSL_do_handshake(client->ssl);
    if (rc == 1) {
        client->established = true;
        return CT_OK;
    }
    return outcome(client, rc, events) == CT_AGAIN ? CT_AGAIN : CT_ERROR;
}


ct_rc_t
ct_tls_client_recv(ct_tls_client_t *client, void *data, size_t size, size_t *n,
                   short *events)
{
    ERR_clear_error();
    if (SSL_read_ex(client->ssl, data, size, n) == 1) {
        return CT_OK;
    }
    return outcome(client, 0, events);
}


ct_rc_t
ct_tls_client_send(ct_tls_client_t *client, const void *data, size_t len,
                   size_t *n, short *events)
{
    ct_rc_t rc;

    ERR_clear_error();
    if (SSL_write_ex(client->ssl, data, len, n) == 1) {
        return CT_OK;
    }
    rc = outcome(client, 0, events);
    return rc == CT_DECLINED ? fail(client, "the server has closed") : rc;
}
