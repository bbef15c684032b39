/*
 * ct_tls_context.c -- what all encrypted connections of a server share.
 *
 * Every site gets the same settings, since OpenSSL takes some of them from
 * the SSL_CTX that a connection began with and others from the one that it
 * was given when its client had named a site.
 */

#include "core/ct_config.h"

#include "event/ct_tls_context.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "core/ct_array.h"
#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "event/ct_tls_bio.h"
#include "event/ct_tls_cert.h"
#include "event/ct_tls_cipher.h"
#include "event/ct_tls_session.h"
#include "event/ct_tls_staple.h"
#include "event/ct_tls_trust.h"


typedef struct site_s {
    SSL_CTX *ctx;
    X509    *leaf;  /* of its first pair: its names are those of all */
    ct_str_t names; /* ct_tls_pair_t.names */
} site_t;

struct ct_tls_context_s {
    BIO_METHOD *bio;
    ct_array_t  sites;   /* of site_t *; the first is the default */
    ct_array_t  staples; /* of ct_tls_staple_t, one for each certificate */
    ct_str_t    alpn;
    uint64_t    handshake_timeout_ms;
    bool        rejects; /* clients that name no site */
};

/* One context being made. */
typedef struct maker_s {
    const ct_tls_conf_t *conf;
    ct_cycle_t          *cycle;
    ct_tls_context_t    *context;
    ct_tls_trust_t       trust;
} maker_t;


static site_t *
site_at(const ct_tls_context_t *context, size_t i)
{
    return *(site_t **) ct_array_at(&context->sites, i);
}


/* For values that nothing was written for: a bug, or no memory. */
static ct_rc_t
refuse_setting(const maker_t *maker, const char *c_what)
{
    return ct_tls_refuse(maker->cycle, &maker->conf->certificates.items[0],
                         "cannot set %s of TLS", c_what);
}


static bool
digest_all(const maker_t *maker, EVP_MD_CTX *md, uint8_t *digest, unsigned *len)
{
    const ct_tls_conf_t *conf = maker->conf;
    const ct_str_t       text =
        ct_str_printf(maker->cycle->pool, "%d %u ", conf->verify_client,
                      (unsigned) conf->verify_depth);
    bool is_good = EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1
                   && EVP_DigestUpdate(md, text.data, text.len) == 1;

    for (size_t i = 0; is_good && i < maker->context->sites.n; i++) {
        const ct_str_t names = site_at(maker->context, i)->names;

        is_good = EVP_DigestUpdate(md, names.data, names.len) == 1;
    }
    return is_good && ct_tls_trust_digest(&maker->trust, md)
           && EVP_DigestFinal_ex(md, digest, len) == 1;
}


/*
 * A session belongs to those who speak for the same names and ask clients for
 * the same certificates.  So it goes on after a reload with new certificates
 * of ours, but another CA, or another list of revocations, makes clients show
 * theirs again.
 */
static ct_rc_t
find_owner(const maker_t *maker, ct_str_t *owner)
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    uint8_t     digest[EVP_MAX_MD_SIZE];
    unsigned    len = 0;
    const bool  is_good = md != NULL && digest_all(maker, md, digest, &len);

    EVP_MD_CTX_free(md);
    if (!is_good) {
        return refuse_setting(maker, "the sessions");
    }
    *owner = ct_str_dup(maker->cycle->pool,
                        (ct_str_t){ len, (const char *) digest });
    return CT_OK;
}


/* For all sites, once they are known. */
static ct_rc_t
set_sessions(const maker_t *maker)
{
    ct_tls_sessions_t *sessions;
    ct_str_t           owner;

    if (find_owner(maker, &owner) != CT_OK) {
        return CT_ERROR;
    }
    sessions = ct_tls_sessions_create(maker->conf, maker->cycle, owner);
    if (sessions == NULL) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < maker->context->sites.n; i++) {
        if (ct_tls_sessions_use(sessions, site_at(maker->context, i)->ctx)
            != CT_OK) {
            return refuse_setting(maker, "the sessions");
        }
    }
    return CT_OK;
}


