/*
 * teller_test.c -- what is told is what was counted, whoever tells it.
 */

#include "core/ct_config.h"

#include "process/ct_teller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/ct_board_sum.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "core/ct_shm.h"
#include "process/ct_batch.h"
#include "process/ct_scoreboard.h"

/* A board with one worker, and all that has been told of it. */
typedef struct fixture_s {
    ct_pool_t       *pool;
    ct_shm_t         shm;
    ct_board_t      *board;
    ct_board_slot_t *slot;
    unsigned         row; /* of S.m */
    ct_totals_t     *totals;
    ct_batch_t      *batch;
    ct_log_t         log;
    int              left; /* datagrams that the receiver takes */
    size_t           len;
    char             told[65536];
} fixture_t;


static fixture_t *
setup(void)
{
    ct_pool_t *pool = ct_pool_create(4096);
    fixture_t *f = ct_pool_zalloc(pool, sizeof(*f));

    f->pool = pool;
    ct_log_init(&f->log);
    assert_int_equal(ct_scoreboard_create(&f->shm, &f->log), CT_OK);
    f->board = f->shm.addr;
    f->slot = ct_scoreboard_claim(f->board, 0, 1);
    f->row = ct_board_method(f->board, CT_STR("S.m"));
    f->totals = ct_pool_alloc(pool, sizeof(*f->totals));
    f->batch = ct_pool_alloc(pool, sizeof(*f->batch));
    f->left = 1000;
    return f;
}


static void
teardown(fixture_t *f)
{
    ct_shm_release(&f->shm);
    ct_pool_destroy(f->pool);
}


static ct_rc_t
take(void *data, const char *bytes, size_t len)
{
    fixture_t *f = data;

    if (f->left == 0) {
        return CT_ERROR;
    }
    f->left--;
    assert_true(f->len + len + 1 < sizeof(f->told));
    memcpy(f->told + f->len, bytes, len);
    f->len += len + 1;
    f->told[f->len - 1] = '\n';
    return CT_OK;
}


static void
count(fixture_t *f, unsigned row, ct_outcome_t outcome, uint64_t time_us)
{
    ct_counter_add(&f->slot->rows[row].outcomes[outcome], 1);
    ct_counter_add(&f->slot->rows[row].time_us, time_us);
    ct_counter_add(&f->slot->rows[row].buckets[ct_board_bucket(time_us)], 1);
}


/* What a master with that style says; what was said before is forgotten. */
static void
tell(fixture_t *f, bool is_tagged, bool by_method)
{
    const ct_metric_style_t style = { CT_STR("p"), CT_STR(""), is_tagged };
    const ct_teller_t       teller = {
              .board = f->board,
              .totals = f->totals,
              .style = &style,
              .kinds = ct_teller_kinds(is_tagged, by_method),
              .batch = f->batch,
    };

    f->len = 0;
    ct_board_sum(f->board, f->totals);
    ct_teller_keep(f->board, f->totals, teller.kinds);
    ct_batch_init(f->batch, 700, take, f);
    ct_teller_tell(&teller);
    ct_batch_flush(f->batch);
    f->told[f->len] = '\0';
}


/* How often the line stands there. */
static unsigned
lines(const fixture_t *f, const char *c_line)
{
    const size_t len = strlen(c_line);
    unsigned     n = 0;

    for (const char *at = f->told; (at = strstr(at, c_line)) != NULL; at++) {
        n += (at == f->told || at[-1] == '\n') && at[len] == '\n';
    }
    return n;
}


static void
what_has_come_is_told_once(void **state)
{
    fixture_t *f = setup();

    (void) state;
    tell(f, false, false); /* begins */
    assert_int_equal(lines(f, "p.workers.starting:1|g"), 1);
    assert_null(strstr(f->told, "requests"));
    count(f, f->row, CT_OUTCOME_OK, 12);
    count(f, f->row, CT_OUTCOME_OK, 12);
    count(f, f->row, CT_OUTCOME_SHED, 12);
    count(f, 0, CT_OUTCOME_UNKNOWN_METHOD, 100000);
    ct_board_count(f->slot, CT_COUNT_SHED_RATE, 1);
    atomic_fetch_add(&f->board->reloads, 2);
    tell(f, false, false);
    assert_int_equal(lines(f, "p.requests:2|c"), 1);
    assert_int_equal(lines(f, "p.requests:1|c"), 2);
    assert_int_equal(lines(f, "p.request.status.ok:2|c"), 1);
    assert_int_equal(lines(f, "p.request.status.shed:1|c"), 1);
    assert_int_equal(lines(f, "p.request.status.unknown_method:1|c"), 1);
    assert_non_null(strstr(f->told, "p.request.duration:"));
    assert_int_equal(lines(f, "p.shed.rate:1|c"), 1);
    assert_int_equal(lines(f, "p.reloads:2|c"), 1);
    assert_null(strstr(f->told, "S.m"));
    tell(f, false, false);
    assert_null(strstr(f->told, "|c"));
    assert_null(strstr(f->told, "|ms"));
    teardown(f);
}


