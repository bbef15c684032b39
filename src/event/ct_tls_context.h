/*
 * ct_tls_context.h -- what all encrypted connections of a server share.
 *
 * Certificates, keys, ciphers, and whom to trust, read once for each
 * generation of configuration and constant from then on.  Workers inherit it
 * by fork, so they need no right to read a key.
 *
 * A context has one or more sites.  A site is what one set of names is served
 * with: an SSL_CTX with a certificate, or with several of different kinds of
 * key.  The first one serves clients that name nothing, or nothing known.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_CONTEXT_H
#define CT_TLS_CONTEXT_H

#include "core/ct_config.h"

#include "event/ct_tls_conf.h"

#include <openssl/ssl.h>

typedef struct ct_cycle_s       ct_cycle_t;
typedef struct ct_tls_context_s ct_tls_context_t;

/*
 * Reads all that `conf` names; lives in the cycle's pool and ends with it.
 * NULL, logged with file and line, if anything is wrong.
 */
ct_tls_context_t *ct_tls_context_create(const ct_tls_conf_t *conf,
                                        ct_cycle_t          *cycle);

/* What a connection begins with, before its client has named a site. */
SSL_CTX *ct_tls_context_default(const ct_tls_context_t *context);

/* The kind of BIO for connections of this context. */
const BIO_METHOD *ct_tls_context_bio(const ct_tls_context_t *context);

/* How long a handshake may take. */
uint64_t ct_tls_context_timeout_ms(const ct_tls_context_t *context);

#endif /* CT_TLS_CONTEXT_H */
