/*
 * bench_plan_test.c -- calls are made of wishes, and take turns by weight.
 */

#include "core/ct_config.h"

#include "ct_bench_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "core/ct_pool.h"
#include "thrift/wire/ct_codec.h"

typedef struct fixture_s {
    ct_pool_t           *pool;
    ct_bench_plan_conf_t conf;
    ct_bench_plan_t      plan;
} fixture_t;


static int
setup(void **state)
{
    const ct_limits_t limits = CT_LIMITS_DEFAULT;
    ct_pool_t        *pool = ct_pool_create(4096);
    fixture_t        *fixture = ct_pool_zalloc(pool, sizeof(*fixture));
    ct_bench_wire_t  *wire = &fixture->conf.wire;

    fixture->pool = pool;
    fixture->conf.nvariants = 5;
    ct_array_init(&fixture->conf.dirs, pool, sizeof(char *));
    ct_array_init(&fixture->conf.wishes, pool, sizeof(ct_bench_wish_t));
    wire->transport = &ct_framed_transport;
    wire->protocol = &ct_binary_protocol;
    wire->limits = limits;
    wire->envelope.is_request = true;
    wire->envelope.dialect.transport = wire->transport;
    wire->envelope.dialect.protocol = wire->protocol;
    *state = fixture;
    return 0;
}


static int
teardown(void **state)
{
    fixture_t *fixture = *state;

    ct_pool_destroy(fixture->pool);
    return 0;
}


static void
wish_for(fixture_t *fixture, const char *c_call)
{
    ct_bench_wish_t *wish = ct_array_push(&fixture->conf.wishes);

    assert_int_equal(ct_bench_builtin(c_call, fixture->pool, wish), CT_OK);
}


static void
make(fixture_t *fixture)
{
    assert_int_equal(
        ct_bench_plan_make(&fixture->plan, &fixture->conf, fixture->pool),
        CT_OK);
}


/* The sizes that bench/README.md tells of. */
static void
calls_of_its_own_have_their_sizes(void **state)
{
    fixture_t *fixture = *state;

    wish_for(fixture, "ping");
    wish_for(fixture, "echo:1024");
    wish_for(fixture, "record");
    make(fixture);
    assert_int_equal(fixture->plan.ncalls, 3);
    assert_int_equal(fixture->plan.calls[0].request.len, 21);
    assert_int_equal(fixture->plan.calls[1].request.len, 21 + 7 + 1024);
    assert_in_range(fixture->plan.calls[2].request.len, 1000, 1200);
}


static void
other_calls_are_declined(void **state)
{
    fixture_t      *fixture = *state;
    ct_bench_wish_t wish;

    assert_int_equal(ct_bench_builtin("pong", fixture->pool, &wish),
                     CT_DECLINED);
    assert_int_equal(ct_bench_builtin("echo:", fixture->pool, &wish),
                     CT_DECLINED);
    assert_int_equal(ct_bench_builtin("echo:-1", fixture->pool, &wish),
                     CT_DECLINED);
    assert_int_equal(ct_bench_builtin("echo:16777217", fixture->pool, &wish),
                     CT_DECLINED);
}


static void
what_is_made_up_has_variants(void **state)
{
    fixture_t       *fixture = *state;
    ct_bench_wish_t *wish = ct_array_push(&fixture->conf.wishes);
    size_t           seen[6] = { 0 };

    *wish =
        (ct_bench_wish_t){ "PingService.echo", "{\"s\": \"$seq\"}", "echo", 3 };
    wish_for(fixture, "ping");
    make(fixture);
    assert_int_equal(fixture->plan.ncalls, 6);
    for (size_t i = 0; i < fixture->plan.norder; i++) {
        assert_in_range(fixture->plan.order[i], 0, 5);
        seen[fixture->plan.order[i]]++;
    }
    assert_int_equal(seen[5], fixture->plan.norder / 4);
    for (size_t i = 0; i < 5; i++) {
        assert_in_range(seen[i], fixture->plan.norder * 3 / 20 - 1,
                        fixture->plan.norder * 3 / 20 + 1);
    }
}


/* Judges a reply with that result to the plan's only call. */
static const char *
judge(fixture_t *fixture, const char *c_method, ct_str_t success)
{
    const ct_bench_call_t *call = &fixture->plan.calls[0];
    const ct_message_t     head = { .name = ct_str_of(c_method),
                                    .type = CT_MESSAGE_REPLY,
                                    .seqid = 7,
                                    .is_strict = true };
    const char            *c_why = NULL;
    const char            *c_wrong;
    ct_bench_reply_t       reply;
    ct_writer_t            writer;
    ct_buf_t               out;
    ct_cut_t               cut;

    ct_buf_init(&out);
    ct_writer_init(&writer, &ct_binary_protocol, &out);
    ct_binary_protocol.write_message(&writer, &head);
    assert_int_equal(
        ct_codec_write(&writer, call->method->method.result, &success, &c_why),
        CT_OK);
    cut = (ct_cut_t){ ct_buf_len(&out), 0, ct_buf_len(&out) };
    assert_int_equal(ct_bench_wire_open(&fixture->plan.wire, out.pos, &cut,
                                        fixture->pool, &reply, &c_why),
                     CT_OK);
    assert_int_equal(reply.head.seqid, 7);
    c_wrong = ct_bench_plan_judge(call, &reply, fixture->pool);
    ct_buf_release(&out);
    return c_wrong;
}


static void
replies_are_judged(void **state)
{
    fixture_t *fixture = *state;

    wish_for(fixture, "ping");
    make(fixture);
    assert_null(judge(fixture, "ping", CT_STR("pong")));
    assert_string_equal(judge(fixture, "ping", CT_STR("pang")), "wrong value");
    assert_string_equal(judge(fixture, "ping", CT_STR_NONE), "wrong value");
    assert_string_equal(judge(fixture, "pong", CT_STR("pong")),
                        "reply of another method");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_of_its_own_have_their_sizes,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(other_calls_are_declined, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_made_up_has_variants, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(replies_are_judged, setup, teardown),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
