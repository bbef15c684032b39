/*
 * enquiry_print_test.c -- connections in order, and what is said of the rest.
 */

#include "core/ct_config.h"

#include "process/ct_enquiry_print.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static void
add(ct_enquiry_answer_t *answer, unsigned worker, uint64_t number,
    const char *c_peer)
{
    ct_enquiry_row_t *row = ct_array_push(&answer->rows);

    row->worker = worker;
    row->pid = (pid_t) (100 + worker);
    row->conn.number = number;
    (void) snprintf(row->conn.peer, sizeof(row->conn.peer), "%s", c_peer);
}


static void
fill(ct_enquiry_answer_t *answer, ct_pool_t *pool)
{
    ct_enquiry_silent_t *silent = NULL;

    ct_array_init(&answer->rows, pool, sizeof(ct_enquiry_row_t));
    ct_array_init(&answer->silent, pool, sizeof(ct_enquiry_silent_t));
    add(answer, 1, 2, "b");
    add(answer, 0, 9, "");
    add(answer, 1, 1, "a\xff");
    silent = ct_array_push(&answer->silent);
    silent->worker = 2;
    silent->pid = 102;
    answer->total = 5;
}


static void
people_read_a_table(void **state)
{
    ct_pool_t          *pool = ct_pool_create(4096);
    ct_enquiry_answer_t answer;
    const char         *text = NULL;

    (void) state;
    fill(&answer, pool);
    text = ct_str_dup_c(pool, ct_enquiry_text(&answer, pool));
    assert_non_null(strstr(text, "\n     0        9 -  "));
    assert_true(strstr(text, "\n     1        1 ")
                < strstr(text, "\n     1        2 "));
    assert_non_null(strstr(text, "\n3 of 5 connections are shown, "));
    assert_non_null(strstr(text, "\nworker 2, 102, did not answer"));
    ct_pool_destroy(pool);
}


static void
programs_read_json(void **state)
{
    ct_pool_t          *pool = ct_pool_create(4096);
    ct_enquiry_answer_t answer;
    ct_str_t            text;
    json_t             *root = NULL;
    const json_t       *rows = NULL;

    (void) state;
    fill(&answer, pool);
    text = ct_enquiry_json(&answer, pool);
    root = json_loadb(text.data, text.len, 0, NULL);
    assert_non_null(root);
    rows = json_object_get(root, "connections");
    assert_int_equal(json_array_size(rows), 3);
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "peer")));
    /* No UTF-8. */
    assert_true(json_is_null(json_object_get(json_array_get(rows, 1), "peer")));
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(rows, 2), "peer")),
        "b");
    assert_int_equal(json_integer_value(json_object_get(root, "total")), 5);
    json_decref(root);
    ct_pool_destroy(pool);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_read_a_table),
        cmocka_unit_test(programs_read_json),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
