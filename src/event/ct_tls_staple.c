/*
 * ct_tls_staple.c -- OCSP answers about our certificates, from files.
 *
 * An answer names its certificate by serial number and a hash of the issuer's
 * name, so nobody has to say which file is about which certificate.
 */

#include "core/ct_config.h"

#include "event/ct_tls_staple.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "event/ct_tls_cert.h"

/* Far more than an answer takes. */
#define MAX_FILE ((size_t) 64 * 1024)

/* For how long one that does not say it is shown: a day. */
#define DEFAULT_AGE_S 86400


/* Whether the answer's id is that of the certificate. */
static bool
is_about(const OCSP_CERTID *id, const X509 *leaf)
{
    ASN1_OCTET_STRING *name_hash = NULL;
    ASN1_OBJECT       *kind = NULL;
    ASN1_INTEGER      *serial = NULL;
    const EVP_MD      *md;
    uint8_t            digest[EVP_MAX_MD_SIZE];
    unsigned           len = 0;

    /* It only reads, but does not say so. */
    (void) OCSP_id_get0_info(&name_hash, &kind, NULL, &serial,
                             (OCSP_CERTID *) (uintptr_t) id);
    md = kind != NULL ? EVP_get_digestbyobj(kind) : NULL;
    return md != NULL
           && ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(leaf)) == 0
           && X509_NAME_digest(X509_get_issuer_name(leaf), md, digest, &len)
                  == 1
           && ASN1_STRING_length(name_hash) == (int) len
           && memcmp(ASN1_STRING_get0_data(name_hash), digest, len) == 0;
}


/* How long the answer holds; not positive: not any more. */
static time_t
seconds_left(OCSP_SINGLERESP *single)
{
    ASN1_GENERALIZEDTIME *next = NULL;
    int                   days = 0;
    int                   seconds = 0;

    (void) OCSP_single_get0_status(single, NULL, NULL, NULL, &next);
    if (next == NULL) {
        return DEFAULT_AGE_S;
    }
    if (ASN1_TIME_diff(&days, &seconds, NULL, next) != 1) {
        return 0;
    }
    return (time_t) days * 86400 + seconds;
}


/* An answer that has run out is no error: the server must come up without. */
static void
give(ct_tls_staple_t *staple, ct_cycle_t *cycle, const ct_tls_word_t *file,
     ct_str_t text, OCSP_SINGLERESP *single)
{
    const time_t    left = seconds_left(single);
    const ct_conf_t conf = { .cycle = cycle,
                             .pool = cycle->pool,
                             .log = &cycle->log,
                             .node = file->node };

    if (left <= 0) {
        ct_conf_warn(&conf, "the OCSP answer in '%.*s' is out of date",
                     CT_STR_ARG(file->text));
    }
    staple->answer = (const uint8_t *) text.data;
    staple->len = text.len;
    staple->until = time(NULL) + left;
}


static ct_rc_t
take_answer(ct_cycle_t *cycle, const ct_tls_word_t *file, ct_array_t *staples,
            ct_str_t text, OCSP_BASICRESP *basic)
{
    OCSP_SINGLERESP *single = OCSP_resp_get0(basic, 0);

    for (size_t i = 0; single != NULL && i < staples->n; i++) {
        ct_tls_staple_t *staple = ct_array_at(staples, i);

        if (is_about(OCSP_SINGLERESP_get0_id(single), staple->leaf)) {
            give(staple, cycle, file, text, single);
            return CT_OK;
        }
    }
    return ct_tls_refuse(cycle, file,
                         "the OCSP answer in '%.*s' is about none of the "
                         "certificates",
                         CT_STR_ARG(file->text));
}


ct_rc_t
ct_tls_staple_load(ct_cycle_t *cycle, const ct_tls_word_t *file,
                   ct_array_t *staples)
{
    const ct_str_t  path = ct_conf_path(cycle, file->text);
    OCSP_RESPONSE  *response;
    OCSP_BASICRESP *basic = NULL;
    const uint8_t  *begin;
    ct_str_t        text;
    ct_rc_t         rc;

    ERR_clear_error();
    ct_file_note(&cycle->stamps, path);
    if (ct_file_read(cycle->pool, path.data, MAX_FILE, &text) != CT_OK) {
        return ct_tls_refuse(cycle, file, "cannot read '%.*s': %s",
                             CT_STR_ARG(path), strerror(errno));
    }
    begin = (const uint8_t *) text.data;
    response = d2i_OCSP_RESPONSE(NULL, &begin, (long) text.len);
    if (response != NULL
        && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        basic = OCSP_response_get1_basic(response);
    }
    rc = basic != NULL
             ? take_answer(cycle, file, staples, text, basic)
             : ct_tls_refuse(cycle, file, "no good OCSP answer in '%.*s'",
                             CT_STR_ARG(file->text));
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    return rc;
}


/* The copy is OpenSSL's from then on. */
static int
on_status(SSL *ssl, void *data)
{
    const ct_array_t *staples = data;
    const X509       *cert = SSL_get_certificate(ssl);

    for (size_t i = 0; cert != NULL && i < staples->n; i++) {
        const ct_tls_staple_t *staple = ct_array_at(staples, i);
        uint8_t               *copy;

        if (staple->answer == NULL || staple->until <= time(NULL)
            || X509_cmp(staple->leaf, cert) != 0) {
            continue;
        }
        copy = OPENSSL_memdup(staple->answer, staple->len);
        if (copy == NULL) {
            return SSL_TLSEXT_ERR_NOACK;
        }
        SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long) staple->len);
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}


void
ct_tls_staple_use(SSL_CTX *ctx, ct_array_t *staples)
{
    SSL_CTX_set_tlsext_status_cb(ctx, on_status);
    SSL_CTX_set_tlsext_status_arg(ctx, staples);
}
