/*
 * tls_staple_test.c -- an OCSP answer is shown until it runs out.
 */

#include "core/ct_config.h"

#include "event/ct_tls_staple.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <openssl/ocsp.h>

#include "tls_fixture.h"

typedef struct staple_fixture_s {
    fixture_t        conf;
    char             dir[64];
    ct_array_t       staples;
    ct_tls_staple_t *staple;
    EVP_PKEY        *key;
} staple_fixture_t;


static void
start(staple_fixture_t *f)
{
    char  path[128];
    FILE *file;

    fixture_init(&f->conf, tls_no_modules);
    tls_make_dir(f->dir);
    f->key = EVP_EC_gen("P-256");
    EVP_PKEY_up_ref(f->key);
    tls_make_cert(f->dir, "one", NULL, f->key);
    snprintf(path, sizeof(path), "%s/one.pem", f->dir);
    file = fopen(path, "r");
    assert_non_null(file);
    ct_array_init(&f->staples, f->conf.cycle->pool, sizeof(ct_tls_staple_t));
    f->staple = ct_array_push(&f->staples);
    f->staple->leaf = PEM_read_X509(file, NULL, NULL, NULL);
    assert_non_null(f->staple->leaf);
    fclose(file);
}


static void
stop(staple_fixture_t *f)
{
    X509_free(f->staple->leaf);
    EVP_PKEY_free(f->key);
    tls_remove_dir(f->dir);
    fixture_release(&f->conf);
}


/* DIR/one.der, about that certificate: good until `left_s` from now. */
static void
make_answer(staple_fixture_t *f, const EVP_MD *md, long left_s, int status)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    OCSP_CERTID    *id = OCSP_cert_to_id(md, f->staple->leaf, f->staple->leaf);
    ASN1_TIME      *then = X509_gmtime_adj(NULL, -100);
    ASN1_TIME      *next = X509_gmtime_adj(NULL, left_s);
    OCSP_RESPONSE  *response;
    FILE           *file = tls_open(f->dir, "one", "der");
    uint8_t        *bytes = NULL;
    int             len;

    assert_non_null(OCSP_basic_add1_status(basic, id, V_OCSP_CERTSTATUS_GOOD, 0,
                                           NULL, then, next));
    assert_int_equal(
        OCSP_basic_sign(basic, f->staple->leaf, f->key, EVP_sha256(), NULL, 0),
        1);
    response = OCSP_response_create(status, basic);
    len = i2d_OCSP_RESPONSE(response, &bytes);
    assert_true(len > 0);
    assert_int_equal(fwrite(bytes, 1, (size_t) len, file), len);
    OPENSSL_free(bytes);
    fclose(file);
    OCSP_RESPONSE_free(response);
    ASN1_TIME_free(then);
    ASN1_TIME_free(next);
    OCSP_CERTID_free(id);
    OCSP_BASICRESP_free(basic);
}


static ct_rc_t
load(staple_fixture_t *f)
{
    const ct_tls_word_t word = tls_word(&f->conf, f->dir, "one", "der");

    return ct_tls_staple_load(f->conf.cycle, &word, &f->staples);
}


static void
finds_its_certificate(void **state CT_UNUSED)
{
    staple_fixture_t f;

    start(&f);
    make_answer(&f, EVP_sha1(), 3600, OCSP_RESPONSE_STATUS_SUCCESSFUL);
    assert_int_equal(load(&f), CT_OK);
    assert_true(f.staple->len > 0);
    assert_true(f.staple->until > time(NULL) + 3500);

    f.staple->answer = NULL;
    make_answer(&f, EVP_sha256(), 3600, OCSP_RESPONSE_STATUS_SUCCESSFUL);
    assert_int_equal(load(&f), CT_OK);
    assert_non_null(f.staple->answer);
    assert_string_equal(fixture_messages(&f.conf), "");
    stop(&f);
}


static void
says_that_one_has_run_out(void **state CT_UNUSED)
{
    staple_fixture_t f;

    start(&f);
    make_answer(&f, EVP_sha1(), -10, OCSP_RESPONSE_STATUS_SUCCESSFUL);
    assert_int_equal(load(&f), CT_OK);
    assert_true(f.staple->until <= time(NULL));
    assert_non_null(strstr(fixture_messages(&f.conf), "is out of date in "));
    stop(&f);
}


static void
refuses_what_is_no_answer(void **state CT_UNUSED)
{
    staple_fixture_t f;
    FILE            *file;

    start(&f);
    assert_int_equal(load(&f), CT_ERROR);
    make_answer(&f, EVP_sha1(), 3600, OCSP_RESPONSE_STATUS_TRYLATER);
    assert_int_equal(load(&f), CT_ERROR);
    file = tls_open(f.dir, "one", "der");
    fputs("0\x80garbage", file);
    fclose(file);
    assert_int_equal(load(&f), CT_ERROR);
    assert_null(f.staple->answer);
    stop(&f);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_its_certificate),
        cmocka_unit_test(says_that_one_has_run_out),
        cmocka_unit_test(refuses_what_is_no_answer),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
