/*
 * ct_tls_trust.c -- whom clients' certificates are checked against.
 *
 * A certificate that is shown must be good, whether one must be shown or may:
 * so whoever asks for a client's name finds a name that can be believed, or
 * none.
 */

#include "core/ct_config.h"

#include "event/ct_tls_trust.h"

#include "event/ct_tls_cert.h"


ct_rc_t
ct_tls_trust_init(ct_tls_trust_t *trust, const ct_tls_conf_t *conf,
                  ct_cycle_t *cycle)
{
    *trust = (ct_tls_trust_t){ .conf = conf };
    if (conf->verify_client == CT_TLS_VERIFY_OFF) {
        return CT_OK;
    }
    trust->store = X509_STORE_new();
    trust->names = sk_X509_NAME_new_null();
    if (trust->store == NULL || trust->names == NULL) {
        return ct_tls_refuse(cycle, &conf->verify_word, "no memory for CAs");
    }
    if ((conf->client_certificate.node != NULL
         && ct_tls_trust_load(cycle, &conf->client_certificate, trust->store,
                              trust->names)
                != CT_OK)
        || (conf->trusted_certificate.node != NULL
            && ct_tls_trust_load(cycle, &conf->trusted_certificate,
                                 trust->store, NULL)
                   != CT_OK)) {
        return CT_ERROR;
    }
    if (conf->crl.node != NULL) {
        return ct_tls_crl_load(cycle, &conf->crl, trust->store);
    }
    return CT_OK;
}


void
ct_tls_trust_release(ct_tls_trust_t *trust)
{
    X509_STORE_free(trust->store);
    sk_X509_NAME_pop_free(trust->names, X509_NAME_free);
    trust->store = NULL;
    trust->names = NULL;
}


bool
ct_tls_trust_use(const ct_tls_trust_t *trust, SSL_CTX *ctx)
{
    const ct_tls_conf_t *conf = trust->conf;
    STACK_OF(X509_NAME) * names;
    int mode = SSL_VERIFY_PEER;

    if (conf->verify_client == CT_TLS_VERIFY_OFF) {
        SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
        return true;
    }
    if (conf->verify_client == CT_TLS_VERIFY_ON) {
        mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    SSL_CTX_set_verify(ctx, mode, NULL);
    SSL_CTX_set_verify_depth(ctx, (int) conf->verify_depth);
    SSL_CTX_set1_cert_store(ctx, trust->store);
    names = SSL_dup_CA_list(trust->names);
    if (names == NULL) {
        return false;
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    return true;
}


static bool
digest_object(const X509_OBJECT *object, EVP_MD_CTX *md)
{
    const X509 *ca = X509_OBJECT_get0_X509(object);
    X509_CRL   *crl = X509_OBJECT_get0_X509_CRL(object);
    uint8_t     digest[EVP_MAX_MD_SIZE];
    unsigned    len = 0;
    const int   rc = ca != NULL
                         ? X509_digest(ca, EVP_sha256(), digest, &len)
                         : X509_CRL_digest(crl, EVP_sha256(), digest, &len);

    return rc == 1 && EVP_DigestUpdate(md, digest, len) == 1;
}


bool
ct_tls_trust_digest(const ct_tls_trust_t *trust, EVP_MD_CTX *md)
{
    const STACK_OF(X509_OBJECT) * objects;
    bool is_good = true;

    if (trust->store == NULL) {
        return true;
    }
    objects = X509_STORE_get0_objects(trust->store);
    for (int i = 0; is_good && i < sk_X509_OBJECT_num(objects); i++) {
        is_good = digest_object(sk_X509_OBJECT_value(objects, i), md);
    }
    return is_good;
}
