/*
 * lock_test.c -- a lock that is not lost with its holder.
 */

#include "core/ct_config.h"

#include "core/ct_lock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_log.h"
#include "core/ct_shm.h"

#define ROUNDS   20000
#define CHILDREN 4


/* Not atomic: only the lock keeps the sum right. */
typedef struct shared_s {
    ct_lock_t         lock;
    volatile unsigned sum;
} shared_t;


static shared_t *
start(ct_shm_t *shm)
{
    ct_log_t log;

    ct_log_init(&log);
    assert_int_equal(ct_shm_init(shm, "test", sizeof(shared_t), &log), CT_OK);
    return shm->addr;
}


static void
add(shared_t *shared)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        while (ct_lock_take(&shared->lock) == CT_AGAIN) {
        }
        shared->sum++;
        ct_lock_give(&shared->lock);
    }
}


static void
lets_one_in_at_a_time(void **state CT_UNUSED)
{
    ct_shm_t  shm;
    shared_t *shared = start(&shm);

    for (unsigned i = 0; i < CHILDREN; i++) {
        if (fork() == 0) {
            add(shared);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    assert_int_equal(shared->sum, CHILDREN * ROUNDS);
    ct_shm_release(&shm);
}


static void
outlives_its_holder(void **state CT_UNUSED)
{
    ct_shm_t    shm;
    shared_t   *shared = start(&shm);
    const pid_t pid = fork();

    if (pid == 0) {
        (void) ct_lock_take(&shared->lock);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(ct_lock_take(&shared->lock), CT_DECLINED);
    ct_lock_give(&shared->lock);
    assert_int_equal(ct_lock_take(&shared->lock), CT_OK);
    ct_lock_give(&shared->lock);
    ct_shm_release(&shm);
}


static void
goes_without_where_the_holder_sleeps(void **state CT_UNUSED)
{
    ct_shm_t    shm;
    shared_t   *shared = start(&shm);
    const pid_t pid = fork();
    int         status;

    if (pid == 0) {
        (void) ct_lock_take(&shared->lock);
        (void) raise(SIGSTOP);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(ct_lock_take(&shared->lock), CT_AGAIN);
    (void) kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(ct_lock_take(&shared->lock), CT_DECLINED);
    ct_shm_release(&shm);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lets_one_in_at_a_time),
        cmocka_unit_test(outlives_its_holder),
        cmocka_unit_test(goes_without_where_the_holder_sleeps),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
