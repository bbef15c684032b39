/*
 * ct_tls.h -- a connection that is encrypted.
 *
 * conn->tls is NULL for plaintext.  Where it is set, ct_conn_recv,
 * ct_conn_send, ct_conn_shutdown and ct_conn_close go through the functions
 * here and keep their contracts; nobody else needs to call those.  The
 * handshake is run by who accepts (ct_prelude.c) before anybody reads.
 *
 * What TLS has found out about a peer is read by the ct_tls_get_ functions,
 * at any time between the end of the handshake and on_close.
 *
 * OpenSSL's own types stay out of this header.
 */

#ifndef CT_TLS_H
#define CT_TLS_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

typedef struct ct_conn_s        ct_conn_t;
typedef struct ct_pool_s        ct_pool_t;
typedef struct ct_tls_context_s ct_tls_context_t;
typedef struct ct_tls_s         ct_tls_t;

/* The first byte of every TLS connection: a handshake record. */
#define CT_TLS_FIRST_BYTE 0x16

/* Room for a reason, its NUL included. */
#define CT_TLS_REASON_SIZE 160

/*
 * Makes the connection an encrypted one; it has neither read nor written.
 * `context` outlives it.  CT_ERROR: no memory, logged.
 */
ct_rc_t ct_tls_begin(ct_conn_t *conn, const ct_tls_context_t *context);

/*
 * A step of the handshake, to be repeated when the connection is readable or
 * writable (ct_tls_news tells both) and CT_AGAIN came back.  CT_ERROR: it has
 * failed, and ct_tls_reason says why; not logged.
 */
ct_rc_t ct_tls_handshake(ct_conn_t *conn);

/*
 * Why the handshake has failed, in words for a log line; nothing a peer sent
 * is in it.  Gives back `out`.
 */
const char *ct_tls_reason(const ct_conn_t *conn, char *out, size_t size);

/* Whether the peer spoke no TLS at all; whether it said nothing at all. */
bool ct_tls_is_plaintext(const ct_conn_t *conn);
bool ct_tls_is_silent(const ct_conn_t *conn);

/* Whether the handshake went on with an older session's keys. */
bool ct_tls_is_resumed(const ct_conn_t *conn);

/* The connection's own, for ct_conn.c; contracts as there. */
ct_rc_t ct_tls_recv(ct_conn_t *conn, void *data, size_t size, size_t *n);
ct_rc_t ct_tls_send(ct_conn_t *conn, const void *data, size_t len, size_t *n);

/* CT_AGAIN: the goodbye could not be sent yet; ct_tls_news does it later. */
ct_rc_t ct_tls_shutdown(ct_conn_t *conn);

/* Frees; conn->tls is NULL then. */
void ct_tls_end(ct_conn_t *conn);

/*
 * Which callbacks these `news` of the socket are for: reading may have waited
 * for room to write, and writing for something to read.
 */
uint8_t ct_tls_news(ct_conn_t *conn, uint8_t news);

/*
 * What TLS knows of a connection, in words and in `pool`: for variables.  Empty
 * for a plaintext connection, and where there is nothing to say.
 */
typedef ct_str_t (*ct_tls_get_fn)(const ct_conn_t *conn, ct_pool_t *pool);

ct_str_t ct_tls_get_protocol(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_cipher(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_curve(const ct_conn_t *conn, ct_pool_t *pool);

/* The name that the client asked for; its bytes are the client's. */
ct_str_t ct_tls_get_server_name(const ct_conn_t *conn, ct_pool_t *pool);

/* "r" where an older session goes on, else ".". */
ct_str_t ct_tls_get_session_reused(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_session_id(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_alpn_protocol(const ct_conn_t *conn, ct_pool_t *pool);

/* "SUCCESS", or "NONE" where the client has shown no certificate. */
ct_str_t ct_tls_get_client_verify(const ct_conn_t *conn, ct_pool_t *pool);

/* Subject and issuer of the client's certificate, as RFC 2253 writes them. */
ct_str_t ct_tls_get_client_s_dn(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_client_i_dn(const ct_conn_t *conn, ct_pool_t *pool);

/* In hexadecimal digits; the fingerprint is SHA-256's, in lower case. */
ct_str_t ct_tls_get_client_serial(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_client_fingerprint(const ct_conn_t *conn, ct_pool_t *pool);

/* "Nov 22 20:20:09 2026 GMT", and how many days are left, 0 at least. */
ct_str_t ct_tls_get_client_v_start(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_client_v_end(const ct_conn_t *conn, ct_pool_t *pool);
ct_str_t ct_tls_get_client_v_remain(const ct_conn_t *conn, ct_pool_t *pool);

/* The certificate, in PEM. */
ct_str_t ct_tls_get_client_cert(const ct_conn_t *conn, ct_pool_t *pool);

#endif /* CT_TLS_H */
