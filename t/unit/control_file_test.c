/*
 * control_file_test.c -- the control socket's file, and whose it is.
 */

#include "core/ct_config.h"

#include "process/ct_control_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_log.h"


typedef struct fixture_s {
    char     dir[32];
    char     path[64];
    char     old[80];
    ct_log_t log;
} fixture_t;


static void
setup(fixture_t *f)
{
    *f = (fixture_t){ .dir = "/tmp/ct-control-XXXXXX" };
    assert_non_null(mkdtemp(f->dir));
    (void) snprintf(f->path, sizeof(f->path), "%s/pid.ctl", f->dir);
    (void) snprintf(f->old, sizeof(f->old), "%s/pid.oldbin.ctl", f->dir);
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


static int
make_socket(void)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    return fd;
}


static void
the_living_are_respected(void **state)
{
    const int         first = make_socket();
    const int         second = make_socket();
    ct_control_file_t file;
    ct_control_file_t other;
    struct stat       about;
    fixture_t         f;

    (void) state;
    setup(&f);
    assert_int_equal(ct_control_file_bind(&file, first, f.path), CT_OK);
    assert_int_equal(lstat(f.path, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(listen(first, 1), 0);
    assert_int_equal(ct_control_file_bind(&other, second, f.path), CT_ERROR);
    assert_int_equal(errno, EADDRINUSE);
    close(first);
    assert_int_equal(ct_control_file_bind(&other, second, f.path), CT_OK);
    /* Another's by now, unless the inode is used again. */
    if (file.ino != other.ino) {
        ct_control_file_remove(&file);
        assert_int_equal(access(f.path, F_OK), 0);
    }
    ct_control_file_remove(&other);
    assert_int_equal(access(f.path, F_OK), -1);
    close(second);
    teardown(&f);
}


static void
what_is_no_socket_stays(void **state)
{
    const int         fd = make_socket();
    FILE             *stream = NULL;
    ct_control_file_t file;
    fixture_t         f;

    (void) state;
    setup(&f);
    stream = fopen(f.path, "w");
    assert_non_null(stream);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(ct_control_file_bind(&file, fd, f.path), CT_ERROR);
    assert_int_equal(access(f.path, F_OK), 0);
    close(fd);
    teardown(&f);
}


static void
set_aside_and_back(void **state)
{
    const int         first = make_socket();
    const int         second = make_socket();
    ct_control_file_t file;
    ct_control_file_t next;
    fixture_t         f;

    (void) state;
    setup(&f);
    assert_int_equal(ct_control_file_bind(&file, first, f.path), CT_OK);
    ct_control_file_set_aside(&file, &f.log);
    assert_int_equal(access(f.old, F_OK), 0);
    assert_int_equal(ct_control_file_bind(&next, second, f.path), CT_OK);
    /* The name is the next one's: it is not taken back. */
    ct_control_file_set_aside(&file, &f.log);
    ct_control_file_remove(&next);
    assert_int_equal(access(f.old, F_OK), 0);
    ct_control_file_set_back(&file, &f.log);
    assert_int_equal(access(f.path, F_OK), 0);
    assert_int_equal(access(f.old, F_OK), -1);
    ct_control_file_set_aside(&file, &f.log);
    ct_control_file_remove(&file);
    assert_int_equal(access(f.old, F_OK), -1);
    ct_control_file_remove(&file);
    close(first);
    close(second);
    teardown(&f);
}


static void
places(void **state)
{
    const ct_str_t prefix = CT_STR("/p/");
    char           out[64];

    (void) state;
    assert_int_equal(
        ct_control_file_place(prefix, CT_STR(""), "/x/pid", out, sizeof(out)),
        CT_OK);
    assert_string_equal(out, "/x/pid.ctl");
    assert_int_equal(ct_control_file_place(prefix, CT_STR("unix:a/b"), "/x/pid",
                                           out, sizeof(out)),
                     CT_OK);
    assert_string_equal(out, "/p/a/b");
    assert_int_equal(ct_control_file_place(prefix, CT_STR("unix:/a"), "/x/pid",
                                           out, sizeof(out)),
                     CT_OK);
    assert_string_equal(out, "/a");
    assert_int_equal(ct_control_file_place(prefix, CT_STR("off"), "/x/pid", out,
                                           sizeof(out)),
                     CT_DECLINED);
    assert_int_equal(
        ct_control_file_place(prefix, CT_STR(""), "/x/pid", out, 5), CT_ERROR);
    assert_int_equal(ct_control_file_old_path("/a.sock", out, sizeof(out)),
                     CT_OK);
    assert_string_equal(out, "/a.sock.oldbin");
    assert_int_equal(ct_control_file_old_path("/a.sock", out, 8), CT_ERROR);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_living_are_respected),
        cmocka_unit_test(what_is_no_socket_stays),
        cmocka_unit_test(set_aside_and_back),
        cmocka_unit_test(places),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
