/*
 * ct_tls.c -- a connection that is encrypted.
 *
 * state       | event                        | function         | next
 * ------------+------------------------------+------------------+------------
 * -           | a connection is to be TLS    | ct_tls_begin     | handshaking
 * handshaking | readable, writable           | ct_tls_handshake | established,
 *             |                              |                  | failed
 * established | bytes, room                  | ct_tls_recv, send| established
 * established | the peer breaks the protocol | ct_tls_recv, send| failed
 * established | our side ends                | ct_tls_shutdown  | established
 * any         | the connection closes        | ct_tls_end       | -
 *
 * The kernel reports edges, and OpenSSL keeps bytes of its own: it reads ahead
 * of the record that it returns.  So `readable` means here that there may be
 * something to read from the socket or from OpenSSL.  The socket's reading
 * clears it when the kernel has no more; where OpenSSL still holds bytes it is
 * set again before the callback returns, so no edge can fall in between.
 *
 * OpenSSL keeps its errors in a queue of the thread, which outlives the
 * connection they belong to: it is emptied before each call whose outcome is
 * looked at, and after those whose outcome is not.
 */

#include "core/ct_config.h"

#include "event/ct_tls.h"

#include <openssl/err.h>
#include <stdio.h>

#include "core/ct_log.h"
#include "core/ct_mem.h"
#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "event/ct_tls_context.h"
#include "event/ct_tls_state.h"


/*
 * A peer that speaks something else is found out by its first byte, before
 * OpenSSL could answer it with an alert that it would not understand.
 */
static ct_rc_t
raw_recv(void *data, void *bytes, size_t size, size_t *n)
{
    ct_conn_t    *conn = data;
    ct_tls_t     *tls = conn->tls;
    const ct_rc_t rc = ct_conn_recv_raw(conn, bytes, size, n);

    if (rc == CT_OK && !tls->begun) {
        tls->begun = true;
        if (*(const uint8_t *) bytes != CT_TLS_FIRST_BYTE) {
            tls->plaintext = true;
            return CT_ERROR;
        }
    }
    if (rc == CT_DECLINED) {
        tls->truncated = true; /* unless its goodbye came before */
    }
    return rc;
}


static ct_rc_t
raw_send(void *data, const void *bytes, size_t len, size_t *n)
{
    return ct_conn_send_raw(data, bytes, len, n);
}


ct_rc_t
ct_tls_begin(ct_conn_t *conn, const ct_tls_context_t *context)
{
    ct_tls_t *tls = ct_mem_try_alloc(sizeof(*tls));
    BIO      *bio;

    if (tls == NULL) {
        return CT_ERROR;
    }
    *tls = (ct_tls_t){ .io = { raw_recv, raw_send, conn } };
    tls->ssl = SSL_new(ct_tls_context_default(context));
    bio = ct_tls_bio_create(ct_tls_context_bio(context), &tls->io);
    if (tls->ssl == NULL || bio == NULL) {
        goto fail;
    }
    SSL_set_bio(tls->ssl, bio, bio);
    SSL_set_accept_state(tls->ssl);
    conn->tls = tls;
    return CT_OK;

fail:
    CT_LOG(conn->log, CT_LOG_ERR, 0, "no memory for a TLS connection");
    ERR_clear_error();
    BIO_free(bio);
    SSL_free(tls->ssl);
    ct_mem_release(tls);
    return CT_ERROR;
}


/* What OpenSSL has read and not given out must be asked for again. */
static void
keep_readable(ct_conn_t *conn)
{
    if (!conn->io.readable && SSL_has_pending(conn->tls->ssl)) {
        conn->io.readable = true;
        ct_loop_rearm_io(conn->loop, &conn->io);
    }
}


/*
 * The stream has ended, which OpenSSL was told to take for a goodbye where
 * there was none: many clients close so.  Our direction stays as it is, and a
 * message that was cut off is found out by who reads it.
 */
static ct_rc_t
note_end(ct_conn_t *conn)
{
    if (conn->tls->truncated && conn->tls->established) {
        CT_LOG(conn->log, CT_LOG_DEBUG, 0,
               "connection %llu: the client has ended TLS without a goodbye",
               (unsigned long long) conn->number);
    }
    return CT_DECLINED;
}


