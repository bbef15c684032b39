/*
 * ct_tls_conf.h -- what the ssl_ directives of a block say.
 *
 * Interface header: ct_tls_module.c fills these structs, ct_tls_context.c and
 * what is below it read them.  A value remembers the directive that it stood
 * in, so that whoever finds it wrong can name file and line.
 */

#ifndef CT_TLS_CONF_H
#define CT_TLS_CONF_H

#include "core/ct_config.h"

#include "core/ct_str.h"

typedef struct ct_conf_node_s ct_conf_node_t;

/* `node` is NULL where nothing was written. */
typedef struct ct_tls_word_s {
    ct_str_t              text;
    const ct_conf_node_t *node;
} ct_tls_word_t;

/* Those of a directive that may repeat; shared with inner blocks. */
typedef struct ct_tls_words_s {
    size_t         n;
    ct_tls_word_t *items;
} ct_tls_words_t;

/* The versions of the protocol; a mask. */
enum {
    CT_TLS_1_0 = 0x1,
    CT_TLS_1_1 = 0x2,
    CT_TLS_1_2 = 0x4,
    CT_TLS_1_3 = 0x8,
};

typedef enum ct_tls_verify_e {
    CT_TLS_VERIFY_OFF = 0,
    CT_TLS_VERIFY_ON,
    CT_TLS_VERIFY_OPTIONAL, /* who shows a certificate must show a good one */
} ct_tls_verify_t;

/* size 0: off. */
typedef struct ct_tls_cache_conf_s {
    ct_str_t      name;
    size_t        size;
    ct_tls_word_t word;
} ct_tls_cache_conf_t;

typedef struct ct_tls_conf_s {
    ct_tls_words_t      certificates;
    ct_tls_words_t      keys; /* one for each certificate */
    ct_tls_word_t       password_file;
    unsigned            protocols; /* CT_TLS_1_x */
    ct_tls_word_t       protocols_word;
    ct_tls_word_t       ciphers;
    ct_tls_word_t       ciphersuites; /* of TLS 1.3 */
    ct_tls_word_t       curves;
    bool                prefer_server_ciphers;
    int                 verify_client; /* ct_tls_verify_t */
    ct_tls_word_t       verify_word;   /* where that stood */
    uint32_t            verify_depth;
    ct_tls_word_t       client_certificate; /* CAs, which clients are told of */
    ct_tls_word_t       trusted_certificate; /* CAs, which they are not */
    ct_tls_word_t       crl;
    uint64_t            handshake_timeout_ms;
    ct_tls_cache_conf_t session_cache;
    uint64_t            session_timeout_ms;
    bool                session_tickets;
    ct_tls_words_t      ticket_keys; /* none: our own */
    ct_tls_word_t       alpn; /* each name behind its length, in a byte */
    ct_tls_words_t      staples;
    bool                reject_handshake; /* of clients that name no site */
} ct_tls_conf_t;

#endif /* CT_TLS_CONF_H */
