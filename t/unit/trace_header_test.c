/*
 * trace_header_test.c -- what headers of traces are, and what they are not.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_trace_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN  "b7ad6b7169203331"
#define ZEROS "00000000000000000000000000000000"
#define SHORT "8448eb211c80319c"
#define HALF  "0000000000000000"


static void
is_read(const ct_trace_header_t *header, const char *c_trace,
        ct_sampled_t sampled)
{
    assert_true(header->has_ids);
    assert_memory_equal(header->trace_id, c_trace, CT_TRACE_ID_LEN);
    assert_memory_equal(header->span_id, SPAN, CT_SPAN_ID_LEN);
    assert_int_equal(header->sampled, sampled);
}


static void
reads_traceparent(void **state CT_UNUSED)
{
    static const struct {
        const char  *c_value;
        ct_sampled_t sampled;
    } values[] = {
        { "00-" TRACE "-" SPAN "-01", CT_SAMPLED_YES },
        { "00-" TRACE "-" SPAN "-00", CT_SAMPLED_NO },
        { "00-" TRACE "-" SPAN "-ff", CT_SAMPLED_YES },
        { "00-" TRACE "-" SPAN "-fe", CT_SAMPLED_NO },
        { "01-" TRACE "-" SPAN "-01", CT_SAMPLED_YES },
        { "cc-" TRACE "-" SPAN "-01-what-the-future", CT_SAMPLED_YES },
        { "fe-" TRACE "-" SPAN "-00-", CT_SAMPLED_NO },
    };

    for (size_t i = 0; i < CT_ARRAY_LEN(values); i++) {
        ct_trace_header_t header = { .has_ids = false };

        assert_int_equal(
            ct_trace_header_w3c(ct_str_of(values[i].c_value), &header), CT_OK);
        is_read(&header, TRACE, values[i].sampled);
    }
}


static void
refuses_what_is_no_traceparent(void **state CT_UNUSED)
{
    static const char *const wrong[] = {
        "",
        "00",
        "ff-" TRACE "-" SPAN "-01",
        "00-" ZEROS "-" SPAN "-01",
        "00-" TRACE "-" HALF "-01",
        "00-" TRACE "-" SPAN "-01-",
        "00-" TRACE "-" SPAN "-01-x",
        "cc-" TRACE "-" SPAN "-01.x",
        "cc-" TRACE "-" SPAN "-011",
        "00-" TRACE "-" SPAN "-0",
        "00-" TRACE "-" SPAN "-0x",
        "00-" TRACE "-" SPAN "_01",
        "00-" TRACE "." SPAN "-01",
        "00." TRACE "-" SPAN "-01",
        "0-0" TRACE "-" SPAN "-01",
        "0x-" TRACE "-" SPAN "-01",
        " 00-" TRACE "-" SPAN "-01",
        "00-0AF7651916cd43dd8448eb211c80319c-" SPAN "-01",
        "00-" TRACE "-B7ad6b7169203331-01",
        "00-" TRACE "-" SPAN "-0A",
        "00-0af7651916cd43dd8448eb211c8031-9c" SPAN "-01",
    };
    ct_trace_header_t header;

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        if (ct_trace_header_w3c(ct_str_of(wrong[i]), &header) == CT_OK) {
            print_message("# taken: '%s'\n", wrong[i]);
            fail();
        }
    }
}


static void
reads_b3(void **state CT_UNUSED)
{
    static const struct {
        const char  *c_value;
        const char  *c_trace;
        ct_sampled_t sampled;
    } values[] = {
        { TRACE "-" SPAN, TRACE, CT_SAMPLED_UNKNOWN },
        { TRACE "-" SPAN "-0", TRACE, CT_SAMPLED_NO },
        { TRACE "-" SPAN "-1", TRACE, CT_SAMPLED_YES },
        { TRACE "-" SPAN "-d-" SHORT, TRACE, CT_SAMPLED_DEBUG },
        { SHORT "-" SPAN "-1", HALF SHORT, CT_SAMPLED_YES },
    };
    ct_trace_header_t header;

    for (size_t i = 0; i < CT_ARRAY_LEN(values); i++) {
        assert_int_equal(
            ct_trace_header_b3(ct_str_of(values[i].c_value), &header), CT_OK);
        is_read(&header, values[i].c_trace, values[i].sampled);
    }
    assert_int_equal(ct_trace_header_b3(CT_STR("0"), &header), CT_OK);
    assert_false(header.has_ids);
    assert_int_equal(header.sampled, CT_SAMPLED_NO);
    assert_int_equal(ct_trace_header_b3(CT_STR("d"), &header), CT_OK);
    assert_int_equal(header.sampled, CT_SAMPLED_DEBUG);
}


static void
refuses_what_is_no_b3(void **state CT_UNUSED)
{
    static const char *const wrong[] = {
        "",
        "-",
        "2",
        "true",
        "01",
        TRACE,
        TRACE "-",
        TRACE "-" SPAN "-",
        TRACE "-" SPAN "-1-",
        TRACE "-" SPAN "-2",
        TRACE "-" SPAN "-true",
        TRACE "-" SPAN "-1-" SHORT "-",
        TRACE "-" SPAN "-1-" SHORT "0",
        TRACE "-" SPAN "-1-" HALF,
        ZEROS "-" SPAN "-1",
        TRACE "-" HALF "-1",
        TRACE "-" TRACE,
        "0" TRACE "-" SPAN,
        SHORT "0-" SPAN,
        "8448EB211c80319c-" SPAN,
        TRACE "--1",
        "-" SPAN "-1",
    };
    ct_trace_header_t header;

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        if (ct_trace_header_b3(ct_str_of(wrong[i]), &header) == CT_OK) {
            print_message("# taken: '%s'\n", wrong[i]);
            fail();
        }
    }
}


static void
reads_b3_in_pieces(void **state CT_UNUSED)
{
    ct_trace_b3_t     values = { .trace_id = CT_STR_INIT(TRACE),
                                 .span_id = CT_STR_INIT(SPAN) };
    ct_trace_header_t header;

    assert_int_equal(ct_trace_header_b3_multi(&values, &header), CT_OK);
    is_read(&header, TRACE, CT_SAMPLED_UNKNOWN);
    values.sampled = CT_STR("true");
    assert_int_equal(ct_trace_header_b3_multi(&values, &header), CT_OK);
    is_read(&header, TRACE, CT_SAMPLED_YES);
    values.sampled = CT_STR("false");
    values.flags = CT_STR("1");
    assert_int_equal(ct_trace_header_b3_multi(&values, &header), CT_OK);
    is_read(&header, TRACE, CT_SAMPLED_DEBUG);

    /* One id is none, but a decision stands alone. */
    values = (ct_trace_b3_t){ .trace_id = CT_STR_INIT(TRACE) };
    assert_int_equal(ct_trace_header_b3_multi(&values, &header), CT_DECLINED);
    values.sampled = CT_STR("0");
    assert_int_equal(ct_trace_header_b3_multi(&values, &header), CT_OK);
    assert_false(header.has_ids);
    assert_int_equal(header.sampled, CT_SAMPLED_NO);
    values.sampled = CT_STR("maybe");
    assert_int_equal(ct_trace_header_b3_multi(&values, &header), CT_DECLINED);
    values = (ct_trace_b3_t){ .trace_id = CT_STR_INIT(TRACE),
                              .span_id = CT_STR_INIT("x") };
    assert_int_equal(ct_trace_header_b3_multi(&values, &header), CT_DECLINED);
}


