/*
 * http_body_test.c -- bodies are found, and their chunks joined.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_mem.h"
#include "core/ct_pool.h"
#include "http_fixture.h"

static const ct_limits_t limits = { .message = 40, .header = 40 };


/* The body stands behind two bytes; what is found, and what is in it. */
static ct_rc_t
find(const ct_http_head_t *head, ct_str_t text, ct_cut_t *cut, size_t *want)
{
    ct_scan_t scan = { .offset = 2, .head = 2, .total = 1, .depth = 3 };
    ct_rc_t   rc = ct_http_body_begin(&scan, head, &limits);

    assert_int_equal(rc, CT_OK);
    rc = ct_http_body_find(&scan, (const uint8_t *) text.data, text.len,
                           &limits, cut, want);
    if (rc == CT_OK) {
        assert_int_equal(scan.offset + scan.need + scan.depth + scan.step, 0);
        assert_int_equal(scan.total + scan.head, 0);
    }
    return rc;
}


static void
finds_by_length(void **state CT_UNUSED)
{
    ct_http_head_t head = { .has_length = true, .length = 3 };
    ct_cut_t       cut;
    size_t         want;
    ct_str_t       body;

    assert_int_equal(find(&head, CT_STR("--ab"), &cut, &want), CT_AGAIN);
    assert_int_equal(want, 5);
    assert_int_equal(find(&head, CT_STR("--abcd"), &cut, &want), CT_OK);
    assert_int_equal(cut.whole, 5);
    assert_int_equal(cut.body, 2);
    assert_int_equal(cut.len, 3);
    assert_int_equal(
        ct_http_body_join(&head, (const uint8_t *) "--abcd", &cut, NULL, &body),
        CT_OK);
    assert_true(ct_str_eq_c(body, "abc"));

    head = (ct_http_head_t){ .has_length = false };
    assert_int_equal(find(&head, CT_STR("--abcd"), &cut, &want), CT_OK);
    assert_int_equal(cut.whole, 2);
    assert_int_equal(cut.len, 0);
}


static void
refuses_lengths(void **state CT_UNUSED)
{
    ct_http_head_t head = { .has_length = true, .length = 40 };
    ct_scan_t      scan = { .offset = 0 };

    assert_int_equal(ct_http_body_begin(&scan, &head, &limits), CT_OK);
    head.length = 41;
    assert_int_equal(ct_http_body_begin(&scan, &head, &limits), CT_ERROR);
    assert_int_equal(scan.status, 413);
    head.length = UINT64_MAX;
    assert_int_equal(ct_http_body_begin(&scan, &head, &limits), CT_ERROR);
}


static void
joins_chunks(void **state CT_UNUSED)
{
    static const struct {
        ct_str_t    text;
        const char *c_body;
        bool        is_slice;
    } cases[] = {
        { CT_STR_INIT("--0\r\n\r\n"), "", true },
        { CT_STR_INIT("--3;x\r\nabc\r\n0\r\n\r\n"), "abc", true },
        { CT_STR_INIT("--3\r\nabc\r\n1\r\nd\r\n0\r\nE: f\r\n\r\n"), "abcd",
          false },
    };
    const ct_http_head_t head = { .is_chunked = true };
    ct_pool_t           *pool = ct_pool_create(256);

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        const ct_str_t text = cases[i].text;
        ct_cut_t       cut;
        size_t         want;
        ct_str_t       body;

        assert_int_equal(find(&head, text, &cut, &want), CT_OK);
        assert_int_equal(cut.whole, text.len);
        assert_int_equal(cut.body, 2);
        assert_int_equal(cut.len, strlen(cases[i].c_body));
        assert_int_equal(ct_http_body_join(&head, (const uint8_t *) text.data,
                                           &cut, pool, &body),
                         CT_OK);
        assert_true(ct_str_eq_c(body, cases[i].c_body));
        assert_int_equal(body.data >= text.data
                             && body.data <= text.data + text.len,
                         cases[i].is_slice);
    }
    ct_pool_destroy(pool);
}


static void
waits_for_chunks(void **state CT_UNUSED)
{
    const ct_http_head_t head = { .is_chunked = true };
    ct_scan_t            scan = { .offset = 2, .head = 2 };
    ct_cut_t             cut;
    size_t               want;

    assert_int_equal(find(&head, CT_STR("--9\r\nab"), &cut, &want), CT_AGAIN);
    assert_int_equal(want, 14);
    assert_int_equal(find(&head, CT_STR("--2\r\nab"), &cut, &want), CT_AGAIN);
    assert_int_equal(want, 8);
    assert_int_equal(find(&head, CT_STR("--ffffffff"), &cut, &want), CT_AGAIN);
    assert_int_equal(want, 11);
    assert_int_equal(ct_http_body_begin(&scan, &head, &limits), CT_OK);
    assert_int_equal(ct_http_body_find(&scan, (const uint8_t *) "--x", 3,
                                       &limits, &cut, &want),
                     CT_ERROR);
    assert_int_equal(scan.status, 400);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    const ct_http_head_t head = { .is_chunked = true };
    ct_pool_t           *pool = ct_pool_create(256);
    ct_buf_t             out;
    const ct_str_t       text = http_put_chunks(&out, "--");
    const ct_cut_t       cut = { text.len, 2, 5000 };
    ct_str_t             body;

    ct_mem_fail_after(0);
    assert_int_equal(ct_http_body_join(&head, (const uint8_t *) text.data, &cut,
                                       pool, &body),
                     CT_ERROR);
    ct_buf_release(&out);
    ct_pool_destroy(pool);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_length),
        cmocka_unit_test(refuses_lengths),
        cmocka_unit_test(joins_chunks),
        cmocka_unit_test(waits_for_chunks),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
