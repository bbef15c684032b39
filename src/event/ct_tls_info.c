/*
 * ct_tls_info.c -- what TLS knows of a connection, in words.
 *
 * Nothing is kept from one question to the next: OpenSSL has all of it, and
 * most connections are never asked.
 */

#include "core/ct_config.h"

#include "event/ct_tls.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "core/ct_pool.h"
#include "event/ct_conn.h"
#include "event/ct_tls_state.h"


/* NULL for plaintext. */
static SSL *
ssl_of(const ct_conn_t *conn)
{
    return conn->tls != NULL ? conn->tls->ssl : NULL;
}


/* The client's, or NULL; OpenSSL's own, not to be freed. */
static X509 *
cert_of(const ct_conn_t *conn)
{
    const SSL *ssl = ssl_of(conn);

    return ssl != NULL ? SSL_get0_peer_certificate(ssl) : NULL;
}


static ct_str_t
hex(ct_pool_t *pool, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    char             *text = ct_pool_alloc(pool, 2 * len + 1);

    for (size_t i = 0; i < len; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    text[2 * len] = '\0';
    return (ct_str_t){ 2 * len, text };
}


/* What was written into memory, which goes. */
static ct_str_t
take_memory(BIO *memory, ct_pool_t *pool)
{
    ct_str_t text = ct_str_of(NULL);
    char    *bytes = NULL;
    long     len;

    if (memory != NULL) {
        len = BIO_get_mem_data(memory, &bytes);
        if (len > 0) {
            text = ct_str_dup(pool, (ct_str_t){ (size_t) len, bytes });
        }
        BIO_free(memory);
    }
    ERR_clear_error();
    return text;
}


ct_str_t
ct_tls_get_protocol(const ct_conn_t *conn, ct_pool_t *pool CT_UNUSED)
{
    const SSL *ssl = ssl_of(conn);

    return ct_str_of(ssl != NULL ? SSL_get_version(ssl) : NULL);
}


ct_str_t
ct_tls_get_cipher(const ct_conn_t *conn, ct_pool_t *pool CT_UNUSED)
{
    const SSL *ssl = ssl_of(conn);

    return ct_str_of(ssl != NULL ? SSL_get_cipher_name(ssl) : NULL);
}


ct_str_t
ct_tls_get_curve(const ct_conn_t *conn, ct_pool_t *pool CT_UNUSED)
{
    SSL *ssl = ssl_of(conn);

    if (ssl == NULL) {
        return ct_str_of(NULL);
    }
    return ct_str_of(
        SSL_group_to_name(ssl, (int) SSL_get_negotiated_group(ssl)));
}


ct_str_t
ct_tls_get_server_name(const ct_conn_t *conn, ct_pool_t *pool)
{
    const SSL *ssl = ssl_of(conn);

    if (ssl == NULL) {
        return ct_str_of(NULL);
    }
    return ct_str_dup(
        pool, ct_str_of(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)));
}


ct_str_t
ct_tls_get_session_reused(const ct_conn_t *conn, ct_pool_t *pool CT_UNUSED)
{
    if (conn->tls == NULL) {
        return ct_str_of(NULL);
    }
    return ct_tls_is_resumed(conn) ? CT_STR("r") : CT_STR(".");
}


ct_str_t
ct_tls_get_session_id(const ct_conn_t *conn, ct_pool_t *pool)
{
    const SSL         *ssl = ssl_of(conn);
    const SSL_SESSION *session = ssl != NULL ? SSL_get_session(ssl) : NULL;
    const uint8_t     *id;
    unsigned           len;

    if (session == NULL) {
        return ct_str_of(NULL);
    }
    id = SSL_SESSION_get_id(session, &len);
    return hex(pool, id, len);
}


ct_str_t
ct_tls_get_alpn_protocol(const ct_conn_t *conn, ct_pool_t *pool)
{
    const SSL     *ssl = ssl_of(conn);
    const uint8_t *name = NULL;
    unsigned       len = 0;

    if (ssl != NULL) {
        SSL_get0_alpn_selected(ssl, &name, &len);
    }
    if (len == 0) {
        return ct_str_of(NULL);
    }
    return ct_str_dup(pool, (ct_str_t){ len, (const char *) name });
}


/* A bad one has ended the handshake, so one that is there is good. */
ct_str_t
ct_tls_get_client_verify(const ct_conn_t *conn, ct_pool_t *pool CT_UNUSED)
{
    if (conn->tls == NULL) {
        return ct_str_of(NULL);
    }
    return cert_of(conn) != NULL ? CT_STR("SUCCESS") : CT_STR("NONE");
}


static ct_str_t
name_text(const X509_NAME *name, ct_pool_t *pool)
{
    BIO *memory = BIO_new(BIO_s_mem());

    if (memory != NULL) {
        (void) X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253);
    }
    return take_memory(memory, pool);
}


ct_str_t
ct_tls_get_client_s_dn(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);

    return cert != NULL ? name_text(X509_get_subject_name(cert), pool)
                        : ct_str_of(NULL);
}


ct_str_t
ct_tls_get_client_i_dn(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);

    return cert != NULL ? name_text(X509_get_issuer_name(cert), pool)
                        : ct_str_of(NULL);
}


ct_str_t
ct_tls_get_client_serial(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);
    BIO        *memory = cert != NULL ? BIO_new(BIO_s_mem()) : NULL;

    if (memory != NULL) {
        (void) i2a_ASN1_INTEGER(memory, X509_get0_serialNumber(cert));
    }
    return take_memory(memory, pool);
}


ct_str_t
ct_tls_get_client_fingerprint(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);
    uint8_t     digest[EVP_MAX_MD_SIZE];
    unsigned    len;

    if (cert == NULL || X509_digest(cert, EVP_sha256(), digest, &len) != 1) {
        return ct_str_of(NULL);
    }
    return hex(pool, digest, len);
}


static ct_str_t
time_text(const ASN1_TIME *when, ct_pool_t *pool)
{
    BIO *memory = BIO_new(BIO_s_mem());

    if (memory != NULL) {
        (void) ASN1_TIME_print(memory, when);
    }
    return take_memory(memory, pool);
}


ct_str_t
ct_tls_get_client_v_start(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);

    return cert != NULL ? time_text(X509_get0_notBefore(cert), pool)
                        : ct_str_of(NULL);
}


ct_str_t
ct_tls_get_client_v_end(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);

    return cert != NULL ? time_text(X509_get0_notAfter(cert), pool)
                        : ct_str_of(NULL);
}


ct_str_t
ct_tls_get_client_v_remain(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);
    int         days = 0;
    int         seconds = 0;

    if (cert == NULL) {
        return ct_str_of(NULL);
    }
    if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) != 1
        || days < 0) {
        days = 0;
    }
    return ct_str_printf(pool, "%d", days);
}


ct_str_t
ct_tls_get_client_cert(const ct_conn_t *conn, ct_pool_t *pool)
{
    const X509 *cert = cert_of(conn);
    BIO        *memory = cert != NULL ? BIO_new(BIO_s_mem()) : NULL;

    if (memory != NULL) {
        (void) PEM_write_bio_X509(memory, cert);
    }
    return take_memory(memory, pool);
}
