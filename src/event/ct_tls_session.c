/*
 * ct_tls_session.c -- going on with the keys of an older session.
 *
 * Here OpenSSL's callbacks meet the cache and the ticket keys.  Its own cache,
 * which each worker would have for itself, is off.
 *
 *   version, tickets | what a client comes back with | where the session is
 *   -----------------+-------------------------------+---------------------
 *   1.2 on, 1.3 on   | a ticket                      | in the ticket
 *   1.2 off          | a session id                  | in the cache
 *   1.3 off          | an id that looks like a ticket| in the cache
 */

#include "core/ct_config.h"

#include "event/ct_tls_session.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "core/ct_clock.h"
#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "core/ct_zone.h"
#include "event/ct_tls_cache.h"
#include "event/ct_tls_cert.h"
#include "event/ct_tls_ticket.h"

/* Larger than any file of a ticket key. */
#define MAX_KEY_FILE 4096


struct ct_tls_sessions_s {
    ct_tls_cache_t      *cache; /* or NULL */
    bool                 has_tickets;
    ct_tls_tickets_t     tickets;
    ct_tls_ticket_key_t *keys; /* from files; wiped at the end */
    size_t               nkeys;
    uint64_t             timeout_s;
    ct_str_t             owner;
};


/* Of this machine, not of the day: the same for all processes. */
static uint64_t
now_s(void)
{
    return ct_clock_ms() / 1000;
}


static ct_tls_sessions_t *
sessions_of(const SSL_CTX *ctx)
{
    return SSL_CTX_get_app_data(ctx);
}


/* ---- The cache. */

/* A session of TLS 1.3 that went out as a ticket is the client's to keep. */
static int
on_new_session(SSL *ssl, SSL_SESSION *session)
{
    const ct_tls_sessions_t *sessions = sessions_of(SSL_get_SSL_CTX(ssl));
    uint8_t                  data[CT_TLS_CACHE_DATA];
    uint8_t                 *end = data;
    const uint8_t           *id;
    unsigned                 id_len;
    int                      len;

    if (SSL_version(ssl) >= TLS1_3_VERSION && sessions->has_tickets) {
        return 0;
    }
    len = i2d_SSL_SESSION(session, NULL);
    if (len <= 0 || len > (int) sizeof(data)) {
        return 0;
    }
    (void) i2d_SSL_SESSION(session, &end);
    id = SSL_SESSION_get_id(session, &id_len);
    (void) ct_tls_cache_put(sessions->cache, id, id_len, data, (size_t) len,
                            now_s() + sessions->timeout_s);
    OPENSSL_cleanse(data, (size_t) len);
    return 0;
}


static SSL_SESSION *
on_get_session(SSL *ssl, const uint8_t *id, int id_len, int *copy)
{
    const ct_tls_sessions_t *sessions = sessions_of(SSL_get_SSL_CTX(ssl));
    uint8_t                  data[CT_TLS_CACHE_DATA];
    const uint8_t           *begin = data;
    SSL_SESSION             *session;
    size_t                   len;

    *copy = 0;
    if (id_len <= 0
        || ct_tls_cache_get(sessions->cache, id, (size_t) id_len, now_s(), data,
                            &len)
               != CT_OK) {
        return NULL;
    }
    session = d2i_SSL_SESSION(NULL, &begin, (long) len);
    OPENSSL_cleanse(data, len);
    return session;
}


static void
on_remove_session(SSL_CTX *ctx, SSL_SESSION *session)
{
    const ct_tls_sessions_t *sessions = sessions_of(ctx);
    unsigned                 id_len;
    const uint8_t           *id = SSL_SESSION_get_id(session, &id_len);

    ct_tls_cache_remove(sessions->cache, id, id_len);
}


/* ---- Tickets. */

/* AES-CBC and HMAC-SHA256, as RFC 5077 recommends. */
static bool
key_use(const ct_tls_ticket_key_t *key, const uint8_t *iv, EVP_CIPHER_CTX *aes,
        EVP_MAC_CTX *hmac, int sealing)
{
    const EVP_CIPHER *cipher =
        key->aes_len == 32 ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
    char       digest[] = "SHA256";
    uint8_t    secret[sizeof(key->hmac)];
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret,
                                          key->hmac_len),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    bool is_good;

    memcpy(secret, key->hmac, sizeof(secret));
    is_good = EVP_CipherInit_ex(aes, cipher, NULL, key->aes, iv, sealing) == 1
              && EVP_MAC_CTX_set_params(hmac, params) == 1;
    OPENSSL_cleanse(secret, sizeof(secret));
    return is_good;
}


