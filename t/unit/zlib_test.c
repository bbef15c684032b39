/*
 * zlib_test.c -- whole bodies go through zlib and come back.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_zlib.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_mem.h"
#include "core/ct_pool.h"


/* Half noise, half repetition, the same each time. */
static void
fill(uint8_t *data, size_t len)
{
    uint32_t seed = 42;

    for (size_t i = 0; i < len; i++) {
        seed = seed * 1103515245u + 12345u;
        data[i] = i % 2000 < 1000 ? (uint8_t) (seed >> 16) : 'a';
    }
}


static void
bodies_come_back(void **state CT_UNUSED)
{
    static const size_t sizes[] = { 0, 1, 2, 100, 511, 512, 513, 70000 };
    uint8_t            *data = malloc(70000);
    ct_pool_t          *pool = ct_pool_create(256);
    const char         *why;
    ct_buf_t            buf;
    ct_str_t            got;

    fill(data, 70000);
    for (size_t i = 0; i < CT_ARRAY_LEN(sizes); i++) {
        const size_t n = sizes[i];

        ct_buf_init(&buf);
        assert_int_equal(ct_buf_append(&buf, "yhead", 5), CT_OK);
        buf.pos++;
        assert_int_equal(ct_buf_append(&buf, data, n), CT_OK);
        assert_int_equal(ct_zlib_deflate(&buf, 4), CT_OK);
        assert_memory_equal(buf.pos, "head", 4);
        if (n > 4000) {
            assert_true(ct_buf_len(&buf) < n + 4);
        }

        /* The cap is exact. */
        got = (ct_str_t){ ct_buf_len(&buf) - 4, (char *) buf.pos + 4 };
        if (n > 0) {
            assert_int_equal(ct_zlib_inflate(got, n - 1, pool, &got, &why),
                             CT_DECLINED);
            assert_string_equal(why, "it inflates to more than allowed");
        }
        assert_int_equal(ct_zlib_inflate(got, n, pool, &got, &why), CT_OK);
        assert_int_equal(got.len, n);
        assert_memory_equal(got.data, data, n);
        got = (ct_str_t){ ct_buf_len(&buf) - 4, (char *) buf.pos + 4 };
        assert_int_equal(ct_zlib_inflate(got, SIZE_MAX, pool, &got, &why),
                         CT_OK);
        assert_int_equal(got.len, n);
        ct_buf_release(&buf);
    }
    ct_pool_destroy(pool);
    free(data);
}


/* 256 MB of zeros; the least memory that hurts. */
static void
bombs_are_refused(void **state CT_UNUSED)
{
    const uLong size = 256u << 20;
    uLongf      len = compressBound(size);
    uint8_t    *zeros = calloc(1, size);
    uint8_t    *bomb = malloc(len);
    ct_pool_t  *pool = ct_pool_create(256);
    const char *why;
    ct_str_t    in;
    ct_str_t    out;

    assert_int_equal(compress2(bomb, &len, zeros, size, 9), Z_OK);
    in = (ct_str_t){ len, (const char *) bomb };
    assert_int_equal(ct_zlib_inflate(in, 1u << 20, pool, &out, &why),
                     CT_DECLINED);
    assert_in_range(ct_pool_size(pool), 0, 4096);
    ct_pool_destroy(pool);
    free(zeros);
    free(bomb);
}


static void
refuse(const char *bytes, size_t len, const char *expected)
{
    ct_pool_t  *pool = ct_pool_create(256);
    const char *why = NULL;
    ct_str_t    out = { 0, NULL };

    assert_int_equal(
        ct_zlib_inflate((ct_str_t){ len, bytes }, 1000, pool, &out, &why),
        CT_ERROR);
    assert_string_equal(why, expected);
    assert_null(out.data);
    ct_pool_destroy(pool);
}


static void
refuses_what_is_no_stream(void **state CT_UNUSED)
{
    static const char empty[] = "\x78\x9c\x03\x00\x00\x00\x00\x01";
    char              long_one[600];
    uLongf            len = sizeof(long_one);
    char              noise[1000];
    ct_str_t          out;
    const char       *why;
    ct_pool_t        *pool = ct_pool_create(256);

    refuse("", 0, "a zlib stream without its end");
    for (size_t i = 1; i < 8; i++) {
        refuse(empty, i, "a zlib stream without its end");
    }
    assert_int_equal(
        ct_zlib_inflate((ct_str_t){ 8, empty }, 0, pool, &out, &why), CT_OK);
    assert_int_equal(out.len, 0);
    assert_non_null(out.data);
    refuse(empty, 9, "bytes behind a zlib stream");
    refuse("\x78\x9c\x03\x00\x00\x00\x00\x02", 8, "no zlib stream");
    refuse("\x78\x9d\x03\x00\x00\x00\x00\x01", 8, "no zlib stream");
    refuse("\x78\xbb\x00\x00\x00\x01", 6, "no zlib stream");
    refuse("garbage", 7, "no zlib stream");

    /* The room is full where the bytes end. */
    memset(noise, 'n', sizeof(noise));
    assert_int_equal(
        compress2((Bytef *) long_one, &len, (Bytef *) noise, sizeof(noise), 0),
        Z_BUF_ERROR);
    len = sizeof(long_one);
    assert_int_equal(
        compress2((Bytef *) long_one, &len, (Bytef *) noise, 512, 0), Z_OK);
    refuse(long_one, len - 4, "a zlib stream without its end");
    assert_int_equal(
        ct_zlib_inflate((ct_str_t){ SIZE_MAX, empty }, 1000, pool, &out, &why),
        CT_DECLINED);
    assert_string_equal(why, "too much to inflate");
    ct_pool_destroy(pool);
}


#if CT_FAULTS
static void
lives_without_memory(void **state CT_UNUSED)
{
    ct_pool_t  *pool = ct_pool_create(256);
    uint8_t    *data = malloc(70000);
    const char *why = NULL;
    ct_buf_t    buf;
    ct_str_t    out;
    bool        done = false;
    size_t      i;

    memset(data, 'x', 70000);
    for (i = 0; !done; i++) {
        ct_buf_init(&buf);
        assert_int_equal(ct_buf_append(&buf, data, 70000), CT_OK);
        ct_mem_fail_after(i);
        done = ct_zlib_deflate(&buf, 0) == CT_OK;
        ct_mem_fail_after(SIZE_MAX - 1);
        assert_true(done || ct_buf_len(&buf) == 70000);
        if (done) {
            assert_true(ct_buf_len(&buf) < 1000);
        } else {
            assert_memory_equal(buf.pos, data, 70000);
            ct_buf_release(&buf);
        }
    }
    assert_in_range(i, 3, 20);
    done = false;
    for (i = 0; !done; i++) {
        ct_mem_fail_after(i);
        done = ct_zlib_inflate((ct_str_t){ ct_buf_len(&buf), (char *) buf.pos },
                               SIZE_MAX, pool, &out, &why)
               == CT_OK;
        if (!done) {
            assert_string_equal(why, "no memory to inflate it");
        }
    }
    assert_in_range(i, 3, 20);
    ct_mem_fail_after(SIZE_MAX - 1);
    ct_buf_release(&buf);
    ct_pool_destroy(pool);
    free(data);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bodies_come_back),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(refuses_what_is_no_stream),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
