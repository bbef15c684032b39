/*
 * zstream_test.c -- an endless zlib stream each way, held against zlib.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_zstream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_mem.h"

#define TEXT "what is said once is said again, is said again"

/* What `len` bytes are as a whole zlib stream; for the caller to free. */
static uint8_t *
compressed(const uint8_t *data, size_t len, size_t *out_len)
{
    uLongf   size = compressBound(len);
    uint8_t *out = malloc(size);

    assert_int_equal(compress2(out, &size, data, len, 9), Z_OK);
    *out_len = size;
    return out;
}


/* All that comes out of what is in, by pieces of at most `step`. */
static ct_rc_t
inflate_all(ct_zstream_t *zstream, size_t step, ct_buf_t *out, const char **why)
{
    ct_rc_t rc;
    size_t  n = 0;

    do {
        assert_int_equal(ct_buf_reserve(out, step), CT_OK);
        rc = ct_zstream_inflate(zstream, out->last, step, &n, why);
        if (rc == CT_OK) {
            assert_in_range(n, 1, step);
            out->last += n;
        }
    } while (rc == CT_OK);
    assert_int_equal(ct_zstream_has_news(zstream), rc != CT_AGAIN);
    return rc;
}


/* Bytes that do not compress, the same each time. */
static void
fill(uint8_t *data, size_t len)
{
    uint32_t seed = 4711;

    for (size_t i = 0; i < len; i++) {
        seed = seed * 1103515245u + 12345u;
        data[i] = (uint8_t) (seed >> 16);
    }
}


/* What one end deflates the other inflates, message by message. */
static void
messages_go_through(void **state CT_UNUSED)
{
    static const size_t sizes[] = { 1, 2, 46, 4096, 4097, 100000, 3 };
    ct_zstream_t       *here = ct_zstream_create();
    ct_zstream_t       *there = ct_zstream_create();
    uint8_t            *data = malloc(100000);
    ct_buf_t            wire;
    ct_buf_t            got;
    const char         *why = NULL;

    fill(data, 100000);
    ct_buf_init(&wire);
    ct_buf_init(&got);
    for (size_t i = 0; i < CT_ARRAY_LEN(sizes); i++) {
        assert_int_equal(ct_buf_append(&wire, "x", 1), CT_OK);
        assert_int_equal(ct_zstream_deflate(here, data, sizes[i], &wire),
                         CT_OK);
        assert_int_equal(*wire.pos++, 'x');
        if (i == 0) {
            assert_memory_equal(wire.pos, "\x78\x01", 2);
        }
        assert_memory_equal(wire.last - 4, "\x00\x00\xff\xff", 4);
        assert_int_equal(ct_zstream_feed(there, wire.pos, ct_buf_len(&wire)),
                         CT_OK);
        assert_true(ct_zstream_has_news(there));
        assert_int_equal(inflate_all(there, 1000, &got, &why), CT_AGAIN);
        assert_int_equal(ct_buf_len(&got), sizes[i]);
        assert_memory_equal(got.pos, data, sizes[i]);
        ct_buf_reset(&wire, SIZE_MAX);
        ct_buf_reset(&got, SIZE_MAX);
    }
    assert_int_equal(ct_zstream_deflate(here, data, 0, &wire), CT_OK);
    assert_int_equal(ct_buf_len(&wire), 0);
    ct_buf_release(&wire);
    ct_buf_release(&got);
    free(data);
    ct_zstream_destroy(here);
    ct_zstream_destroy(there);
    ct_zstream_destroy(NULL);
}


/* Into the room that is given, a byte at a time, and out byte by byte. */
static void
splits_change_nothing(void **state CT_UNUSED)
{
    ct_zstream_t *zstream = ct_zstream_create();
    size_t        len;
    uint8_t      *wire = compressed((const uint8_t *) TEXT, strlen(TEXT), &len);
    const char   *why = NULL;
    ct_buf_t      got;
    size_t        size;
    uint8_t      *room;
    ct_rc_t       rc = CT_AGAIN;

    ct_buf_init(&got);
    assert_false(ct_zstream_has_news(zstream));
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(rc, CT_AGAIN);
        room = ct_zstream_room(zstream, &size);
        assert_non_null(room);
        assert_in_range(size, 4096, SIZE_MAX);
        room[0] = wire[i];
        ct_zstream_received(zstream, 1);
        (void) ct_zstream_room(zstream, &size);
        assert_int_equal(size, 0);
        rc = inflate_all(zstream, 1, &got, &why);
    }
    assert_int_equal(rc, CT_DECLINED);
    assert_int_equal(ct_buf_len(&got), strlen(TEXT));
    assert_memory_equal(got.pos, TEXT, strlen(TEXT));

    /* What comes behind the end is nothing. */
    assert_int_equal(ct_zstream_feed(zstream, wire, len), CT_OK);
    assert_true(ct_zstream_has_news(zstream));
    assert_int_equal(inflate_all(zstream, 1, &got, &why), CT_DECLINED);
    ct_buf_release(&got);
    free(wire);
    ct_zstream_destroy(zstream);
}