/* 1: sealed.  0: no ticket this time. */
static int
seal(const ct_tls_sessions_t *sessions, uint8_t *name, uint8_t *iv,
     EVP_CIPHER_CTX *aes, EVP_MAC_CTX *hmac)
{
    ct_tls_ticket_key_t key;
    int                 rc = 0;

    if (ct_tls_tickets_seal(&sessions->tickets, now_s(), &key) != CT_OK) {
        return 0;
    }
    if (RAND_bytes(iv, EVP_CIPHER_iv_length(EVP_aes_256_cbc())) == 1
        && key_use(&key, iv, aes, hmac, 1)) {
        memcpy(name, key.name, sizeof(key.name));
        rc = 1;
    }
    OPENSSL_cleanse(&key, sizeof(key));
    return rc;
}


/*
 * 0: a full handshake.  1: go on with it.  2: and send a new ticket, which
 * TLS 1.3 wants each time, so that no ticket is seen twice.
 */
static int
unseal(const ct_tls_sessions_t *sessions, const SSL *ssl, const uint8_t *name,
       const uint8_t *iv, EVP_CIPHER_CTX *aes, EVP_MAC_CTX *hmac)
{
    ct_tls_ticket_key_t key;
    bool                is_old;
    int                 rc = 0;

    if (ct_tls_tickets_open(&sessions->tickets, now_s(), name, &key, &is_old)
        != CT_OK) {
        return 0;
    }
    if (key_use(&key, iv, aes, hmac, 0)) {
        rc = is_old || SSL_version(ssl) >= TLS1_3_VERSION ? 2 : 1;
    }
    OPENSSL_cleanse(&key, sizeof(key));
    return rc;
}


static int
on_ticket(SSL *ssl, uint8_t *name, uint8_t *iv, EVP_CIPHER_CTX *aes,
          EVP_MAC_CTX *hmac, int sealing)
{
    const ct_tls_sessions_t *sessions = sessions_of(SSL_get_SSL_CTX(ssl));

    return sealing ? seal(sessions, name, iv, aes, hmac)
                   : unseal(sessions, ssl, name, iv, aes, hmac);
}


/* ---- Making. */

static void
keys_wipe(void *data)
{
    ct_tls_sessions_t *sessions = data;

    OPENSSL_cleanse(sessions->keys, sessions->nkeys * sizeof(*sessions->keys));
}


static ct_rc_t
read_key(ct_cycle_t *cycle, const ct_tls_word_t *word, ct_tls_ticket_key_t *key)
{
    const ct_str_t path = ct_conf_path(cycle, word->text);
    ct_pool_t     *pool = ct_pool_create(MAX_KEY_FILE);
    ct_str_t       text = CT_STR_NONE;
    ct_rc_t        rc = CT_OK;

    ct_file_note(&cycle->stamps, path);
    if (ct_file_read(pool, path.data, MAX_KEY_FILE, &text) != CT_OK) {
        rc = ct_tls_refuse(cycle, word, "cannot read '%.*s': %s",
                           CT_STR_ARG(path), strerror(errno));
    } else if (ct_tls_ticket_key_read(key, (const uint8_t *) text.data,
                                      text.len)
               != CT_OK) {
        rc = ct_tls_refuse(cycle, word,
                           "'%.*s' has %zu bytes, a ticket key has 48 or 80",
                           CT_STR_ARG(path), text.len);
    }
    if (text.data != NULL) {
        OPENSSL_cleanse((void *) (uintptr_t) text.data, text.len);
    }
    ct_pool_destroy(pool);
    return rc;
}


