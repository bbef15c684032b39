/*
 * ct_tls_cert.c -- certificates and keys from files.
 *
 * A file is read whole and parsed from memory, so that what the operating
 * system says against it and what OpenSSL says against it are two messages.
 * The bytes of keys and pass phrases stand in a pool of their own, and are
 * overwritten before it goes.
 */

#include "core/ct_config.h"

#include "event/ct_tls_cert.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"

/* No certificate file is larger, and few lists of revocations. */
#define MAX_FILE ((size_t) 64 * 1024 * 1024)

#define SCRATCH_SIZE 4096

/* Longest pass phrase; OpenSSL's own limit for PEM. */
#define MAX_PASSWORD 1024


/* A file in memory, as OpenSSL wants it. */
typedef struct input_s {
    ct_pool_t *pool;
    ct_str_t   text;
    BIO       *bio;
} input_t;

/* What the pass phrase callback is given, and what it says. */
typedef struct asked_s {
    ct_str_t password; /* data NULL: there is none */
    bool     was_asked;
} asked_t;


ct_rc_t
ct_tls_refuse(ct_cycle_t *cycle, const ct_tls_word_t *word, const char *fmt,
              ...)
{
    const unsigned long error = ERR_peek_last_error();
    const char         *c_why = ERR_reason_error_string(error);
    const ct_conf_t     conf = { .cycle = cycle,
                                 .pool = cycle->pool,
                                 .log = &cycle->log,
                                 .node = word->node };
    ct_str_t            what;
    va_list             args;

    va_start(args, fmt);
    what = ct_str_vprintf(cycle->pool, fmt, args);
    va_end(args);
    ERR_clear_error();
    if (c_why == NULL) {
        return ct_conf_error(&conf, "%.*s", CT_STR_ARG(what));
    }
    return ct_conf_error(&conf, "%.*s (%s)", CT_STR_ARG(what), c_why);
}


static void
input_release(input_t *input)
{
    BIO_free(input->bio);
    if (input->text.data != NULL) {
        OPENSSL_cleanse((void *) (uintptr_t) input->text.data, input->text.len);
    }
    ct_pool_destroy(input->pool);
}


/* To be released in any case. */
static ct_rc_t
input_init(input_t *input, ct_cycle_t *cycle, const ct_tls_word_t *word)
{
    const ct_str_t path = ct_conf_path(cycle, word->text);

    *input = (input_t){ .pool = ct_pool_create(SCRATCH_SIZE) };
    ERR_clear_error();
    ct_file_note(&cycle->stamps, path);
    if (ct_file_read(input->pool, path.data, MAX_FILE, &input->text) != CT_OK) {
        return ct_tls_refuse(cycle, word, "cannot read '%.*s': %s",
                             CT_STR_ARG(path), strerror(errno));
    }
    input->bio = BIO_new_mem_buf(input->text.data, (int) input->text.len);
    if (input->bio == NULL) {
        return ct_tls_refuse(cycle, word, "no memory to read '%.*s'",
                             CT_STR_ARG(path));
    }
    return CT_OK;
}


/* Whether reading PEM has ended because there was no more of it. */
static bool
is_at_end(void)
{
    const unsigned long error = ERR_peek_last_error();

    if (error != 0
        && (ERR_GET_LIB(error) != ERR_LIB_PEM
            || ERR_GET_REASON(error) != PEM_R_NO_START_LINE)) {
        return false;
    }
    ERR_clear_error();
    return true;
}


/* The leaf stands first, those that have signed it behind. */
static ct_rc_t
read_chain(ct_tls_pair_t *pair, ct_cycle_t *cycle, const ct_tls_word_t *word)
{
    input_t input;
    X509   *above;
    ct_rc_t rc = input_init(&input, cycle, word);

    if (rc == CT_OK) {
        pair->leaf = PEM_read_bio_X509_AUX(input.bio, NULL, NULL, NULL);
        pair->chain = sk_X509_new_null();
        if (pair->leaf == NULL || pair->chain == NULL) {
            rc = ct_tls_refuse(cycle, word, "no certificate in '%.*s'",
                               CT_STR_ARG(word->text));
        }
    }
    while (rc == CT_OK
           && (above = PEM_read_bio_X509(input.bio, NULL, NULL, NULL))
                  != NULL) {
        if (sk_X509_push(pair->chain, above) == 0) {
            X509_free(above);
            break;
        }
    }
    if (rc == CT_OK && !is_at_end()) {
        rc = ct_tls_refuse(cycle, word, "bad certificate in '%.*s'",
                           CT_STR_ARG(word->text));
    }
    input_release(&input);
    return rc;
}