static void
methods_have_names_or_tags(void **state)
{
    fixture_t *f = setup();

    (void) state;
    tell(f, true, true);
    count(f, f->row, CT_OUTCOME_OK, 12);
    count(f, 0, CT_OUTCOME_UNKNOWN_METHOD, 12);
    tell(f, true, true);
    assert_int_equal(lines(f, "p.requests:1|c|#service:S,method:m,status:ok"),
                     1);
    assert_int_equal(
        lines(f, "p.request.duration:0.012|ms|#service:S,method:m"), 1);
    assert_int_equal(lines(f, "p.requests:1|c|#service:unknown,"
                              "method:unknown,status:unknown_method"),
                     1);
    /* Their sum is what a receiver of tags makes itself. */
    assert_int_equal(lines(f, "p.requests:1|c"), 0);

    tell(f, false, true); /* begins to keep the sum too */
    count(f, f->row, CT_OUTCOME_OK, 12);
    tell(f, false, true);
    assert_int_equal(lines(f, "p.requests:1|c"), 1);
    assert_int_equal(lines(f, "p.method.S.m.requests:1|c"), 1);
    assert_int_equal(lines(f, "p.method.S.m.request.status.ok:1|c"), 1);
    teardown(f);
}


/* Also over the end of the worker that has counted it. */
static void
what_was_not_taken_is_told_again(void **state)
{
    fixture_t *f = setup();

    (void) state;
    tell(f, false, false);
    count(f, f->row, CT_OUTCOME_OK, 12);
    f->left = 0;
    tell(f, false, false);
    assert_int_equal(f->len, 0);
    count(f, f->row, CT_OUTCOME_OK, 12);
    ct_scoreboard_retire(f->board, f->slot);
    f->left = 1000;
    tell(f, false, false);
    assert_int_equal(lines(f, "p.requests:2|c"), 1);
    assert_int_equal(lines(f, "p.request.duration:0.012|ms|@0.500000000000"),
                     1);
    teardown(f);
}


static void
what_nobody_was_to_be_told_is_not_told(void **state)
{
    fixture_t *f = setup();

    (void) state;
    count(f, f->row, CT_OUTCOME_OK, 12);
    tell(f, false, false);
    assert_null(strstr(f->told, "requests"));
    count(f, f->row, CT_OUTCOME_OK, 12);
    tell(f, true, true); /* by method from now on: the sum is kept no more */
    assert_null(strstr(f->told, "requests"));
    count(f, f->row, CT_OUTCOME_OK, 12);
    tell(f, false, false);
    assert_null(strstr(f->told, "requests"));
    teardown(f);
}


/* In milliseconds, what the calls of the lines took together. */
static double
told_ms(const fixture_t *f)
{
    double sum = 0;

    for (const char *at = f->told; (at = strstr(at, "duration:")) != NULL;) {
        char        *end = NULL;
        const double value = strtod(at + strlen("duration:"), &end);
        const char  *rate = strncmp(end, "|ms|@", 5) == 0 ? end + 5 : "1";

        sum += value / strtod(rate, NULL);
        at = end;
    }
    return sum;
}


/* What is rounded off one time is added the next. */
static void
times_add_up(void **state)
{
    fixture_t *f = setup();
    double     sum = 0;
    uint64_t   took_us = 0;
    unsigned   seed = 7;

    (void) state;
    tell(f, false, false);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 97; i++) {
            const uint64_t us = 1 + (seed >> 8) % 30000;

            seed = seed * 1103515245u + 12345u;
            count(f, f->row, CT_OUTCOME_OK, us);
            took_us += us;
        }
        tell(f, false, false);
        sum += told_ms(f);
    }
    /* At most what the last round has rounded off: 97 times 1 us. */
    assert_true(sum <= (double) took_us / 1000 + 0.001);
    assert_true(sum >= (double) took_us / 1000 - 0.098);
    teardown(f);
}


/* The sign of a gauge would make it a change. */
static void
gauges_are_never_negative(void **state)
{
    fixture_t *f = setup();

    (void) state;
    ct_board_gauge(f->slot, CT_GAUGE_CONNECTIONS, -3);
    ct_board_gauge(f->slot, CT_GAUGE_IN_FLIGHT, 2);
    tell(f, false, false);
    assert_int_equal(lines(f, "p.connections:0|g"), 1);
    assert_int_equal(lines(f, "p.in_flight:2|g"), 1);
    teardown(f);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_come_is_told_once),
        cmocka_unit_test(methods_have_names_or_tags),
        cmocka_unit_test(what_was_not_taken_is_told_again),
        cmocka_unit_test(what_nobody_was_to_be_told_is_not_told),
        cmocka_unit_test(times_add_up),
        cmocka_unit_test(gauges_are_never_negative),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
