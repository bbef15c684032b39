/*
 * ct_tls_cipher.c -- versions, ciphers and curves.
 *
 * OpenSSL is forgiving with lists: it leaves out what it does not know.  Here
 * a name that nothing came of is an error, as far as that can be told.
 */

#include "core/ct_config.h"

#include "event/ct_tls_cipher.h"

#include "core/ct_cycle.h"
#include "core/ct_str.h"
#include "event/ct_tls_cert.h"

/* With forward secrecy, and a cipher that authenticates what it encrypts. */
#define DEFAULT_CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

/* The number that all cipher suites of TLS 1.3 begin with. */
#define TLS_1_3_SUITES 0x13


/* For values that nothing was written for: a bug, or no memory. */
static ct_rc_t
refuse(const ct_tls_conf_t *conf, ct_cycle_t *cycle, const char *c_what)
{
    return ct_tls_refuse(cycle, &conf->certificates.items[0],
                         "cannot set %s of TLS", c_what);
}


/* min and max, and whatever hole the list leaves between them. */
static ct_rc_t
set_protocols(const ct_tls_conf_t *conf, ct_cycle_t *cycle, SSL_CTX *ctx)
{
    static const struct {
        unsigned bit;
        int      version;
        uint64_t off;
    } all[] = {
        { CT_TLS_1_0, TLS1_VERSION, SSL_OP_NO_TLSv1 },
        { CT_TLS_1_1, TLS1_1_VERSION, SSL_OP_NO_TLSv1_1 },
        { CT_TLS_1_2, TLS1_2_VERSION, SSL_OP_NO_TLSv1_2 },
        { CT_TLS_1_3, TLS1_3_VERSION, SSL_OP_NO_TLSv1_3 },
    };
    int least = 0;
    int most = 0;

    for (size_t i = 0; i < CT_ARRAY_LEN(all); i++) {
        if ((conf->protocols & all[i].bit) == 0) {
            SSL_CTX_set_options(ctx, all[i].off);
            continue;
        }
        SSL_CTX_clear_options(ctx, all[i].off);
        least = least == 0 ? all[i].version : least;
        most = all[i].version;
    }
    if (SSL_CTX_set_min_proto_version(ctx, least) != 1
        || SSL_CTX_set_max_proto_version(ctx, most) != 1) {
        return refuse(conf, cycle, "the versions");
    }
    return CT_OK;
}


/* How many suites of TLS 1.3 there are to choose from. */
static size_t
count_suites(const SSL_CTX *ctx)
{
    const STACK_OF(SSL_CIPHER) *ciphers = SSL_CTX_get_ciphers(ctx);
    size_t n = 0;

    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
        const uint16_t id =
            SSL_CIPHER_get_protocol_id(sk_SSL_CIPHER_value(ciphers, i));

        n += id >> 8 == TLS_1_3_SUITES;
    }
    return n;
}


/* OpenSSL passes over a name that it does not know: there are fewer then. */
static ct_rc_t
set_ciphersuites(const ct_tls_conf_t *conf, ct_cycle_t *cycle, SSL_CTX *ctx)
{
    const ct_tls_word_t *word = &conf->ciphersuites;
    size_t               n = 1;

    if (word->node == NULL) {
        return CT_OK;
    }
    for (size_t i = 0; i < word->text.len; i++) {
        n += word->text.data[i] == ':';
    }
    if (SSL_CTX_set_ciphersuites(ctx, word->text.data) != 1
        || count_suites(ctx) != n) {
        return ct_tls_refuse(cycle, word,
                             "bad list of TLS 1.3 cipher suites '%.*s'",
                             CT_STR_ARG(word->text));
    }
    return CT_OK;
}


static ct_rc_t
set_ciphers(const ct_tls_conf_t *conf, ct_cycle_t *cycle, SSL_CTX *ctx)
{
    const bool is_set = conf->ciphers.node != NULL;

    if (SSL_CTX_set_cipher_list(ctx, is_set ? conf->ciphers.text.data
                                            : DEFAULT_CIPHERS)
        != 1) {
        return is_set ? ct_tls_refuse(cycle, &conf->ciphers,
                                      "bad list of ciphers '%.*s'",
                                      CT_STR_ARG(conf->ciphers.text))
                      : refuse(conf, cycle, "the ciphers");
    }
    if (conf->prefer_server_ciphers) {
        SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
    }
    /* A copy, since OpenSSL's macro casts `const` away. */
    if (conf->curves.node != NULL
        && SSL_CTX_set1_groups_list(
               ctx, ct_str_dup_c(cycle->pool, conf->curves.text))
               != 1) {
        return ct_tls_refuse(cycle, &conf->curves, "bad list of curves '%.*s'",
                             CT_STR_ARG(conf->curves.text));
    }
    SSL_CTX_set_dh_auto(ctx, 1);
    return set_ciphersuites(conf, cycle, ctx);
}


/* At a higher level of security OpenSSL would never agree to them. */
static ct_rc_t
check_old_protocols(const ct_tls_conf_t *conf, ct_cycle_t *cycle,
                    const SSL_CTX *ctx)
{
    if ((conf->protocols & (CT_TLS_1_0 | CT_TLS_1_1)) != 0
        && SSL_CTX_get_security_level(ctx) > 0) {
        return ct_tls_refuse(cycle, &conf->protocols_word,
                             "TLSv1 and TLSv1.1 need ':@SECLEVEL=0' at the "
                             "end of 'ssl_ciphers'");
    }
    return CT_OK;
}


ct_rc_t
ct_tls_ciphers_use(const ct_tls_conf_t *conf, ct_cycle_t *cycle, SSL_CTX *ctx)
{
    if (set_protocols(conf, cycle, ctx) != CT_OK
        || set_ciphers(conf, cycle, ctx) != CT_OK) {
        return CT_ERROR;
    }
    return check_old_protocols(conf, cycle, ctx);
}
