/*
 * tls_ticket_test.c -- keys of tickets, from files and by the clock.
 */

#include "core/ct_config.h"

#include "event/ct_tls_ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_lock.h"
#include "core/ct_log.h"
#include "core/ct_shm.h"

#define PERIOD_S 100


static void
rotates_by_time(void **state CT_UNUSED)
{
    void               *memory = calloc(1, ct_tls_tickets_size());
    ct_tls_tickets_t    tickets;
    ct_tls_tickets_t    other;
    ct_tls_ticket_key_t first;
    ct_tls_ticket_key_t second;
    ct_tls_ticket_key_t found;
    bool                is_old = true;

    ct_tls_tickets_init_shared(&tickets, memory, PERIOD_S);
    ct_tls_tickets_init_shared(&other, memory, PERIOD_S);
    assert_int_equal(ct_tls_tickets_seal(&tickets, 1000, &first), CT_OK);
    assert_int_equal(ct_tls_tickets_seal(&other, 1099, &second), CT_OK);
    assert_memory_equal(&first, &second, sizeof(first));
    assert_int_equal(
        ct_tls_tickets_open(&other, 1099, first.name, &found, &is_old), CT_OK);
    assert_memory_equal(&first, &found, sizeof(first));
    assert_false(is_old);

    assert_int_equal(ct_tls_tickets_seal(&other, 1100, &second), CT_OK);
    assert_memory_not_equal(&first, &second, sizeof(first));
    assert_int_equal(
        ct_tls_tickets_open(&tickets, 1199, first.name, &found, &is_old),
        CT_OK);
    assert_memory_equal(&first, &found, sizeof(first));
    assert_true(is_old);
    assert_int_equal(
        ct_tls_tickets_open(&tickets, 1200, first.name, &found, &is_old),
        CT_DECLINED);

    /* Nobody came for long: both are of no use. */
    assert_int_equal(ct_tls_tickets_seal(&tickets, 9000, &found), CT_OK);
    assert_int_equal(
        ct_tls_tickets_open(&tickets, 9000, second.name, &found, &is_old),
        CT_DECLINED);
    free(memory);
}


static void
forgets_keys_after_a_death(void **state CT_UNUSED)
{
    ct_log_t            log;
    ct_shm_t            shm;
    ct_tls_tickets_t    tickets;
    ct_tls_ticket_key_t key;
    ct_tls_ticket_key_t found;
    bool                is_old;
    pid_t               pid;

    ct_log_init(&log);
    assert_int_equal(ct_shm_init(&shm, "test", ct_tls_tickets_size(), &log),
                     CT_OK);
    ct_tls_tickets_init_shared(&tickets, shm.addr, PERIOD_S);
    assert_int_equal(ct_tls_tickets_seal(&tickets, 1000, &key), CT_OK);
    pid = fork();
    if (pid == 0) {
        (void) ct_lock_take(shm.addr);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(
        ct_tls_tickets_open(&tickets, 1000, key.name, &found, &is_old),
        CT_DECLINED);
    assert_int_equal(ct_tls_tickets_seal(&tickets, 1000, &found), CT_OK);
    assert_memory_not_equal(&key, &found, sizeof(key));
    ct_shm_release(&shm);
}


static void
takes_given_keys(void **state CT_UNUSED)
{
    uint8_t             bytes[80];
    ct_tls_tickets_t    tickets;
    ct_tls_ticket_key_t keys[2];
    ct_tls_ticket_key_t key;
    bool                is_old;

    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t) i;
    }
    assert_int_equal(ct_tls_ticket_key_read(&keys[0], bytes, 80), CT_OK);
    assert_int_equal(keys[0].hmac[0], 16);
    assert_int_equal(keys[0].aes[31], 79);
    assert_int_equal(ct_tls_ticket_key_read(&keys[1], bytes + 1, 48), CT_OK);
    assert_int_equal(keys[1].aes_len, 16);
    assert_int_equal(keys[1].aes[0], 17);
    assert_int_equal(keys[1].hmac[15], 48);
    assert_int_equal(ct_tls_ticket_key_read(&key, bytes, 79), CT_DECLINED);
    assert_int_equal(ct_tls_ticket_key_read(&key, bytes, 0), CT_DECLINED);

    ct_tls_tickets_init_given(&tickets, keys, 2);
    assert_int_equal(ct_tls_tickets_seal(&tickets, 5, &key), CT_OK);
    assert_memory_equal(&key, &keys[0], sizeof(key));
    assert_int_equal(ct_tls_tickets_open(&tickets, 5, bytes, &key, &is_old),
                     CT_OK);
    assert_false(is_old);
    assert_int_equal(ct_tls_tickets_open(&tickets, 5, bytes + 1, &key, &is_old),
                     CT_OK);
    assert_true(is_old);
    assert_int_equal(ct_tls_tickets_open(&tickets, 5, bytes + 2, &key, &is_old),
                     CT_DECLINED);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rotates_by_time),
        cmocka_unit_test(forgets_keys_after_a_death),
        cmocka_unit_test(takes_given_keys),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
