/*
 * file_test.c -- logs are shared, reopened in place, and read whole.
 */

#include "core/ct_config.h"

#include "core/ct_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_log.h"
#include "core/ct_pool.h"

/* A folder of its own for each test. */
typedef struct place_s {
    ct_pool_t *pool;
    ct_log_t   log;
    ct_queue_t files;
    char       dir[64];
} place_t;


static void
start(place_t *place)
{
    place->pool = ct_pool_create(0);
    ct_log_init(&place->log);
    ct_queue_init(&place->files);
    snprintf(place->dir, sizeof(place->dir), "/tmp/ct_file_test.XXXXXX");
    assert_non_null(mkdtemp(place->dir));
}


static const char *
path(const place_t *place, const char *c_name)
{
    return ct_str_printf(place->pool, "%s/%s", place->dir, c_name).data;
}


static void
end(place_t *place)
{
    static const char *const names[] = { "a", "b", "old" };

    ct_file_close_all(&place->files);
    for (size_t i = 0; i < CT_ARRAY_LEN(names); i++) {
        (void) unlink(path(place, names[i]));
    }
    assert_int_equal(rmdir(place->dir), 0);
    ct_pool_destroy(place->pool);
}


static void
assert_holds(const place_t *place, const char *c_name, const char *c_text)
{
    ct_str_t text;

    assert_int_equal(ct_file_read(place->pool, path(place, c_name), 100, &text),
                     CT_OK);
    assert_string_equal(text.data, c_text);
}


static void
one_path_is_one_file(void **state)
{
    place_t    place;
    ct_file_t *file;

    (void) state;
    start(&place);
    file = ct_file_find(&place.files, place.pool, CT_STR("/x"));
    assert_ptr_equal(ct_file_find(&place.files, place.pool, CT_STR("/x")),
                     file);
    assert_ptr_not_equal(ct_file_find(&place.files, place.pool, CT_STR("/y")),
                         file);
    assert_int_equal(file->fd, -1);
    end(&place);
}


static void
reopening_keeps_the_descriptor(void **state)
{
    place_t    place;
    ct_file_t *file;
    int        fd;

    (void) state;
    start(&place);
    file = ct_file_find(&place.files, place.pool, ct_str_of(path(&place, "a")));
    assert_int_equal(ct_file_open(file, &place.log), CT_OK);
    fd = file->fd;
    assert_int_equal(ct_file_write_all(fd, "one", 3), CT_OK);
    assert_int_equal(rename(path(&place, "a"), path(&place, "old")), 0);
    ct_file_reopen_all(&place.files, &place.log);
    assert_int_equal(file->fd, fd);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(ct_file_write_all(fd, "two", 3), CT_OK);
    assert_holds(&place, "old", "one");
    assert_holds(&place, "a", "two");
    end(&place);
}


static void
opening_appends_and_fails_with_a_word(void **state)
{
    place_t    place;
    ct_file_t *file;
    ct_file_t *lost;

    (void) state;
    start(&place);
    assert_int_equal(
        ct_file_replace(path(&place, "a"), CT_STR("1"), &place.log), CT_OK);
    file = ct_file_find(&place.files, place.pool, ct_str_of(path(&place, "a")));
    assert_int_equal(ct_file_open(file, &place.log), CT_OK);
    assert_int_equal(ct_file_open(file, &place.log), CT_OK);
    assert_int_equal(ct_file_write_all(file->fd, "2", 1), CT_OK);
    assert_holds(&place, "a", "12");
    ct_file_chown_all(&place.files, (uid_t) -1, (gid_t) -1, &place.log);
    place.log.level = 0;
    lost = ct_file_find(&place.files, place.pool,
                        ct_str_of(path(&place, "none/x")));
    assert_int_equal(ct_file_open(lost, &place.log), CT_ERROR);
    assert_int_equal(lost->fd, -1);
    end(&place);
}


static void
reading_knows_its_limit(void **state)
{
    place_t  place;
    ct_str_t text = CT_STR_NONE;

    (void) state;
    start(&place);
    assert_int_equal(
        ct_file_replace(path(&place, "a"), CT_STR("12345"), &place.log), CT_OK);
    assert_int_equal(ct_file_read(place.pool, path(&place, "a"), 5, &text),
                     CT_OK);
    assert_int_equal(text.len, 5);
    assert_int_equal(ct_file_read(place.pool, path(&place, "a"), 4, &text),
                     CT_ERROR);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(ct_file_read(place.pool, path(&place, "b"), 4, &text),
                     CT_ERROR);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(ct_file_read(place.pool, place.dir, 4, &text), CT_ERROR);
    assert_int_equal(errno, EISDIR);
    assert_int_equal(ct_file_read(place.pool, "/dev/null", 4, &text), CT_OK);
    assert_int_equal(text.len, 0);
    end(&place);
}


