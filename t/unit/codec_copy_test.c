/*
 * codec_copy_test.c -- a copy shares nothing with what it was made from.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "sample.h"

static void
put(const sample_t *sample, ct_buf_t *out)
{
    ct_writer_t writer;
    const char *c_why;

    ct_writer_init(&writer, &ct_binary_protocol, out);
    assert_int_equal(ct_codec_write(&writer, &sample_struct, sample, &c_why),
                     CT_OK);
}


/* The source is read from a message that is gone when the copy is looked at. */
static void
outlives_its_source(void **state CT_UNUSED)
{
    const ct_limits_t limits = CT_LIMITS_DEFAULT;
    ct_pool_t        *short_lived = ct_pool_create(4096);
    ct_pool_t        *long_lived = ct_pool_create(4096);
    sample_t         *read = ct_pool_alloc(short_lived, sizeof(*read));
    sample_t          sample;
    const sample_t   *copy;
    ct_reader_t       reader;
    ct_buf_t          in;
    ct_buf_t          before;
    ct_buf_t          after;

    ct_buf_init(&in);
    ct_buf_init(&before);
    ct_buf_init(&after);
    sample_fill(&sample, short_lived);
    put(&sample, &in);
    put(&sample, &before);
    ct_reader_init(&reader, &ct_binary_protocol, in.pos, ct_buf_len(&in),
                   &limits, short_lived);
    assert_int_equal(ct_codec_read(&reader, &sample_struct, read), CT_OK);
    copy = ct_codec_copy(long_lived, &sample_struct, read);
    assert_non_null(copy);
    assert_ptr_not_equal(copy, read);
    memset(in.pos, 0xff, ct_buf_len(&in));
    ct_buf_release(&in);
    ct_pool_destroy(short_lived);

    put(copy, &after);
    assert_int_equal(ct_buf_len(&after), ct_buf_len(&before));
    assert_memory_equal(after.pos, before.pos, ct_buf_len(&before));
    ct_buf_release(&before);
    ct_buf_release(&after);
    ct_pool_destroy(long_lived);
}


/* What is not set is cleared, whatever stands there. */
static void
clears_what_is_not_set(void **state CT_UNUSED)
{
    int32_t         number = 1;
    ct_pool_t      *pool = ct_pool_create(4096);
    sample_t        sample = { .maybe = 5, .perhaps = { 1, &number } };
    const sample_t *copy = ct_codec_copy(pool, &sample_struct, &sample);

    assert_int_equal(copy->maybe, 0);
    assert_int_equal(copy->perhaps.n, 0);
    assert_null(copy->perhaps.items);
    assert_null(copy->text.data);
    assert_null(copy->next);
    ct_pool_destroy(pool);
}


static void
holds_the_depth(void **state CT_UNUSED)
{
    ct_pool_t *pool = ct_pool_create(4096);
    sample_t   ring = { .an_i8 = 1 };
    sample_t   nest = { .children = { 1, &nest } };
    sample_t   keyed = { .an_i8 = 1 };

    assert_non_null(ct_codec_copy(pool, &sample_struct, &ring));
    ring.next = &ring;
    assert_null(ct_codec_copy(pool, &sample_struct, &ring));
    assert_null(ct_codec_copy(pool, &sample_struct, &nest));
    assert_non_null(ct_codec_copy(pool, &sample_struct, &keyed));
    ct_pool_destroy(pool);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlives_its_source),
        cmocka_unit_test(clears_what_is_not_set),
        cmocka_unit_test(holds_the_depth),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