/* Never lets OpenSSL ask at the terminal. */
static int
give_password(char *out, int size, int for_writing CT_UNUSED, void *data)
{
    asked_t *asked = data;

    asked->was_asked = true;
    if (asked->password.data == NULL || size <= 0
        || asked->password.len > (size_t) size) {
        return -1;
    }
    memcpy(out, asked->password.data, asked->password.len);
    return (int) asked->password.len;
}


/* Takes the next line off `rest`; false where there is none. */
static bool
next_line(ct_str_t *rest, ct_str_t *line)
{
    size_t len = 0;

    if (rest->len == 0) {
        return false;
    }
    while (len < rest->len && rest->data[len] != '\n') {
        len++;
    }
    *line = (ct_str_t){ len, rest->data };
    rest->data += len;
    rest->len -= len;
    if (rest->len > 0) {
        rest->data++;
        rest->len--;
    }
    if (line->len > 0 && line->data[line->len - 1] == '\r') {
        line->len--;
    }
    return true;
}


static EVP_PKEY *
try_key(const input_t *input, asked_t *asked)
{
    EVP_PKEY *key;

    ERR_clear_error();
    (void) BIO_reset(input->bio);
    key = PEM_read_bio_PrivateKey(input->bio, NULL, give_password, asked);
    if (key != NULL) {
        ERR_clear_error();
    }
    return key;
}


/* With each pass phrase in turn; without one first: most keys have none. */
static EVP_PKEY *
open_key(const input_t *input, ct_str_t passwords, asked_t *asked)
{
    EVP_PKEY *key = try_key(input, asked);
    ct_str_t  rest = passwords;

    while (key == NULL && asked->was_asked
           && next_line(&rest, &asked->password)) {
        key = try_key(input, asked);
    }
    return key;
}


static ct_rc_t
refuse_key(ct_cycle_t *cycle, const ct_tls_word_t *word, const asked_t *asked)
{
    if (!asked->was_asked) {
        return ct_tls_refuse(cycle, word, "no private key in '%.*s'",
                             CT_STR_ARG(word->text));
    }
    ERR_clear_error();
    if (asked->password.data == NULL) {
        return ct_tls_refuse(cycle, word,
                             "the key in '%.*s' has a pass phrase and there "
                             "is no 'ssl_password_file'",
                             CT_STR_ARG(word->text));
    }
    return ct_tls_refuse(cycle, word,
                         "no line of 'ssl_password_file' opens the key in "
                         "'%.*s'",
                         CT_STR_ARG(word->text));
}


static ct_rc_t
read_key(ct_tls_pair_t *pair, ct_cycle_t *cycle, const ct_tls_word_t *word,
         const ct_tls_word_t *passwords)
{
    asked_t asked = { .was_asked = false };
    input_t lines = { .pool = NULL };
    input_t input;
    ct_rc_t rc = input_init(&input, cycle, word);

    if (rc == CT_OK && passwords->node != NULL) {
        rc = input_init(&lines, cycle, passwords);
    }
    if (rc == CT_OK) {
        pair->key = open_key(&input, lines.text, &asked);
        if (pair->key == NULL) {
            rc = refuse_key(cycle, word, &asked);
        }
    }
    input_release(&lines);
    input_release(&input);
    return rc;
}


static int
compare_names(const void *a, const void *b)
{
    return ct_str_cmp(*(const ct_str_t *) a, *(const ct_str_t *) b);
}


/* One name in lower case, a blank behind it. */
static ct_str_t
name_of(ct_pool_t *pool, const ASN1_STRING *string)
{
    const char *bytes = (const char *) ASN1_STRING_get0_data(string);
    const int   len = ASN1_STRING_length(string);
    ct_str_t    name = ct_str_printf(pool, "%.*s ", len, bytes);
    char       *lower = ct_str_dup_c(pool, name);

    for (size_t i = 0; i < name.len; i++) {
        if (lower[i] >= 'A' && lower[i] <= 'Z') {
            lower[i] = (char) (lower[i] - 'A' + 'a');
        }
    }
    return (ct_str_t){ name.len, lower };
}


/* The DNS names of the certificate, or its common name where it has none. */
static void
gather_names(ct_array_t *list, X509 *leaf)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    X509_NAME *subject = X509_get_subject_name(leaf);
    const int  common = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

    for (int i = 0; names != NULL && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

        if (name->type == GEN_DNS) {
            *(ct_str_t *) ct_array_push(list) =
                name_of(list->pool, name->d.dNSName);
        }
    }
    GENERAL_NAMES_free(names);
    if (list->n == 0 && common >= 0) {
        *(ct_str_t *) ct_array_push(list) = name_of(
            list->pool,
            X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, common)));
    }
}