/* 64 MB out of 64 KB, through a kilobyte. */
static void
bombs_come_in_pieces(void **state CT_UNUSED)
{
    const size_t  size = (size_t) 64 << 20;
    ct_zstream_t *zstream = ct_zstream_create();
    uint8_t      *zeros = calloc(1, size);
    const char   *why = NULL;
    uint8_t       piece[1024];
    size_t        total = 0;
    size_t        len;
    size_t        n;
    uint8_t      *wire = compressed(zeros, size, &len);

    assert_int_equal(ct_zstream_feed(zstream, wire, len), CT_OK);
    while (ct_zstream_inflate(zstream, piece, sizeof(piece), &n, &why)
           == CT_OK) {
        assert_true(n > 0 && n <= sizeof(piece));
        total += n;
    }
    assert_true(total == size);
    assert_null(why);
    free(zeros);
    free(wire);
    ct_zstream_destroy(zstream);
}


static void
refuse(const char *bytes, size_t len, const char *expected)
{
    ct_zstream_t *zstream = ct_zstream_create();
    const char   *why = NULL;
    uint8_t       piece[64];
    size_t        n;
    int           i;

    assert_int_equal(ct_zstream_feed(zstream, (const uint8_t *) bytes, len),
                     CT_OK);
    for (i = 0; i < 2; i++) {
        while (ct_zstream_inflate(zstream, piece, sizeof(piece), &n, &why)
               == CT_OK) {
        }
        assert_non_null(why);
        assert_string_equal(why, expected);
        assert_int_equal(
            ct_zstream_inflate(zstream, piece, sizeof(piece), &n, &why),
            CT_ERROR);
        assert_true(ct_zstream_has_news(zstream));
        why = NULL;
    }
    ct_zstream_destroy(zstream);
}


static void
refuses_what_is_no_stream(void **state CT_UNUSED)
{
    refuse("\x80\x01\x00\x01", 4, "a broken zlib stream");
    refuse("\x78\x9c\xff\xff\xff\xff", 6, "a broken zlib stream");
    refuse("\x78\xbb\x00\x00\x00\x01", 6, "a zlib stream with a dictionary");
    /* The checksum of "" is 1. */
    refuse("\x78\x9c\x03\x00\x00\x00\x00\x02", 8, "a broken zlib stream");
}


/* What stands in front of the fault is given, however it arrived. */
static void
gives_what_is_good(void **state CT_UNUSED)
{
    for (size_t step = 1; step < 60; step++) {
        ct_zstream_t *here = ct_zstream_create();
        ct_zstream_t *there = ct_zstream_create();
        const char   *why = NULL;
        ct_rc_t       rc = CT_AGAIN;
        ct_buf_t      wire;
        ct_buf_t      got;

        ct_buf_init(&wire);
        ct_buf_init(&got);
        assert_int_equal(ct_zstream_deflate(here, (const uint8_t *) TEXT,
                                            strlen(TEXT), &wire),
                         CT_OK);
        assert_int_equal(ct_buf_append(&wire, "\xff\xff\xff", 3), CT_OK);
        while (rc == CT_AGAIN) {
            size_t n = ct_buf_len(&wire) < step ? ct_buf_len(&wire) : step;

            assert_int_equal(ct_zstream_feed(there, wire.pos, n), CT_OK);
            wire.pos += n;
            rc = inflate_all(there, 1000, &got, &why);
        }
        assert_int_equal(rc, CT_ERROR);
        assert_string_equal(why, "a broken zlib stream");
        assert_int_equal(ct_buf_len(&got), strlen(TEXT));
        assert_memory_equal(got.pos, TEXT, strlen(TEXT));
        ct_buf_release(&wire);
        ct_buf_release(&got);
        ct_zstream_destroy(here);
        ct_zstream_destroy(there);
    }
}


#if CT_FAULTS
/* Whichever allocation fails, it is told, and nothing leaks. */
static void
lives_without_memory(void **state CT_UNUSED)
{
    size_t      len;
    uint8_t    *wire = compressed((const uint8_t *) TEXT, 46, &len);
    const char *why = NULL;
    uint8_t     piece[64];
    size_t      n;
    size_t      more;
    size_t      i;
    bool        done = false;

    for (i = 0; !done; i++) {
        ct_zstream_t *zstream;
        ct_buf_t      out;

        ct_buf_init(&out);
        ct_mem_fail_after(i);
        zstream = ct_zstream_create();
        done = zstream != NULL && ct_zstream_room(zstream, &n) != NULL
               && ct_zstream_feed(zstream, wire, len - 1) == CT_OK
               && ct_zstream_inflate(zstream, piece, sizeof(piece), &n, &why)
                      == CT_OK
               && ct_zstream_inflate(zstream, piece + n, sizeof(piece) - n,
                                     &more, &why)
                      == CT_AGAIN
               && ct_zstream_deflate(zstream, piece, n, &out) == CT_OK;
        assert_true(done || ct_buf_len(&out) == 0);
        if (!done && why != NULL) {
            assert_string_equal(why, "no memory for a zlib stream");
        }
        ct_mem_fail_after(SIZE_MAX - 1);
        if (zstream != NULL) {
            (void) ct_zstream_deflate(zstream, piece, 1, &out);
        }
        ct_buf_release(&out);
        ct_zstream_destroy(zstream);
    }
    assert_in_range(i, 5, 50);
    free(wire);
}
#endif


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_go_through),
        cmocka_unit_test(splits_change_nothing),
        cmocka_unit_test(bombs_come_in_pieces),
        cmocka_unit_test(refuses_what_is_no_stream),
        cmocka_unit_test(gives_what_is_good),
#if CT_FAULTS
        cmocka_unit_test(lives_without_memory),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
