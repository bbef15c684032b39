/*
 * prometheus_test.c -- metrics: names, labels, and sums that agree.
 */

#include "core/ct_config.h"

#include "modules/ct_prometheus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "core/ct_shm.h"
#include "core/ct_status.h"


typedef struct fixture_s {
    ct_shm_t    shm;
    ct_pool_t  *pool;
    ct_board_t *board;
} fixture_t;


static void
setup(fixture_t *f)
{
    ct_log_t log;

    ct_log_init(&log);
    f->pool = ct_pool_create(4096);
    assert_int_equal(ct_shm_init(&f->shm, "board", sizeof(*f->board), &log),
                     CT_OK);
    f->board = f->shm.addr;
    atomic_store(&f->board->nmethods, 1);
    atomic_store(&f->board->ndialects, 1);
    atomic_store(&f->board->nslots, 2);
}


static void
teardown(fixture_t *f)
{
    ct_shm_release(&f->shm);
    ct_pool_destroy(f->pool);
}


static const char *
text_of(fixture_t *f)
{
    static const ct_status_listen_t listens[] = {
        { CT_STR("unix:a\"b\\c"), true, 3, 511 },
        { CT_STR("unix:mute"), false, 0, 0 },
    };
    static const ct_status_about_t about = { .listens = listens,
                                             .nlistens = 2 };

    return ct_prometheus_text(f->board, &about, f->pool).data;
}


static void
expect(const char *c_text, const char *c_line)
{
    if (strstr(c_text, c_line) == NULL) {
        fail_msg("no '%s' in:\n%s", c_line, c_text);
    }
}


static void
calls_are_told_by_how_they_ended(void **state)
{
    fixture_t       f;
    ct_board_row_t *row;
    const char     *c_text;

    (void) state;
    setup(&f);
    row = &f.board->slots[1].rows[ct_board_method(f.board, CT_STR("A.b"))];
    (void) ct_board_method(f.board, CT_STR("A.never"));
    ct_counter_add(&row->outcomes[CT_OUTCOME_OK], 5);
    ct_counter_add(&row->outcomes[CT_OUTCOME_SHED], 2);
    ct_counter_add(&row->buckets[0], 4);
    ct_counter_add(&row->buckets[5], 2);
    ct_counter_add(&row->buckets[CT_BOARD_BUCKETS - 1], 1);
    ct_counter_add(&row->time_us, 12000345);
    ct_counter_add(&row->bytes_in, 99);
    c_text = text_of(&f);

#define A_B "{service=\"A\",method=\"b\""
    expect(c_text, "\n# TYPE cthrift_calls_total counter\n");
    expect(c_text, "\ncthrift_calls_total" A_B ",outcome=\"ok\"} 5\n");
    expect(c_text, "\ncthrift_calls_total" A_B ",outcome=\"shed\"} 2\n");
    assert_null(strstr(c_text, A_B ",outcome=\"denied\"}"));
    expect(c_text, "\ncthrift_calls_total{service=\"A\",method=\"never\","
                   "outcome=\"ok\"} 0\n");

    expect(c_text, "_seconds_bucket" A_B ",le=\"0.000016\"} 4\n");
    expect(c_text, "_seconds_bucket" A_B ",le=\"0.000064\"} 4\n");
    expect(c_text, "_seconds_bucket" A_B ",le=\"0.000256\"} 6\n");
    expect(c_text, "_seconds_bucket" A_B ",le=\"4.194304\"} 6\n");
    expect(c_text, "_seconds_bucket" A_B ",le=\"+Inf\"} 7\n");
    expect(c_text, "_seconds_sum" A_B "} 12.000345\n");
    expect(c_text, "_seconds_count" A_B "} 7\n");
    expect(c_text, "_received_bytes_total" A_B "} 99\n");
    teardown(&f);
}


static void
labels_are_escaped(void **state)
{
    fixture_t   f;
    const char *c_text;

    (void) state;
    setup(&f);
    ct_counter_add(&f.board->slots[1].rows[0].outcomes[CT_OUTCOME_OK], 1);
    c_text = text_of(&f);
    expect(c_text, "cthrift_listen_backlog{address=\"unix:a\\\"b\\\\c\"} 3\n");
    expect(c_text, "_backlog_max{address=\"unix:a\\\"b\\\\c\"} 511\n");
    assert_null(strstr(c_text, "unix:mute"));
    expect(c_text, "{service=\"\",method=\"(unknown)\",outcome=\"ok\"} 1\n");
    teardown(&f);
}


/* Every method at its longest, and nothing cut. */
static void
a_full_board_fits(void **state)
{
    fixture_t f;
    char      name[CT_BOARD_METHOD_NAME];

    (void) state;
    setup(&f);
    memset(name, '"', sizeof(name));
    name[50] = '.';
    for (unsigned i = 1; i < CT_BOARD_METHODS; i++) {
        name[0] = (char) ('a' + i % 26);
        name[1] = (char) ('a' + i / 26);
        assert_int_equal(
            ct_board_method(f.board, (ct_str_t){ sizeof(name) - 1, name }), i);
        for (unsigned k = 0; k < CT_OUTCOMES; k++) {
            ct_counter_add(&f.board->slots[1].rows[i].outcomes[k], UINT32_MAX);
        }
    }
    expect(text_of(&f), "\\\"\",outcome=\"cancelled\"} 4294967295\n");
    teardown(&f);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_told_by_how_they_ended),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(a_full_board_fits),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