static ct_rc_t
read_keys(ct_tls_sessions_t *sessions, const ct_tls_conf_t *conf,
          ct_cycle_t *cycle)
{
    const size_t n = conf->ticket_keys.n;

    sessions->keys = ct_pool_zalloc(cycle->pool, n * sizeof(*sessions->keys));
    sessions->nkeys = n;
    ct_pool_cleanup_add(cycle->pool, keys_wipe, sessions);
    for (size_t i = 0; i < n; i++) {
        if (read_key(cycle, &conf->ticket_keys.items[i], &sessions->keys[i])
            != CT_OK) {
            return CT_ERROR;
        }
    }
    ct_tls_tickets_init_given(&sessions->tickets, sessions->keys, n);
    return CT_OK;
}


static ct_rc_t
share_keys(ct_tls_sessions_t *sessions, ct_cycle_t *cycle)
{
    ct_zone_t *zone;
    ct_str_t   name = ct_str_printf(cycle->pool, "ssl_session_tickets ");

    for (size_t i = 0; i < sessions->owner.len; i++) {
        name = ct_str_printf(cycle->pool, "%.*s%02x", CT_STR_ARG(name),
                             (unsigned) (uint8_t) sessions->owner.data[i]);
    }
    if (ct_zone_take(cycle, name, ct_tls_tickets_size(), &zone) != CT_OK) {
        return CT_ERROR;
    }
    ct_tls_tickets_init_shared(&sessions->tickets, zone->addr,
                               sessions->timeout_s);
    return CT_OK;
}


static ct_rc_t
share_cache(ct_tls_sessions_t *sessions, const ct_tls_conf_t *conf,
            ct_cycle_t *cycle)
{
    const ct_tls_cache_conf_t *cache = &conf->session_cache;
    const ct_str_t name = ct_str_printf(cycle->pool, "ssl_session_cache %.*s",
                                        CT_STR_ARG(cache->name));
    ct_zone_t     *zone;

    switch (ct_zone_take(cycle, name, cache->size, &zone)) {
    case CT_OK:
        sessions->cache = ct_tls_cache_attach(zone->addr, zone->size);
        return CT_OK;
    case CT_DECLINED:
        return ct_tls_refuse(cycle, &cache->word,
                             "the cache '%.*s' has another size elsewhere",
                             CT_STR_ARG(cache->name));
    default:
        return CT_ERROR;
    }
}


ct_tls_sessions_t *
ct_tls_sessions_create(const ct_tls_conf_t *conf, ct_cycle_t *cycle,
                       ct_str_t owner)
{
    ct_tls_sessions_t *sessions =
        ct_pool_zalloc(cycle->pool, sizeof(*sessions));
    ct_rc_t rc = CT_OK;

    sessions->owner = owner;
    sessions->has_tickets = conf->session_tickets;
    sessions->timeout_s = conf->session_timeout_ms / 1000;
    if (conf->session_cache.size > 0) {
        rc = share_cache(sessions, conf, cycle);
    }
    if (rc == CT_OK && sessions->has_tickets) {
        rc = conf->ticket_keys.n > 0 ? read_keys(sessions, conf, cycle)
                                     : share_keys(sessions, cycle);
    }
    return rc == CT_OK ? sessions : NULL;
}


static void
use_cache(SSL_CTX *ctx)
{
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_SERVER
                                            | SSL_SESS_CACHE_NO_INTERNAL
                                            | SSL_SESS_CACHE_NO_AUTO_CLEAR);
    SSL_CTX_sess_set_new_cb(ctx, on_new_session);
    SSL_CTX_sess_set_get_cb(ctx, on_get_session);
    SSL_CTX_sess_set_remove_cb(ctx, on_remove_session);
}


/* Where nothing is kept, TLS 1.3 sends nothing that promises it is. */
ct_rc_t
ct_tls_sessions_use(ct_tls_sessions_t *sessions, SSL_CTX *ctx)
{
    const ct_str_t owner = sessions->owner;

    SSL_CTX_set_app_data(ctx, sessions);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(ctx, (long) sessions->timeout_s);
    if (SSL_CTX_set_session_id_context(ctx, (const uint8_t *) owner.data,
                                       (unsigned) owner.len)
        != 1) {
        return CT_ERROR;
    }
    if (sessions->cache != NULL) {
        use_cache(ctx);
    }
    if (sessions->has_tickets) {
        return SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket) == 1
                   ? CT_OK
                   : CT_ERROR;
    }
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    if (sessions->cache == NULL && SSL_CTX_set_num_tickets(ctx, 0) != 1) {
        return CT_ERROR;
    }
    return CT_OK;
}
