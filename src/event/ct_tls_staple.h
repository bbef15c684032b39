/*
 * ct_tls_staple.h -- OCSP answers about our certificates, from files.
 *
 * A client that asks is shown the answer that its certificate's issuer has
 * given, and need not ask there.  Fetching answers is a job for cron; here
 * they are read at load, and shown until they are out of date.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_STAPLE_H
#define CT_TLS_STAPLE_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_rc.h"
#include "event/ct_tls_conf.h"

#include <openssl/ssl.h>
#include <time.h>

typedef struct ct_cycle_s ct_cycle_t;

/* A certificate and what there is to show of it. */
typedef struct ct_tls_staple_s {
    X509          *leaf;
    const uint8_t *answer; /* NULL: nothing */
    size_t         len;
    time_t         until;
} ct_tls_staple_t;

/*
 * Reads one file and gives the answer to the certificate it is about, which is
 * one of `staples`, an array of ct_tls_staple_t.  CT_ERROR, logged.
 */
ct_rc_t ct_tls_staple_load(ct_cycle_t *cycle, const ct_tls_word_t *file,
                           ct_array_t *staples);

/* A site shows what is in `staples`, which outlives it. */
void ct_tls_staple_use(SSL_CTX *ctx, ct_array_t *staples);

#endif /* CT_TLS_STAPLE_H */