static void
knows_tracestate(void **state CT_UNUSED)
{
    static const char *const right[] = {
        "a=1",          "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7",
        "0t@v=1",       "a_-*/0=~!",
        " a=1\t, b=2 ", "a=1,,b=2",
        "a= x",
    };
    static const char *const wrong[] = {
        "",
        "a",
        "a=",
        "=1",
        "A=1",
        "0=1",
        ",",
        "a=1=",
        "a=\t",
        "a=1\tb",
        "a@=1",
        "@a=1",
        "a@b@c=1",
        "a b=1",
        "a=1,b",
        "a=\x7f",
        "t@fifteen-letters=1",
        "a=\xc3\xa4",
    };
    char   text[CT_TRACE_STATE_MAX + 2];
    size_t n = 0;

    for (size_t i = 0; i < CT_ARRAY_LEN(right); i++) {
        assert_true(ct_trace_header_is_state(ct_str_of(right[i])));
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        if (ct_trace_header_is_state(ct_str_of(wrong[i]))) {
            print_message("# taken: '%s'\n", wrong[i]);
            fail();
        }
    }
    for (unsigned i = 0; i < 33; i++) {
        assert_int_equal(ct_trace_header_is_state((ct_str_t){ n, text }),
                         i > 0);
        n += (size_t) snprintf(text + n, sizeof(text) - n, "k%u=v,", i);
    }
    assert_false(ct_trace_header_is_state((ct_str_t){ n, text }));
    memset(text, ',', sizeof(text));
    memcpy(text, "a=1", 3);
    assert_true(
        ct_trace_header_is_state((ct_str_t){ CT_TRACE_STATE_MAX, text }));
    assert_false(
        ct_trace_header_is_state((ct_str_t){ CT_TRACE_STATE_MAX + 1, text }));
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_traceparent),
        cmocka_unit_test(refuses_what_is_no_traceparent),
        cmocka_unit_test(reads_b3),
        cmocka_unit_test(refuses_what_is_no_b3),
        cmocka_unit_test(reads_b3_in_pieces),
        cmocka_unit_test(knows_tracestate),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
