/*
 * tls_fixture.h -- certificates made for the moment, and a context of them.
 *
 * To be included after cmocka.h.
 */

#ifndef TLS_FIXTURE_H
#define TLS_FIXTURE_H

#include "conf_fixture.h"

#include "event/ct_tls_conf.h"
#include "event/ct_tls_context.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Where it "stands" in a configuration. */
static const ct_conf_node_t tls_node = { .file = "test", .line = 7 };

static const ct_module_t *const tls_no_modules[] = { NULL };


/* A directory of files made by a test; `dir` has 64 bytes. */
static inline void
tls_make_dir(char dir[64])
{
    snprintf(dir, 64, "/tmp/ct-unit-XXXXXX");
    assert_non_null(mkdtemp(dir));
}


static inline void
tls_remove_dir(const char *c_dir)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", c_dir);
    assert_int_equal(system(command), 0);
}


static inline FILE *
tls_open(const char *c_dir, const char *c_name, const char *c_kind)
{
    char  path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.%s", c_dir, c_name, c_kind);
    file = fopen(path, "w");
    assert_non_null(file);
    return file;
}


static inline void
tls_add_names(X509 *cert, const char *c_names)
{
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, c_names);

    assert_non_null(names);
    assert_int_equal(X509_add_ext(cert, names, -1), 1);
    X509_EXTENSION_free(names);
}


/*
 * DIR/NAME.pem and DIR/NAME.key, signed by itself, for `c_names`
 * ("DNS:a,DNS:b"), good for so long.
 */
static inline void
tls_make_cert_until(const char *c_dir, const char *c_name, const char *c_names,
                    EVP_PKEY *key, long age_s)
{
    X509      *cert = X509_new();
    X509_NAME *name = X509_get_subject_name(cert);
    FILE      *file;

    assert_non_null(key);
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), age_s);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               (const unsigned char *) c_name, -1, -1, 0);
    X509_set_issuer_name(cert, name);
    X509_set_pubkey(cert, key);
    if (c_names != NULL) {
        tls_add_names(cert, c_names);
    }
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    file = tls_open(c_dir, c_name, "pem");
    assert_int_equal(PEM_write_X509(file, cert), 1);
    fclose(file);
    file = tls_open(c_dir, c_name, "key");
    assert_int_equal(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL),
                     1);
    fclose(file);
    X509_free(cert);
    EVP_PKEY_free(key);
}


/* The same, good for an hour. */
static inline void
tls_make_cert(const char *c_dir, const char *c_name, const char *c_names,
              EVP_PKEY *key)
{
    tls_make_cert_until(c_dir, c_name, c_names, key, 3600);
}


/* DIR/NAME.KIND as a value of a directive, in the cycle's pool. */
static inline ct_tls_word_t
tls_word(fixture_t *fixture, const char *c_dir, const char *c_name,
         const char *c_kind)
{
    return (ct_tls_word_t){ ct_str_printf(fixture->cycle->pool, "%s/%s.%s",
                                          c_dir, c_name, c_kind),
                            &tls_node };
}


/* What a server with this certificate has if it says nothing else. */
static inline ct_tls_conf_t
tls_conf(fixture_t *fixture, const char *c_dir, const char *c_name)
{
    ct_tls_word_t *words =
        ct_pool_alloc(fixture->cycle->pool, 2 * sizeof(*words));

    words[0] = tls_word(fixture, c_dir, c_name, "pem");
    words[1] = tls_word(fixture, c_dir, c_name, "key");
    return (ct_tls_conf_t){ .certificates = { 1, &words[0] },
                            .keys = { 1, &words[1] },
                            .protocols = CT_TLS_1_2 | CT_TLS_1_3,
                            .verify_depth = 1,
                            .session_timeout_ms = 300000,
                            .session_tickets = true };
}

#endif /* TLS_FIXTURE_H */