/* What a call of OpenSSL that has not gone well means. */
static ct_rc_t
outcome(ct_conn_t *conn, int rc, bool *wants_read, bool *wants_write)
{
    ct_tls_t *tls = conn->tls;

    switch (SSL_get_error(tls->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        *wants_read = true;
        return CT_AGAIN;
    case SSL_ERROR_WANT_WRITE:
        *wants_write = true;
        return CT_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return note_end(conn);
    default:
        tls->failed = true;
        tls->error = ERR_peek_error();
        ERR_clear_error();
        return CT_ERROR;
    }
}


/*
 * A session that is gone on with brings the client's certificate from when it
 * began, and with tickets of TLS 1.3 that may be long ago.
 */
static bool
has_expired(const SSL *ssl)
{
    const X509 *cert = SSL_get0_peer_certificate(ssl);

    return SSL_session_reused(ssl) == 1 && cert != NULL
           && X509_cmp_current_time(X509_get0_notAfter(cert)) < 0;
}


ct_rc_t
ct_tls_handshake(ct_conn_t *conn)
{
    ct_tls_t *tls = conn->tls;
    ct_rc_t   rc;
    int       done;

    if (tls->failed) {
        return CT_ERROR;
    }
    ERR_clear_error();
    tls->write_wants_read = false;
    tls->read_wants_write = false;
    done = SSL_do_handshake(tls->ssl);
    if (done == 1 && has_expired(tls->ssl)) {
        tls->c_why = "its certificate has run out since its session began";
        tls->failed = true;
        return CT_ERROR;
    }
    if (done == 1) {
        tls->established = true;
        keep_readable(conn);
        return CT_OK;
    }
    rc = outcome(conn, done, &tls->write_wants_read, &tls->read_wants_write);
    if (rc != CT_AGAIN) {
        tls->failed = true;
        return CT_ERROR;
    }
    return CT_AGAIN;
}


/* Words of a client certificate's refusal, or NULL. */
static const char *
verify_words(const ct_tls_t *tls)
{
    const long why = SSL_get_verify_result(tls->ssl);

    return why == X509_V_OK ? NULL : X509_verify_cert_error_string(why);
}


const char *
ct_tls_reason(const ct_conn_t *conn, char *out, size_t size)
{
    const ct_tls_t *tls = conn->tls;
    const char     *c_words = verify_words(tls);

    if (tls->plaintext) {
        snprintf(out, size, "it does not speak TLS");
    } else if (tls->c_why != NULL) {
        snprintf(out, size, "%s", tls->c_why);
    } else if (c_words != NULL) {
        snprintf(out, size, "its certificate is refused: %s", c_words);
    } else if (tls->error == 0 || tls->truncated) {
        snprintf(out, size, "it has closed the connection");
    } else {
        c_words = ERR_reason_error_string(tls->error);
        snprintf(out, size, "%s", c_words != NULL ? c_words : "unknown error");
    }
    return out;
}


bool
ct_tls_is_plaintext(const ct_conn_t *conn)
{
    return conn->tls->plaintext;
}


bool
ct_tls_is_silent(const ct_conn_t *conn)
{
    return !conn->tls->begun;
}


bool
ct_tls_is_resumed(const ct_conn_t *conn)
{
    return SSL_session_reused(conn->tls->ssl) == 1;
}


ct_rc_t
ct_tls_recv(ct_conn_t *conn, void *data, size_t size, size_t *n)
{
    ct_tls_t *tls = conn->tls;
    bool      wants_read = false;

    CT_ASSERT(size > 0);
    if (conn->closed || tls->failed) {
        return CT_ERROR;
    }
    ERR_clear_error();
    tls->read_wants_write = false;
    if (SSL_read_ex(tls->ssl, data, size, n) == 1) {
        keep_readable(conn);
        return CT_OK;
    }
    return outcome(conn, 0, &wants_read, &tls->read_wants_write);
}


/* One record at a time, until the socket takes no more. */
ct_rc_t
ct_tls_send(ct_conn_t *conn, const void *data, size_t len, size_t *n)
{
    ct_tls_t      *tls = conn->tls;
    const uint8_t *bytes = data;
    bool           wants_write = false;
    size_t         sent = 0;
    size_t         part;

    CT_ASSERT(len > 0);
    if (conn->closed || tls->failed) {
        return CT_ERROR;
    }
    ERR_clear_error();
    tls->write_wants_read = false;
    while (sent < len
           && SSL_write_ex(tls->ssl, bytes + sent, len - sent, &part) == 1) {
        sent += part;
    }
    if (sent == 0) {
        const ct_rc_t rc =
            outcome(conn, 0, &tls->write_wants_read, &wants_write);

        return rc == CT_AGAIN ? CT_AGAIN : CT_ERROR;
    }
    *n = sent;
    return CT_OK;
}


/*
 * A peer's protocol error needs no goodbye: it had an alert.  A second call,
 * once the goodbye has left, would wait for the peer's.
 */
ct_rc_t
ct_tls_shutdown(ct_conn_t *conn)
{
    ct_tls_t *tls = conn->tls;
    int       rc;

    if (tls->failed || !tls->established
        || ((SSL_get_shutdown(tls->ssl) & SSL_SENT_SHUTDOWN)
            && !tls->shut_waits)) {
        return CT_OK;
    }
    ERR_clear_error();
    rc = SSL_shutdown(tls->ssl);
    tls->shut_waits =
        rc < 0 && SSL_get_error(tls->ssl, rc) == SSL_ERROR_WANT_WRITE;
    ERR_clear_error();
    return tls->shut_waits ? CT_AGAIN : CT_OK;
}


/* The BIO goes with the SSL. */
void
ct_tls_end(ct_conn_t *conn)
{
    ct_tls_t *tls = conn->tls;

    SSL_free(tls->ssl);
    ERR_clear_error();
    ct_mem_release(tls);
    conn->tls = NULL;
}


uint8_t
ct_tls_news(ct_conn_t *conn, uint8_t news)
{
    const ct_tls_t *tls = conn->tls;
    uint8_t         for_whom = news;

    if ((news & CT_IO_WRITE) && tls->shut_waits) {
        ct_conn_shutdown(conn);
    }
    if ((news & CT_IO_WRITE) && tls->read_wants_write) {
        for_whom |= CT_IO_READ;
    }
    if ((news & CT_IO_READ) && tls->write_wants_read) {
        for_whom |= CT_IO_WRITE;
    }
    return for_whom;
}
