/*
 * ct_tls_cert.h -- certificates and keys from files.
 *
 * For load time only, in the master and its trial child: keys are read with
 * the master's rights and wiped from every buffer but OpenSSL's.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_CERT_H
#define CT_TLS_CERT_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_tls_conf.h"

#include <openssl/ssl.h>

typedef struct ct_cycle_s ct_cycle_t;

/* A certificate with those above it, and its key. */
typedef struct ct_tls_pair_s {
    X509 *leaf;
    STACK_OF(X509) * chain;
    EVP_PKEY            *key;
    ct_str_t             names; /* what it speaks for, sorted */
    const ct_tls_word_t *word;  /* of the certificate */
} ct_tls_pair_t;

/*
 * An error at the word's place: "MESSAGE in FILE:LINE".  OpenSSL's own reason
 * stands behind the message where there is one; its queue is then empty.
 */
ct_rc_t ct_tls_refuse(ct_cycle_t *cycle, const ct_tls_word_t *word,
                      const char *fmt, ...) CT_PRINTF(3, 4);

/*
 * Reads both files; `passwords` names a file with a pass phrase on each line,
 * or nothing.  Filled with NULL at first; to be released in any case.
 */
ct_rc_t ct_tls_pair_load(ct_tls_pair_t *pair, ct_cycle_t *cycle,
                         const ct_tls_word_t *certificate,
                         const ct_tls_word_t *key,
                         const ct_tls_word_t *passwords);

/* OpenSSL counts who holds certificate and key; this lets go of them. */
void ct_tls_pair_release(ct_tls_pair_t *pair);

/* Every certificate of a file is added to the store, and to `names` if set. */
ct_rc_t ct_tls_trust_load(ct_cycle_t *cycle, const ct_tls_word_t *file,
                          X509_STORE *store, STACK_OF(X509_NAME) * names);

/* Every revocation list of a file; the store asks for one of each issuer. */
ct_rc_t ct_tls_crl_load(ct_cycle_t *cycle, const ct_tls_word_t *file,
                        X509_STORE *store);

#endif /* CT_TLS_CERT_H */