/* Equal for two certificates that speak for the same names. */
static ct_str_t
names_of(ct_pool_t *pool, X509 *leaf)
{
    ct_array_t list;
    size_t     len = 0;
    char      *text;
    char      *end;

    ct_array_init(&list, pool, sizeof(ct_str_t));
    gather_names(&list, leaf);
    if (list.n > 0) {
        qsort(list.items, list.n, sizeof(ct_str_t), compare_names);
    }
    for (size_t i = 0; i < list.n; i++) {
        len += ((const ct_str_t *) ct_array_at(&list, i))->len;
    }
    text = ct_pool_alloc(pool, len + 1);
    end = text;
    for (size_t i = 0; i < list.n; i++) {
        const ct_str_t *name = ct_array_at(&list, i);

        memcpy(end, name->data, name->len);
        end += name->len;
    }
    *end = '\0';
    return (ct_str_t){ len, text };
}


ct_rc_t
ct_tls_pair_load(ct_tls_pair_t *pair, ct_cycle_t *cycle,
                 const ct_tls_word_t *certificate, const ct_tls_word_t *key,
                 const ct_tls_word_t *passwords)
{
    *pair = (ct_tls_pair_t){ .word = certificate };
    if (read_chain(pair, cycle, certificate) != CT_OK
        || read_key(pair, cycle, key, passwords) != CT_OK) {
        return CT_ERROR;
    }
    if (X509_check_private_key(pair->leaf, pair->key) != 1) {
        return ct_tls_refuse(cycle, key,
                             "the key in '%.*s' is not that of the "
                             "certificate in '%.*s'",
                             CT_STR_ARG(key->text),
                             CT_STR_ARG(certificate->text));
    }
    pair->names = names_of(cycle->pool, pair->leaf);
    return CT_OK;
}


void
ct_tls_pair_release(ct_tls_pair_t *pair)
{
    X509_free(pair->leaf);
    sk_X509_pop_free(pair->chain, X509_free);
    EVP_PKEY_free(pair->key);
    pair->leaf = NULL;
    pair->chain = NULL;
    pair->key = NULL;
}


/* One certificate into the store; its subject's name into the list. */
static bool
trust(X509 *ca, X509_STORE *store, STACK_OF(X509_NAME) * names)
{
    X509_NAME *name;

    if (X509_STORE_add_cert(store, ca) != 1) {
        return false;
    }
    if (names == NULL) {
        return true;
    }
    name = X509_NAME_dup(X509_get_subject_name(ca));
    if (name == NULL || sk_X509_NAME_push(names, name) == 0) {
        X509_NAME_free(name);
        return false;
    }
    return true;
}


ct_rc_t
ct_tls_trust_load(ct_cycle_t *cycle, const ct_tls_word_t *file,
                  X509_STORE *store, STACK_OF(X509_NAME) * names)
{
    input_t input;
    X509   *ca;
    size_t  n = 0;
    bool    is_good = true;
    ct_rc_t rc = input_init(&input, cycle, file);

    while (rc == CT_OK && is_good
           && (ca = PEM_read_bio_X509_AUX(input.bio, NULL, NULL, NULL))
                  != NULL) {
        is_good = trust(ca, store, names);
        X509_free(ca);
        n++;
    }
    if (rc == CT_OK && (!is_good || !is_at_end() || n == 0)) {
        rc = ct_tls_refuse(cycle, file, "%s certificate in '%.*s'",
                           n == 0 ? "no" : "bad", CT_STR_ARG(file->text));
    }
    input_release(&input);
    return rc;
}


ct_rc_t
ct_tls_crl_load(ct_cycle_t *cycle, const ct_tls_word_t *file, X509_STORE *store)
{
    input_t   input;
    X509_CRL *list;
    size_t    n = 0;
    bool      is_good = true;
    ct_rc_t   rc = input_init(&input, cycle, file);

    while (rc == CT_OK && is_good
           && (list = PEM_read_bio_X509_CRL(input.bio, NULL, NULL, NULL))
                  != NULL) {
        is_good = X509_STORE_add_crl(store, list) == 1;
        X509_CRL_free(list);
        n++;
    }
    if (rc == CT_OK && (!is_good || !is_at_end() || n == 0)) {
        rc = ct_tls_refuse(cycle, file, "%s revocation list in '%.*s'",
                           n == 0 ? "no" : "bad", CT_STR_ARG(file->text));
    }
    input_release(&input);
    if (rc == CT_OK) {
        (void) X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK
                                               | X509_V_FLAG_CRL_CHECK_ALL);
    }
    return rc;
}
