/*
 * shm_test.c -- what one process writes another one reads.
 */

#include "core/ct_config.h"

#include "core/ct_shm.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_log.h"

#define SIZE 100000


static void
a_child_writes_what_the_parent_reads(void **state)
{
    ct_log_t log;
    ct_shm_t shm;
    pid_t    pid;
    int      status;

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_shm_init(&shm, "test", SIZE, &log), CT_OK);
    assert_int_equal(((char *) shm.addr)[SIZE - 1], 0);
    pid = fork();
    if (pid == 0) {
        memcpy(shm.addr, "hello", 6);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_string_equal(shm.addr, "hello");
    ct_shm_release(&shm);
    assert_null(shm.addr);
    ct_shm_release(&shm);
}


static void
a_descriptor_maps_the_same_bytes(void **state)
{
    ct_log_t log;
    ct_shm_t shm;
    ct_shm_t other;

    (void) state;
    ct_log_init(&log);
    assert_int_equal(ct_shm_init(&shm, "test", SIZE, &log), CT_OK);
    assert_int_equal(ct_shm_attach(&other, dup(shm.fd), &log), CT_OK);
    assert_int_equal(other.size, SIZE);
    assert_true((fcntl(other.fd, F_GETFD) & FD_CLOEXEC) != 0);
    memcpy(other.addr, "shared", 7);
    assert_string_equal(shm.addr, "shared");
    ct_shm_release(&other);
    ct_shm_release(&shm);
}


static void
a_bad_descriptor_is_refused(void **state)
{
    ct_log_t log;
    ct_shm_t shm;

    (void) state;
    ct_log_init(&log);
    log.level = 0; /* the refusal is the point, not its line */
    assert_int_equal(ct_shm_attach(&shm, -1, &log), CT_ERROR);
    assert_null(shm.addr);
    assert_int_equal(shm.fd, -1);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_writes_what_the_parent_reads),
        cmocka_unit_test(a_descriptor_maps_the_same_bytes),
        cmocka_unit_test(a_bad_descriptor_is_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