static void
replacing_leaves_no_trace_of_itself(void **state)
{
    place_t     place;
    struct stat status;

    (void) state;
    start(&place);
    assert_int_equal(
        ct_file_replace(path(&place, "a"), CT_STR("old"), &place.log), CT_OK);
    assert_int_equal(
        ct_file_replace(path(&place, "a"), CT_STR("new"), &place.log), CT_OK);
    assert_holds(&place, "a", "new");
    assert_int_equal(stat(path(&place, "a"), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0644);
    place.log.level = 0;
    assert_int_equal(
        ct_file_replace(path(&place, "no/a"), CT_STR("x"), &place.log),
        CT_ERROR);
    end(&place); /* rmdir fails if a temporary file were left */
}


static void
a_full_pipe_loses_lines_and_holds_up_nobody(void **state)
{
    ct_file_t file = { .fd = -1 };
    unsigned  n = 0;
    char      byte;
    int       fds[2];

    (void) state;
    assert_int_equal(pipe(fds), 0);
    ct_file_take(&file, fds[1]);
    assert_true(file.may_block);
    while (n < 1000000 && ct_file_log(&file, "a line\n", 7) == CT_OK) {
        n++;
    }
    assert_true(n > 0 && n < 1000000);
    assert_int_equal(errno, EAGAIN);
    for (unsigned i = 0; i < 7 * n; i++) {
        assert_int_equal(read(fds[0], &byte, 1), 1);
        assert_int_equal(byte, "a line\n"[i % 7]);
    }
    assert_int_equal(ct_file_log(&file, "a line\n", 7), CT_OK);
    close(fds[0]);
    close(fds[1]);
    if (file.fd != fds[1]) {
        close(file.fd);
    }
}


static void
a_torn_line_ends_before_the_next(void **state)
{
    char      c_path[] = "/tmp/ct-file-XXXXXX";
    char      text[16] = "";
    ct_file_t file = { .fd = mkstemp(c_path), .is_torn = true };

    (void) state;
    assert_int_equal(ct_file_log(&file, "x\n", 2), CT_OK);
    assert_int_equal(ct_file_log(&file, "y\n", 2), CT_OK);
    assert_int_equal(pread(file.fd, text, sizeof(text) - 1, 0), 5);
    assert_string_equal(text, "\nx\ny\n");
    close(file.fd);
    file.fd = open("/dev/full", O_WRONLY);
    assert_int_equal(ct_file_log(&file, "x\n", 2), CT_ERROR);
    assert_int_equal(errno, ENOSPC);
    assert_false(file.is_torn);
    close(file.fd);
    unlink(c_path);
}


static void
flags_go_on_and_off(void **state)
{
    int fds[2];

    (void) state;
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(ct_file_set_nonblocking(fds[0], true), CT_OK);
    assert_true((fcntl(fds[0], F_GETFL) & O_NONBLOCK) != 0);
    assert_int_equal(ct_file_set_nonblocking(fds[0], false), CT_OK);
    assert_true((fcntl(fds[0], F_GETFL) & O_NONBLOCK) == 0);
    assert_int_equal(ct_file_set_cloexec(fds[0], true), CT_OK);
    assert_true((fcntl(fds[0], F_GETFD) & FD_CLOEXEC) != 0);
    (void) close(fds[0]);
    (void) close(fds[1]);
    assert_int_equal(ct_file_set_cloexec(fds[0], true), CT_ERROR);
    assert_int_equal(ct_file_write_all(-1, "x", 1), CT_ERROR);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_path_is_one_file),
        cmocka_unit_test(reopening_keeps_the_descriptor),
        cmocka_unit_test(opening_appends_and_fails_with_a_word),
        cmocka_unit_test(reading_knows_its_limit),
        cmocka_unit_test(replacing_leaves_no_trace_of_itself),
        cmocka_unit_test(a_full_pipe_loses_lines_and_holds_up_nobody),
        cmocka_unit_test(a_torn_line_ends_before_the_next),
        cmocka_unit_test(flags_go_on_and_off),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
