/*
 * timer_test.c -- timers run in order, once, and never early.
 */

#include "core/ct_config.h"

#include "event/ct_timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_log.h"
#include "event/ct_loop.h"


/* Each timer writes its number into `text` when it runs. */
typedef struct trace_s {
    ct_log_t   log;
    ct_loop_t *loop;
    char       text[32];
    ct_timer_t timers[3];
    unsigned   restarts;
} trace_t;


static void
run_timer(ct_timer_t *timer)
{
    trace_t *trace = timer->data;

    assert_false(ct_timer_is_on(timer));
    trace->text[strlen(trace->text)] = (char) ('0' + (timer - trace->timers));
    if (timer == &trace->timers[2] && trace->restarts++ < 2) {
        ct_timer_start(trace->loop, timer, 0);
    }
}


static void
start(trace_t *trace)
{
    *trace = (trace_t){ .restarts = 0 };
    ct_log_init(&trace->log);
    trace->loop = ct_loop_create(NULL, 8, &trace->log);
    assert_non_null(trace->loop);
    for (int i = 0; i < 3; i++) {
        trace->timers[i].fn = run_timer;
        trace->timers[i].data = trace;
    }
}


static void
wait_until(trace_t *trace, size_t len)
{
    for (int i = 0; i < 2000 && strlen(trace->text) < len; i++) {
        ct_loop_turn(trace->loop, 100);
    }
    assert_int_equal(strlen(trace->text), len);
}


static void
runs_timers_in_order(void **state CT_UNUSED)
{
    trace_t  trace;
    uint64_t begin_ms;

    start(&trace);
    begin_ms = ct_loop_now_ms(trace.loop);
    ct_timer_start(trace.loop, &trace.timers[0], 30);
    ct_timer_start(trace.loop, &trace.timers[1], 10);
    wait_until(&trace, 2);
    assert_string_equal(trace.text, "10");
    assert_true(ct_loop_now_ms(trace.loop) >= begin_ms + 30);

    /* A timer that restarts itself runs once a turn. */
    ct_timer_start(trace.loop, &trace.timers[2], 0);
    wait_until(&trace, 5);
    assert_string_equal(trace.text, "10222");
    ct_loop_destroy(trace.loop);
}


static void
moves_and_stops_timers(void **state CT_UNUSED)
{
    trace_t  trace;
    uint64_t begin_ms;

    start(&trace);
    begin_ms = ct_loop_now_ms(trace.loop);

    /* Later is only noted, earlier is moved, stopped is not run. */
    ct_timer_start(trace.loop, &trace.timers[0], 5);
    ct_timer_start(trace.loop, &trace.timers[0], 40);
    ct_timer_start(trace.loop, &trace.timers[1], 100000);
    ct_timer_start(trace.loop, &trace.timers[1], 10);
    ct_timer_start(trace.loop, &trace.timers[2], 1);
    ct_timer_stop(trace.loop, &trace.timers[2]);
    ct_timer_stop(trace.loop, &trace.timers[2]);
    wait_until(&trace, 2);
    assert_string_equal(trace.text, "10");
    assert_true(ct_loop_now_ms(trace.loop) >= begin_ms + 40);

    /* A deadline that does not fit the clock is never. */
    ct_timer_start(trace.loop, &trace.timers[1], UINT64_MAX);
    ct_loop_turn(trace.loop, 0);
    assert_true(ct_timer_is_on(&trace.timers[1]));
    ct_timer_stop(trace.loop, &trace.timers[1]);
    ct_loop_destroy(trace.loop);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_timers_in_order),
        cmocka_unit_test(moves_and_stops_timers),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
