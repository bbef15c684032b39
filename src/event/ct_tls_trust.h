/*
 * ct_tls_trust.h -- whom clients' certificates are checked against.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_TRUST_H
#define CT_TLS_TRUST_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_tls_conf.h"

#include <openssl/evp.h>
#include <openssl/ssl.h>

typedef struct ct_cycle_s ct_cycle_t;

/* store and names are NULL where clients are not asked. */
typedef struct ct_tls_trust_s {
    const ct_tls_conf_t *conf;
    X509_STORE          *store;  /* CAs and revocation lists */
    STACK_OF(X509_NAME) * names; /* of those that clients are told of */
} ct_tls_trust_t;

/*
 * Reads the files that `conf` names.  CT_ERROR, logged with file and line; to
 * be released in any case.
 */
ct_rc_t ct_tls_trust_init(ct_tls_trust_t *trust, const ct_tls_conf_t *conf,
                          ct_cycle_t *cycle);

/* OpenSSL counts who holds the store. */
void ct_tls_trust_release(ct_tls_trust_t *trust);

/* A site asks its clients accordingly; false: no memory. */
bool ct_tls_trust_use(const ct_tls_trust_t *trust, SSL_CTX *ctx);

/* Adds all that is trusted to the digest; false: no memory. */
bool ct_tls_trust_digest(const ct_tls_trust_t *trust, EVP_MD_CTX *md);

#endif /* CT_TLS_TRUST_H */
