/*
 * unframed_test.c -- messages back to back are cut one by one.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"

static const ct_envelope_t envelope;

static void
cuts_messages(void **state CT_UNUSED)
{
    const ct_limits_t limits = CT_LIMITS_DEFAULT;
    ct_scan_t         scan = { .offset = 0 };
    ct_cut_t          found;
    size_t            want;
    ct_buf_t          in;
    ct_rc_t           rc;
    int               i;

    /* Three messages; the second leaves levels behind in the scan. */
    ct_buf_init(&in);
    sample_put_head(&in);
    SAMPLE_PUT(&in, "\x00");
    sample_put_head(&in);
    sample_put_deep(&in, 5);
    SAMPLE_PUT(&in, "\x00");
    sample_put_head(&in);
    SAMPLE_PUT(&in, "\x00");

    for (i = 0; i < 3; i++) {
        rc = ct_unframed_transport.cut(&scan, &ct_binary_protocol, in.pos,
                                       ct_buf_len(&in), &limits, &found, &want);
        assert_int_equal(rc, CT_OK);
        assert_int_equal(found.whole, i == 1 ? 37 : 17);
        assert_int_equal(found.body, 0);
        assert_int_equal(found.len, found.whole);
        assert_int_equal(scan.offset, 0);
        in.pos += found.whole;
    }
    assert_int_equal(ct_buf_len(&in), 0);
    rc = ct_unframed_transport.cut(&scan, &ct_binary_protocol, in.pos, 0,
                                   &limits, &found, &want);
    assert_int_equal(rc, CT_AGAIN);
    assert_int_equal(want, 4);
    ct_buf_release(&in);
}


static void
passes_errors_on(void **state CT_UNUSED)
{
    static const uint8_t bytes[] = { 0x80, 0x02, 0, 1 };
    const ct_limits_t    limits = CT_LIMITS_DEFAULT;
    ct_scan_t            scan = { .offset = 0 };
    ct_cut_t             found;
    size_t               want;

    assert_int_equal(ct_unframed_transport.cut(&scan, &ct_binary_protocol,
                                               bytes, sizeof(bytes), &limits,
                                               &found, &want),
                     CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_MALFORMED);
    assert_non_null(scan.why);
}


static void
wraps_nothing_around(void **state CT_UNUSED)
{
    ct_buf_t out;
    size_t   mark;

    ct_buf_init(&out);
    assert_int_equal(ct_unframed_transport.wrap_begin(&envelope, &out, &mark),
                     CT_OK);
    assert_int_equal(ct_buf_append(&out, "hi", 2), CT_OK);
    assert_int_equal(ct_unframed_transport.wrap_end(&envelope, &out, mark),
                     CT_OK);
    assert_int_equal(ct_buf_len(&out), 2);
    ct_buf_release(&out);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_messages),
        cmocka_unit_test(passes_errors_on),
        cmocka_unit_test(wraps_nothing_around),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
