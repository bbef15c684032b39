/*
 * pidfile_test.c -- a pid file is taken, moved and kept from others.
 */

#include "core/ct_config.h"

#include "process/ct_pidfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_log.h"
#include "core/ct_str.h"


typedef struct fixture_s {
    char     dir[32];
    char     path[64];
    char     old[64];
    ct_log_t log;
} fixture_t;


static void
setup(fixture_t *f)
{
    *f = (fixture_t){ .dir = "/tmp/ct-pidfile-XXXXXX" };
    assert_non_null(mkdtemp(f->dir));
    (void) snprintf(f->path, sizeof(f->path), "%s/pid", f->dir);
    assert_int_equal(ct_pidfile_old_path(f->path, f->old, 64), CT_OK);
    ct_log_init(&f->log);
    f->log.level = 0;
}


static void
teardown(fixture_t *f)
{
    (void) unlink(f->path);
    (void) unlink(f->old);
    assert_int_equal(rmdir(f->dir), 0);
}


static void
put(const char *c_path, const char *c_text)
{
    FILE *file = fopen(c_path, "w");

    assert_non_null(file);
    assert_true(fputs(c_text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}


static void
taken_and_dropped(void **state)
{
    fixture_t f;

    (void) state;
    setup(&f);
    assert_int_equal(ct_pidfile_read(f.path), 0);
    assert_int_equal(ct_pidfile_take(f.path, &f.log), CT_OK);
    assert_int_equal(ct_pidfile_read(f.path), getpid());
    assert_int_equal(ct_pidfile_take(f.path, &f.log), CT_OK);
    ct_pidfile_drop(f.path, &f.log);
    assert_int_equal(access(f.path, F_OK), -1);
    put(f.path, "rubbish\n");
    assert_int_equal(ct_pidfile_take(f.path, &f.log), CT_OK);
    teardown(&f);
}


/* A child has our name, so it passes for another server. */
static void
a_living_one_is_refused(void **state)
{
    const pid_t pid = fork();
    fixture_t   f;
    char        text[32];
    siginfo_t   info;

    (void) state;
    if (pid == 0) {
        (void) pause();
        _exit(0);
    }
    setup(&f);
    (void) snprintf(text, sizeof(text), "%ld\n", (long) pid);
    put(f.path, text);
    assert_int_equal(ct_pidfile_take(f.path, &f.log), CT_ERROR);
    assert_int_equal(kill(pid, SIGKILL), 0);
    /* Dead but not reaped is dead. */
    assert_int_equal(waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(ct_pidfile_take(f.path, &f.log), CT_OK);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    teardown(&f);
}


static void
what_is_not_ours_stays(void **state)
{
    fixture_t f;

    (void) state;
    setup(&f);
    put(f.path, "1\n");
    ct_pidfile_drop(f.path, &f.log);
    assert_int_equal(ct_pidfile_read(f.path), 1);
    put(f.old, "1\n");
    ct_pidfile_set_back(f.path, &f.log);
    assert_int_equal(ct_pidfile_read(f.old), 1);
    teardown(&f);
}


static void
set_aside_and_back(void **state)
{
    fixture_t f;

    (void) state;
    setup(&f);
    assert_int_equal(ct_pidfile_set_aside(f.path, &f.log), CT_ERROR);
    assert_int_equal(ct_pidfile_take(f.path, &f.log), CT_OK);
    assert_int_equal(ct_pidfile_set_aside(f.path, &f.log), CT_OK);
    assert_int_equal(ct_pidfile_read(f.path), 0);
    assert_int_equal(ct_pidfile_read(f.old), getpid());
    ct_pidfile_set_back(f.path, &f.log);
    assert_int_equal(ct_pidfile_read(f.path), getpid());
    teardown(&f);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken_and_dropped),
        cmocka_unit_test(a_living_one_is_refused),
        cmocka_unit_test(what_is_not_ours_stays),
        cmocka_unit_test(set_aside_and_back),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
