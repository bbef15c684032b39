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
    int      passed = 7;

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_channel_create(fds, &log), CT_OK);
    assert_int_equal(ct_channel_hear(fds[0], &word, &passed), CT_AGAIN);
    ct_channel_say(fds[1], CT_WORD_READY);
    ct_channel_say(fds[0], CT_WORD_LEAVE);
    ct_channel_say(fds[0], CT_WORD_QUIT);
    assert_int_equal(ct_channel_hear(fds[0], &word, &passed), CT_OK);
    assert_int_equal(word, CT_WORD_READY);
    close(fds[0]);
    assert_int_equal(ct_channel_hear(fds[1], &word, &passed), CT_OK);
    assert_int_equal(word, CT_WORD_LEAVE);
    assert_int_equal(ct_channel_hear(fds[1], &word, &passed), CT_OK);
    assert_int_equal(word, CT_WORD_QUIT);
    assert_int_equal(ct_channel_hear(fds[1], &word, &passed), CT_DECLINED);
    close(fds[1]);
}


static void
a_descriptor_goes_with_a_word(void **state)
{
    ct_log_t log;
    int      fds[2];
    int      ends[2];
    int      word = 0;
    int      passed = 7;
    char     byte = 0;

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_channel_create(fds, &log), CT_OK);
    assert_int_equal(pipe(ends), 0);
    ct_channel_say(fds[0], CT_WORD_LEAVE);
    assert_int_equal(ct_channel_pass(fds[0], CT_WORD_CENSUS, ends[1]), CT_OK);
    close(ends[1]);
    assert_int_equal(ct_channel_hear(fds[1], &word, &passed), CT_OK);
    assert_int_equal(word, CT_WORD_LEAVE);
    assert_int_equal(passed, -1);
    assert_int_equal(ct_channel_hear(fds[1], &word, &passed), CT_OK);
    assert_int_equal(word, CT_WORD_CENSUS);
    assert_int_equal(write(passed, "x", 1), 1);
    close(passed);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'x');
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(fds[1]);
    assert_int_equal(ct_channel_pass(fds[0], CT_WORD_CENSUS, ends[0]),
                     CT_ERROR);
    close(fds[0]);
    close(ends[0]);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_arrive_in_order),
        cmocka_unit_test(a_descriptor_goes_with_a_word),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
