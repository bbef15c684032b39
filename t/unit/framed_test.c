/*
 * framed_test.c -- frames are cut and wrapped.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_transport.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_mem.h"

static const ct_envelope_t envelope;

static ct_rc_t
cut(const char *bytes, size_t len, size_t limit, ct_scan_t *scan,
    ct_cut_t *found, size_t *want)
{
    ct_limits_t limits = CT_LIMITS_DEFAULT;

    limits.frame = limit;
    memset(scan, 0, sizeof(*scan));
    return ct_framed_transport.cut(scan, &ct_binary_protocol,
                                   (const uint8_t *) bytes, len, &limits, found,
                                   want);
}


static void
cuts_frames(void **state CT_UNUSED)
{
    ct_scan_t scan;
    ct_cut_t  found;
    size_t    want = 0;
    size_t    len;

    for (len = 0; len < 7; len++) {
        assert_int_equal(cut("\x00\x00\x00\x03"
                             "abc",
                             len, 3, &scan, &found, &want),
                         CT_AGAIN);
        assert_int_equal(want, len < 4 ? 4 : 7);
    }
    for (len = 7; len < 9; len++) {
        assert_int_equal(cut("\x00\x00\x00\x03"
                             "abcde",
                             len, 3, &scan, &found, &want),
                         CT_OK);
        assert_int_equal(found.whole, 7);
        assert_int_equal(found.body, 4);
        assert_int_equal(found.len, 3);
        assert_int_equal(scan.offset, 0);
    }
}


static void
refuses_lengths(void **state CT_UNUSED)
{
    ct_scan_t scan;
    ct_cut_t  found;
    size_t    want;

    assert_int_equal(cut("\x00\x00\x00\x00", 4, 9, &scan, &found, &want),
                     CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_MALFORMED);
    assert_int_equal(cut("\x80\x00\x00\x00", 4, SIZE_MAX, &scan, &found, &want),
                     CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_MALFORMED);
    assert_int_equal(cut("\xff\xff\xff\xff", 4, SIZE_MAX, &scan, &found, &want),
                     CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_MALFORMED);
    assert_int_equal(cut("\x7f\xff\xff\xff", 4, SIZE_MAX, &scan, &found, &want),
                     CT_AGAIN);
    assert_int_equal(want, (size_t) INT32_MAX + 4);

    /* The limit is exact, and the word is refused without waiting. */
    assert_int_equal(cut("\x00\xfa\x00\x00", 4, 16384000, &scan, &found, &want),
                     CT_AGAIN);
    assert_int_equal(cut("\x00\xfa\x00\x01", 4, 16384000, &scan, &found, &want),
                     CT_ERROR);
    assert_int_equal(scan.error, CT_WIRE_LIMIT);
    assert_non_null(scan.why);
}


/* Two replies behind one another, in a buffer that holds something. */
static void
wraps_replies(void **state CT_UNUSED)
{
    static const char bytes[] = "x\x00\x00\x00\x02hi\x00\x00\x00\x00";
    ct_buf_t          out;
    size_t            mark;

    ct_buf_init(&out);
    assert_int_equal(ct_buf_append(&out, "yx", 2), CT_OK);
    out.pos++;
    assert_int_equal(ct_framed_transport.wrap_begin(&envelope, &out, &mark),
                     CT_OK);
    assert_int_equal(mark, 1);
    assert_int_equal(ct_buf_append(&out, "hi", 2), CT_OK);
    assert_int_equal(ct_framed_transport.wrap_end(&envelope, &out, mark),
                     CT_OK);
    assert_int_equal(ct_framed_transport.wrap_begin(&envelope, &out, &mark),
                     CT_OK);
    assert_int_equal(ct_framed_transport.wrap_end(&envelope, &out, mark),
                     CT_OK);
    assert_int_equal(ct_buf_len(&out), sizeof(bytes) - 1);
    assert_memory_equal(out.pos, bytes, sizeof(bytes) - 1);
    ct_buf_release(&out);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    ct_buf_t out;
    size_t   mark;

    ct_buf_init(&out);
    ct_mem_fail_after(0);
    assert_int_equal(ct_framed_transport.wrap_begin(&envelope, &out, &mark),
                     CT_ERROR);
    assert_int_equal(ct_buf_len(&out), 0);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_frames),
        cmocka_unit_test(refuses_lengths),
        cmocka_unit_test(wraps_replies),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
