/*
 * http_answer_test.c -- answers of HTTP/1.1, byte by byte.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_http_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_mem.h"
#include "http_fixture.h"


static void
writes_heads(void **state CT_UNUSED)
{
    static const struct {
        ct_http_answer_t answer;
        const char      *c_text;
        bool             bodiless;
        const char      *c_written;
    } cases[] = {
        { { .status = 200 },
          "",
          false,
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
        { { .status = 200, .c_type = "a/b", .keeps = true },
          "hello you",
          false,
          "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nConnection: keep-alive\r\n"
          "Content-Length: 10\r\n\r\nhello you\n" },
        { { .status = 200, .c_lines = "A: b\r\n", .shared = true },
          "hello",
          true,
          "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nA: b\r\n"
          "Content-Length: 6\r\n\r\n" },
        { { .status = 413, .closes = true, .keeps = true },
          "",
          false,
          "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
          "Content-Length: 0\r\n\r\n" },
        { { .status = 0 },
          "",
          false,
          "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n" },
    };
    ct_buf_t out;

    ct_buf_init(&out);
    for (size_t i = 0; i < CT_ARRAY_LEN(cases); i++) {
        assert_int_equal(ct_http_answer_write(&cases[i].answer, cases[i].c_text,
                                              cases[i].bodiless, &out),
                         CT_OK);
        http_expect_text(&out, cases[i].c_written);
        ct_buf_reset(&out, SIZE_MAX);
    }
    ct_buf_release(&out);
}


/* Behind one another, in a buffer that holds something, of every length. */
static void
puts_lengths(void **state CT_UNUSED)
{
    static const size_t sizes[] = { 0, 1, 9, 10, 12345, 1234567 };
    char                head[64];
    ct_buf_t            out;
    size_t              mark;

    ct_buf_init(&out);
    assert_int_equal(ct_buf_append(&out, "yx", 2), CT_OK);
    out.pos++;
    for (size_t i = 0; i < CT_ARRAY_LEN(sizes); i++) {
        const size_t before = ct_buf_len(&out);
        const size_t head_len = (size_t) snprintf(
            head, sizeof(head), "Content-Length: %zu\r\n\r\n", sizes[i]);

        assert_int_equal(ct_http_length_begin(&out, &mark), CT_OK);
        assert_int_equal(ct_buf_reserve(&out, sizes[i]), CT_OK);
        memset(out.last, 'a' + (int) i, sizes[i]);
        out.last += sizes[i];
        ct_http_length_end(&out, mark);
        assert_int_equal(ct_buf_len(&out), before + head_len + sizes[i]);
        assert_memory_equal(out.pos + before, head, head_len);
        for (size_t k = 0; k < sizes[i]; k++) {
            assert_int_equal(out.pos[before + head_len + k], 'a' + (int) i);
        }
    }
    ct_buf_release(&out);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    const ct_http_answer_t answer = { .status = 200 };
    ct_buf_t               out;
    size_t                 mark;

    ct_buf_init(&out);
    ct_mem_fail_after(0);
    assert_int_equal(ct_http_answer_write(&answer, "x", false, &out), CT_ERROR);
    ct_mem_fail_after(0);
    assert_int_equal(ct_http_answer_begin(&answer, &out, &mark), CT_ERROR);
    ct_mem_fail_after(0);
    assert_int_equal(ct_http_length_begin(&out, &mark), CT_ERROR);
    assert_int_equal(ct_buf_len(&out), 0);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_heads),
        cmocka_unit_test(puts_lengths),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
