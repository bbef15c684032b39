/*
 * ct_tls_bio.h -- what OpenSSL reads from and writes to.
 *
 * A BIO of our own in place of OpenSSL's socket BIO: it goes through the
 * connection's own reading and writing, which keep the loop's flags, and it
 * never raises SIGPIPE.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_BIO_H
#define CT_TLS_BIO_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

#include <openssl/bio.h>

/*
 * The two ends of a BIO, with the results of ct_conn_recv and ct_conn_send.
 * CT_DECLINED from `recv` is the end of the stream.
 */
typedef struct ct_tls_io_s {
    ct_rc_t (*recv)(void *data, void *bytes, size_t size, size_t *n);
    ct_rc_t (*send)(void *data, const void *bytes, size_t len, size_t *n);
    void *data;
} ct_tls_io_t;

/* The kind of BIO; one for each context.  NULL when there is no memory. */
BIO_METHOD *ct_tls_bio_method_create(void);

/* `io` must outlive the BIO.  NULL when there is no memory. */
BIO *ct_tls_bio_create(const BIO_METHOD *method, ct_tls_io_t *io);

#endif /* CT_TLS_BIO_H */
