/*
 * channel_test.c -- words go both ways, and an end is noticed.
 */

#include "core/ct_config.h"

#include "process/ct_channel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_log.h"


static void
words_arrive_in_order(void **state)
{
    ct_log_t log;
    int      fds[2];
    int      word = 0;

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_channel_create(fds, &log), CT_OK);
    assert_int_equal(ct_channel_hear(fds[0], &word), CT_AGAIN);
    ct_channel_say(fds[1], CT_WORD_READY);
    ct_channel_say(fds[0], CT_WORD_LEAVE);
    ct_channel_say(fds[0], CT_WORD_QUIT);
    assert_int_equal(ct_channel_hear(fds[0], &word), CT_OK);
    assert_int_equal(word, CT_WORD_READY);
    close(fds[0]);
    assert_int_equal(ct_channel_hear(fds[1], &word), CT_OK);
    assert_int_equal(word, CT_WORD_LEAVE);
    assert_int_equal(ct_channel_hear(fds[1], &word), CT_OK);
    assert_int_equal(word, CT_WORD_QUIT);
    assert_int_equal(ct_channel_hear(fds[1], &word), CT_DECLINED);
    close(fds[1]);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_arrive_in_order),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
