/*
 * status_test.c -- what is counted is shown, to people and to programs.
 */

#include "core/ct_config.h"

#include "core/ct_status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "core/ct_shm.h"

#include <jansson.h>


static void
both_forms_tell_the_same(void **state)
{
    ct_pool_t       *pool = ct_pool_create(4096);
    ct_log_t         log;
    ct_shm_t         shm;
    ct_board_t      *board;
    ct_board_slot_t *slot;
    json_t          *root;
    json_t          *method;

    static const ct_status_about_t about = { .pid = 4710 };

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_shm_init(&shm, "board", sizeof(*board), &log), CT_OK);
    board = shm.addr;
    atomic_store(&board->nmethods, 1);
    atomic_store(&board->nslots, 2);
    (void) ct_board_method(board, CT_STR("A.b"));
    slot = &board->slots[1];
    atomic_store(&slot->state, CT_SLOT_STARTING);
    atomic_store(&slot->pid, 4711);
    ct_board_count(slot, CT_COUNT_CALLS, 100);
    ct_counter_add(&slot->rows[1].outcomes[CT_OUTCOME_OK], 100);
    ct_counter_add(&slot->rows[1].time_us, 100 * 50);
    ct_counter_add(&slot->rows[1].buckets[0], 98);
    ct_counter_add(&slot->rows[1].buckets[2], 2);

    assert_non_null(strstr(ct_status_text(board, pool).data, "4711 starting"));
    root = json_loads(ct_status_json(board, &about, pool).data, 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(root, "totals"), "calls")),
                     100);
    method = json_array_get(json_object_get(root, "methods"), 1);
    assert_string_equal(json_string_value(json_object_get(method, "name")),
                        "A.b");
    assert_int_equal(json_integer_value(json_object_get(method, "mean_us")),
                     50);
    assert_int_equal(json_integer_value(json_object_get(method, "p50_us")), 16);
    assert_int_equal(json_integer_value(json_object_get(method, "p99_us")), 32);
    json_decref(root);
    ct_shm_release(&shm);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_tell_the_same),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
