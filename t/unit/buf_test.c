/*
 * buf_test.c -- a buffer is a queue of bytes; a block lives as long as it is
 * held.
 */

#include "core/ct_config.h"

#include "core/ct_buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_mem.h"


static void
an_empty_buffer_has_no_memory(void **state)
{
    ct_buf_t buf;

    (void) state;
    ct_buf_init(&buf);
    assert_int_equal(ct_buf_len(&buf), 0);
    assert_int_equal(ct_buf_room(&buf), 0);
    assert_int_equal(ct_buf_append(&buf, NULL, 0), CT_OK);
    assert_null(buf.start);
    assert_int_equal(ct_buf_reserve(&buf, 0), CT_OK);
    ct_buf_release(&buf);
}


/* Writes three bytes, reads two, over and over: what comes out is in order. */
static void
bytes_come_out_in_order(void **state)
{
    ct_buf_t buf;
    uint8_t  written = 0;
    uint8_t  read = 0;

    (void) state;
    ct_buf_init(&buf);
    for (int i = 0; i < 5000; i++) {
        const uint8_t bytes[3] = { written, (uint8_t) (written + 1),
                                   (uint8_t) (written + 2) };

        written = (uint8_t) (written + 3);
        assert_int_equal(ct_buf_append(&buf, bytes, 3), CT_OK);
        for (int j = 0; j < 2; j++) {
            assert_int_equal(*buf.pos, read);
            read++;
            buf.pos++;
        }
    }
    assert_int_equal(ct_buf_len(&buf), 5000);
    ct_buf_release(&buf);
    assert_null(buf.start);
}


static void
consumed_room_is_used_again(void **state)
{
    ct_buf_t buf;
    uint8_t  bytes[100] = { 0 };
    size_t   size = 0;

    (void) state;
    ct_buf_init(&buf);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(ct_buf_append(&buf, bytes, sizeof(bytes)), CT_OK);
        buf.pos += sizeof(bytes);
        size = (size_t) (buf.end - buf.start);
    }
    assert_true(size <= 4096);
    ct_buf_release(&buf);
}


static void
reset_keeps_memory_up_to_a_limit(void **state)
{
    ct_buf_t buf;

    (void) state;
    ct_buf_init(&buf);
    assert_int_equal(ct_buf_reserve(&buf, 1000), CT_OK);
    ct_buf_reset(&buf, 4096);
    assert_non_null(buf.start);
    assert_int_equal(ct_buf_reserve(&buf, 100000), CT_OK);
    ct_buf_reset(&buf, 4096);
    assert_null(buf.start);
}


static void
impossible_sizes_change_nothing(void **state)
{
    ct_buf_t buf;

    (void) state;
    ct_buf_init(&buf);
    assert_int_equal(ct_buf_append(&buf, "abc", 3), CT_OK);
    assert_int_equal(ct_buf_reserve(&buf, SIZE_MAX), CT_ERROR);
    assert_int_equal(ct_buf_reserve(&buf, SIZE_MAX / 2 + 10), CT_ERROR);
    assert_int_equal(ct_buf_len(&buf), 3);
    assert_memory_equal(buf.pos, "abc", 3);
    ct_buf_release(&buf);
}


static void
a_block_ends_with_its_last_owner(void **state)
{
    ct_block_t *block = ct_block_create(100);

    (void) state;
    assert_int_equal(block->refs, 1);
    assert_int_equal(block->size, 100);
    assert_ptr_equal(ct_block_hold(block), block);
    ct_block_drop(block);
    assert_int_equal(block->refs, 1);
    ct_block_drop(block);
    ct_block_drop(NULL);
    assert_null(ct_block_create(SIZE_MAX));
}


#if CT_FAULTS

static void
a_refused_growth_changes_nothing(void **state)
{
    ct_buf_t buf;

    (void) state;
    ct_buf_init(&buf);
    assert_int_equal(ct_buf_append(&buf, "abc", 3), CT_OK);
    ct_mem_fail_after(0);
    assert_int_equal(ct_buf_reserve(&buf, 100000), CT_ERROR);
    assert_memory_equal(buf.pos, "abc", 3);
    ct_mem_fail_after(0);
    assert_null(ct_block_create(10));
    ct_buf_release(&buf);
}

#endif


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_buffer_has_no_memory),
        cmocka_unit_test(bytes_come_out_in_order),
        cmocka_unit_test(consumed_room_is_used_again),
        cmocka_unit_test(reset_keeps_memory_up_to_a_limit),
        cmocka_unit_test(impossible_sizes_change_nothing),
        cmocka_unit_test(a_block_ends_with_its_last_owner),
#if CT_FAULTS
        cmocka_unit_test(a_refused_growth_changes_nothing),
#endif
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
