/*
 * http_chunk_test.c -- chunks are taken apart, or refused.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_chunk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>


/* Joins what comes out; `step` bytes are there at a time. */
static ct_rc_t
join(ct_str_t text, const ct_limits_t *limits, size_t step, ct_scan_t *scan,
     char *joined)
{
    const uint8_t *const data = (const uint8_t *) text.data;
    size_t               len = 0;
    ct_rc_t              rc = CT_AGAIN;
    ct_str_t             piece;

    memset(scan, 0, sizeof(*scan));
    scan->step = CT_HTTP_CHUNK_STEP;
    joined[0] = '\0';
    while (rc == CT_OK || (rc == CT_AGAIN && len < text.len)) {
        if (rc == CT_AGAIN) {
            len = text.len - len < step ? text.len : len + step;
        }
        rc = ct_http_chunk_next(scan, data, len, limits, &piece);
        if (rc == CT_OK) {
            assert_true(piece.len > 0);
            strncat(joined, piece.data, piece.len);
        }
    }
    return rc;
}


static ct_rc_t
join_all(ct_str_t text, const ct_limits_t *limits, ct_scan_t *scan,
         char *joined)
{
    char      slowly[64];
    ct_scan_t slow;
    ct_rc_t   rc;

    rc = join(text, limits, SIZE_MAX, scan, joined);
    assert_int_equal(join(text, limits, 1, &slow, slowly), rc);
    assert_string_equal(slowly, joined);
    assert_int_equal(slow.offset, scan->offset);
    assert_int_equal(slow.status, scan->status);
    assert_int_equal(slow.total, strlen(joined));
    return rc;
}


static void
takes_chunks_apart(void **state CT_UNUSED)
{
    static const struct {
        ct_str_t    text;
        const char *c_joined;
    } cases[] = {
        { CT_STR_INIT("0\r\n\r\n"), "" },
        { CT_STR_INIT("0000000000000000\r\n\r\n"), "" },
        { CT_STR_INIT("3\r\nabc\r\n0\r\n\r\n"), "abc" },
        { CT_STR_INIT("003\r\nabc\r\n00\r\n\r\n"), "abc" },
        { CT_STR_INIT("1\r\na\r\n1;x\r\nb\r\nA;y=\"z\"\r\n0123456789\r\n"
                      "c;\r\n0123456789ab\r\n0;e\r\n\r\n"),
          "ab01234567890123456789ab" },
        { CT_STR_INIT("1\r\n\r\r\n0\r\nA: b\r\nC-d:\r\nE:\t\xe9\r\n\r\n"),
          "\r" },
    };
    const ct_limits_t limits = CT_LIMITS_DEFAULT;

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        char      joined[64];
        ct_scan_t scan;

        assert_int_equal(join_all(cases[i].text, &limits, &scan, joined),
                         CT_DECLINED);
        assert_string_equal(joined, cases[i].c_joined);
        assert_int_equal(scan.offset, cases[i].text.len);
    }
}


static void
refuses_what_is_none(void **state CT_UNUSED)
{
    static const ct_str_t cases[] = {
        CT_STR_INIT("\r\n"),
        CT_STR_INIT(" 3\r\n"),
        CT_STR_INIT("3 \r\n"),
        CT_STR_INIT("+3\r\n"),
        CT_STR_INIT("-3\r\n"),
        CT_STR_INIT("0x3\r\n"),
        CT_STR_INIT("3g\r\n"),
        CT_STR_INIT(";x\r\n"),
        CT_STR_INIT("00000000000000003\r\n"),
        CT_STR_INIT("10000000000000000\r\n"),
        CT_STR_INIT("3\nabc"),
        CT_STR_INIT("3\rabc"),
        CT_STR_INIT("3;x\nabc"),
        CT_STR_INIT("3;\0\r\nabc"),
        CT_STR_INIT("3\r\nabcd\r\n"),
        CT_STR_INIT("3\r\nabc\n"),
        CT_STR_INIT("3\r\nabc\r\r\n"),
        CT_STR_INIT("0\r\n\n"),
        CT_STR_INIT("0\r\n\rx"),
        CT_STR_INIT("0\r\n: b\r\n"),
        CT_STR_INIT("0\r\n a: b\r\n"),
        CT_STR_INIT("0\r\na b: c\r\n"),
        CT_STR_INIT("0\r\na\r\n"),
        CT_STR_INIT("0\r\na: b\n"),
        CT_STR_INIT("0\r\na: b\rc"),
        CT_STR_INIT("0\r\na: \x01\r\n"),
    };
    const ct_limits_t limits = CT_LIMITS_DEFAULT;

    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        char      joined[64];
        ct_scan_t scan;

        assert_int_equal(join_all(cases[i], &limits, &scan, joined), CT_ERROR);
        assert_int_equal(scan.status, 400);
        assert_int_equal(scan.error, CT_WIRE_MALFORMED);
        assert_non_null(scan.why);
    }
}


static void
holds_caps(void **state CT_UNUSED)
{
    ct_limits_t limits = CT_LIMITS_DEFAULT;
    char        text[400];
    char        joined[64];
    ct_scan_t   scan;

    /* A size is known before its bytes are there: 2 and 3 bytes around it. */
    limits.message = 10 + 3;
    limits.header = 6;
    assert_int_equal(
        join_all(CT_STR("a\r\n0123456789"), &limits, &scan, joined), CT_AGAIN);
    assert_int_equal(join_all(CT_STR("b\r\n"), &limits, &scan, joined),
                     CT_ERROR);
    assert_int_equal(scan.status, 413);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
    assert_int_equal(
        join_all(CT_STR("ffffffffffffffff\r\n"), &limits, &scan, joined),
        CT_ERROR);
    assert_int_equal(scan.status, 413);
    assert_int_equal(join_all(CT_STR("1\r\na\r\n1\r\nb\r\n1\r\nc\r\n"), &limits,
                              &scan, joined),
                     CT_ERROR);
    assert_int_equal(scan.status, 413);

    limits.message = SIZE_MAX;
    assert_int_equal(
        join_all(CT_STR("0\r\na:\r\n\r\n"), &limits, &scan, joined),
        CT_DECLINED);
    assert_int_equal(
        join_all(CT_STR("0\r\nab:\r\n\r\n"), &limits, &scan, joined), CT_ERROR);
    assert_int_equal(scan.status, 431);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);

    snprintf(text, sizeof(text), "0;%*s\r\n\r\n", CT_HTTP_MAX_EXTENSION, "x");
    assert_int_equal(join_all(ct_str_of(text), &limits, &scan, joined),
                     CT_DECLINED);
    snprintf(text, sizeof(text), "0;%*s\r\n\r\n", CT_HTTP_MAX_EXTENSION + 1,
             "x");
    assert_int_equal(join_all(ct_str_of(text), &limits, &scan, joined),
                     CT_ERROR);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_chunks_apart),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(holds_caps),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
