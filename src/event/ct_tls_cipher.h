/*
 * ct_tls_cipher.h -- versions, ciphers and curves.
 *
 * Ours where the configuration says nothing, since OpenSSL's defaults are a
 * matter of taste of the system that it came with.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_CIPHER_H
#define CT_TLS_CIPHER_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "event/ct_tls_conf.h"

#include <openssl/ssl.h>

typedef struct ct_cycle_s ct_cycle_t;

/* CT_ERROR, logged with file and line. */
ct_rc_t ct_tls_ciphers_use(const ct_tls_conf_t *conf, ct_cycle_t *cycle,
                           SSL_CTX *ctx);

#endif /* CT_TLS_CIPHER_H */