static ct_rc_t
set_all(const maker_t *maker, SSL_CTX *ctx)
{
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION
                                 | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE
                              | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                              | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(ctx, 1);
    if (ct_tls_ciphers_use(maker->conf, maker->cycle, ctx) != CT_OK) {
        return CT_ERROR;
    }
    if (!ct_tls_trust_use(&maker->trust, ctx)) {
        return refuse_setting(maker, "the CAs");
    }
    return CT_OK;
}


/* Which site the client's name is for; exactly, or else by a wildcard. */
static site_t *
find_site(const ct_tls_context_t *context, const char *c_name)
{
    static const unsigned flags[] = { X509_CHECK_FLAG_NO_WILDCARDS,
                                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS };

    for (size_t i = 0; i < CT_ARRAY_LEN(flags); i++) {
        for (size_t k = 0; k < context->sites.n; k++) {
            site_t *site = site_at(context, k);

            if (X509_check_host(site->leaf, c_name, 0, flags[i], NULL) == 1) {
                return site;
            }
        }
    }
    return NULL;
}


static int
on_server_name(SSL *ssl, int *alert, void *data)
{
    const ct_tls_context_t *context = data;
    const char   *c_name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    const site_t *site = NULL;

    if (c_name != NULL && (context->sites.n > 1 || context->rejects)) {
        site = find_site(context, c_name);
    }
    if (site == NULL && context->rejects) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    if (site != NULL && SSL_set_SSL_CTX(ssl, site->ctx) == NULL) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    return c_name != NULL ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}


