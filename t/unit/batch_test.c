/*
 * batch_test.c -- datagrams that are full but not too full, and receipts.
 */

#include "core/ct_config.h"

#include "process/ct_batch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What has been sent: datagrams with a '/' behind each. */
typedef struct sink_s {
    char   text[65536];
    size_t len;
    size_t longest;
    int    left; /* datagrams that it takes */
} sink_t;


static ct_rc_t
sink_take(void *data, const char *bytes, size_t len)
{
    sink_t *sink = data;

    if (sink->left == 0) {
        return CT_ERROR;
    }
    sink->left--;
    assert_true(sink->len + len + 1 < sizeof(sink->text));
    memcpy(sink->text + sink->len, bytes, len);
    sink->len += len + 1;
    sink->text[sink->len - 1] = '/';
    sink->longest = len > sink->longest ? len : sink->longest;
    return CT_OK;
}


static void
add(ct_batch_t *batch, const char *c_text, ct_counter_t *sent, uint64_t n)
{
    const ct_receipt_t receipt = { sent, n };

    ct_batch_add(batch, ct_str_of(c_text), &receipt, sent != NULL ? 1 : 0);
}


static void
assert_sent(const sink_t *sink, const char *c_expected)
{
    assert_int_equal(sink->len, strlen(c_expected));
    assert_memory_equal(sink->text, c_expected, sink->len);
}


static void
lines_share_datagrams(void **state)
{
    ct_batch_t  *batch = malloc(sizeof(*batch));
    sink_t      *sink = calloc(1, sizeof(*sink));
    ct_counter_t sent = 0;

    (void) state;
    sink->left = 100;
    ct_batch_init(batch, 10, sink_take, sink);
    add(batch, "aaaa", &sent, 1);
    add(batch, "bbbbb", &sent, 2); /* 4 + 1 + 5: just fits */
    assert_int_equal(ct_counter_get(&sent), 0);
    add(batch, "c", &sent, 4);
    assert_int_equal(ct_counter_get(&sent), 3);
    add(batch, "d\ne", NULL, 0);
    add(batch, "ffffffffff", &sent, 8);
    ct_batch_flush(batch);
    ct_batch_flush(batch);
    assert_sent(sink, "aaaa\nbbbbb/c\nd\ne/ffffffffff/");
    assert_int_equal(ct_counter_get(&sent), 15);
    assert_int_equal(batch->nsent, 3);
    free(sink);
    free(batch);
}


static void
what_is_too_long_is_left_out(void **state)
{
    ct_batch_t  *batch = malloc(sizeof(*batch));
    sink_t      *sink = calloc(1, sizeof(*sink));
    ct_counter_t sent = 0;

    (void) state;
    sink->left = 100;
    ct_batch_init(batch, 4, sink_take, sink);
    add(batch, "12345", &sent, 1);
    add(batch, "1234", &sent, 2);
    ct_batch_flush(batch);
    assert_sent(sink, "1234/");
    assert_int_equal(ct_counter_get(&sent), 2);
    free(sink);
    free(batch);
}


static void
what_has_not_gone_is_not_receipted(void **state)
{
    ct_batch_t  *batch = malloc(sizeof(*batch));
    sink_t      *sink = calloc(1, sizeof(*sink));
    ct_counter_t sent = 0;

    (void) state;
    sink->left = 1;
    ct_batch_init(batch, 3, sink_take, sink);
    add(batch, "one", &sent, 1);
    add(batch, "two", &sent, 10);
    add(batch, "six", &sent, 100);
    assert_true(batch->is_broken);
    sink->left = 100; /* it would take again, but not in this round */
    add(batch, "ten", &sent, 1000);
    ct_batch_flush(batch);
    assert_sent(sink, "one/");
    assert_int_equal(ct_counter_get(&sent), 1);

    ct_batch_init(batch, 3, sink_take, sink);
    add(batch, "two", &sent, 10);
    ct_batch_flush(batch);
    assert_sent(sink, "one/two/");
    assert_int_equal(ct_counter_get(&sent), 11);
    free(sink);
    free(batch);
}


/* Two receipts a line, and more lines than a datagram keeps receipts of. */
static void
receipts_are_all_kept(void **state)
{
    ct_batch_t        *batch = malloc(sizeof(*batch));
    sink_t            *sink = calloc(1, sizeof(*sink));
    ct_counter_t       a = 0;
    ct_counter_t       b = 0;
    const ct_receipt_t receipts[] = { { &a, 1 }, { &b, 2 } };

    (void) state;
    sink->left = 100;
    ct_batch_init(batch, CT_BATCH_SIZE, sink_take, sink);
    for (int i = 0; i < 1000; i++) {
        ct_batch_add(batch, CT_STR("x:1|c"), receipts, 2);
    }
    ct_batch_flush(batch);
    assert_int_equal(ct_counter_get(&a), 1000);
    assert_int_equal(ct_counter_get(&b), 2000);
    assert_true(sink->longest <= CT_BATCH_SIZE);
    assert_int_equal(sink->len, 1000 * strlen("x:1|c\n"));
    free(sink);
    free(batch);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_share_datagrams),
        cmocka_unit_test(what_is_too_long_is_left_out),
        cmocka_unit_test(what_has_not_gone_is_not_receipted),
        cmocka_unit_test(receipts_are_all_kept),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