/* Ours is the order; where nothing is common there is no connection. */
static int
on_alpn(SSL *ssl CT_UNUSED, const uint8_t **name, uint8_t *name_len,
        const uint8_t *offered, unsigned offered_len, void *data)
{
    const ct_tls_context_t *context = data;
    const uint8_t          *ours = (const uint8_t *) context->alpn.data;
    uint8_t                *chosen;

    if (SSL_select_next_proto(&chosen, name_len, ours,
                              (unsigned) context->alpn.len, offered,
                              offered_len)
        != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *name = chosen;
    return SSL_TLSEXT_ERR_OK;
}


/* A new site at the end of the list; NULL, logged. */
static site_t *
make_site(const maker_t *maker, const ct_tls_pair_t *pair)
{
    ct_tls_context_t *context = maker->context;
    site_t           *site = ct_pool_zalloc(maker->cycle->pool, sizeof(*site));

    *(site_t **) ct_array_push(&context->sites) = site;
    site->ctx = SSL_CTX_new(TLS_server_method());
    if (site->ctx == NULL) {
        (void) refuse_setting(maker, "a context");
        return NULL;
    }
    X509_up_ref(pair->leaf);
    site->leaf = pair->leaf;
    site->names = pair->names;
    SSL_CTX_set_tlsext_servername_callback(site->ctx, on_server_name);
    SSL_CTX_set_tlsext_servername_arg(site->ctx, context);
    if (context->alpn.len > 0) {
        SSL_CTX_set_alpn_select_cb(site->ctx, on_alpn, context);
    }
    if (maker->conf->staples.n > 0) {
        ct_tls_staple_use(site->ctx, &context->staples);
    }
    return set_all(maker, site->ctx) == CT_OK ? site : NULL;
}


/* The site of the same names, unless they are none. */
static site_t *
find_same(const maker_t *maker, const ct_tls_pair_t *pair)
{
    for (size_t i = 0; pair->names.len > 0 && i < maker->context->sites.n;
         i++) {
        site_t *site = site_at(maker->context, i);

        if (ct_str_eq(site->names, pair->names)) {
            return site;
        }
    }
    return NULL;
}


/* Whether the site has a certificate of this kind of key. */
static bool
has_kind(const site_t *site, const ct_tls_pair_t *pair)
{
    const int kind = EVP_PKEY_get_base_id(pair->key);
    bool      found = false;
    int       more;

    for (more = SSL_CTX_set_current_cert(site->ctx, SSL_CERT_SET_FIRST);
         more == 1 && !found;
         more = SSL_CTX_set_current_cert(site->ctx, SSL_CERT_SET_NEXT)) {
        const EVP_PKEY *key = SSL_CTX_get0_privatekey(site->ctx);

        found = key != NULL && EVP_PKEY_get_base_id(key) == kind;
    }
    return found;
}


static ct_rc_t
add_pair(const maker_t *maker, const ct_tls_pair_t *pair)
{
    site_t *site = find_same(maker, pair);

    if (site == NULL) {
        site = make_site(maker, pair);
        if (site == NULL) {
            return CT_ERROR;
        }
    } else if (has_kind(site, pair)) {
        return ct_tls_refuse(maker->cycle, pair->word,
                             "'%.*s' can never be chosen: a certificate before "
                             "it has the same names and the same kind of key",
                             CT_STR_ARG(pair->word->text));
    }
    if (SSL_CTX_use_cert_and_key(site->ctx, pair->leaf, pair->key, pair->chain,
                                 0)
        != 1) {
        return ct_tls_refuse(maker->cycle, pair->word, "cannot use '%.*s'",
                             CT_STR_ARG(pair->word->text));
    }
    X509_up_ref(pair->leaf);
    *(ct_tls_staple_t *) ct_array_push(&maker->context->staples) =
        (ct_tls_staple_t){ .leaf = pair->leaf };
    return CT_OK;
}


static ct_rc_t
add_staples(const maker_t *maker)
{
    const ct_tls_words_t *files = &maker->conf->staples;

    for (size_t i = 0; i < files->n; i++) {
        if (ct_tls_staple_load(maker->cycle, &files->items[i],
                               &maker->context->staples)
            != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static ct_rc_t
add_pairs(const maker_t *maker)
{
    const ct_tls_conf_t *conf = maker->conf;
    ct_rc_t              rc = CT_OK;

    for (size_t i = 0; rc == CT_OK && i < conf->certificates.n; i++) {
        ct_tls_pair_t pair;

        rc = ct_tls_pair_load(&pair, maker->cycle, &conf->certificates.items[i],
                              &conf->keys.items[i], &conf->password_file);
        if (rc == CT_OK) {
            rc = add_pair(maker, &pair);
        }
        ct_tls_pair_release(&pair);
    }
    return rc;
}


static void
context_release(void *data)
{
    ct_tls_context_t *context = data;

    for (size_t i = 0; i < context->sites.n; i++) {
        SSL_CTX_free(site_at(context, i)->ctx);
        X509_free(site_at(context, i)->leaf);
    }
    for (size_t i = 0; i < context->staples.n; i++) {
        const ct_tls_staple_t *staple = ct_array_at(&context->staples, i);

        X509_free(staple->leaf);
    }
    BIO_meth_free(context->bio);
}


ct_tls_context_t *
ct_tls_context_create(const ct_tls_conf_t *conf, ct_cycle_t *cycle)
{
    ct_tls_context_t *context = ct_pool_zalloc(cycle->pool, sizeof(*context));
    maker_t maker = { .conf = conf, .cycle = cycle, .context = context };
    ct_rc_t rc = CT_OK;

    CT_ASSERT(conf->certificates.n > 0 && conf->keys.n == conf->certificates.n);
    ERR_clear_error();
    context->handshake_timeout_ms = conf->handshake_timeout_ms;
    context->alpn = conf->alpn.text;
    context->rejects = conf->reject_handshake;
    ct_array_init(&context->sites, cycle->pool, sizeof(site_t *));
    ct_array_init(&context->staples, cycle->pool, sizeof(ct_tls_staple_t));
    ct_pool_cleanup_add(cycle->pool, context_release, context);
    context->bio = ct_tls_bio_method_create();
    if (context->bio == NULL) {
        rc = refuse_setting(&maker, "the sockets");
    }
    if (rc == CT_OK) {
        rc = ct_tls_trust_init(&maker.trust, conf, cycle);
    }
    if (rc == CT_OK) {
        rc = add_pairs(&maker);
    }
    if (rc == CT_OK) {
        rc = set_sessions(&maker);
    }
    if (rc == CT_OK) {
        rc = add_staples(&maker);
    }
    ct_tls_trust_release(&maker.trust);
    return rc == CT_OK ? context : NULL;
}


SSL_CTX *
ct_tls_context_default(const ct_tls_context_t *context)
{
    return site_at(context, 0)->ctx;
}


const BIO_METHOD *
ct_tls_context_bio(const ct_tls_context_t *context)
{
    return context->bio;
}


uint64_t
ct_tls_context_timeout_ms(const ct_tls_context_t *context)
{
    return context->handshake_timeout_ms;
}
