/*
 * access_log_sink_test.c -- what becomes of lines, above all where a file does
 * not take them.
 */

#include "core/ct_config.h"

#include "modules/ct_access_log_sink.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_board.h"
#include "core/ct_file.h"
#include "event/ct_loop.h"
#include "modules/ct_access_log_conf.h"

/* Longer than any test; it is cut short. */
#define LONG_MS 3600000

/* Nobody's pid. */
#define STRANGER UINT32_MAX

typedef struct case_s {
    ct_log_t           log;
    ct_board_slot_t   *slot;
    ct_worker_t        worker;
    ct_file_t          file;
    char               path[64];
    _Atomic uint32_t   torn;
    ct_access_target_t target;
    ct_access_sink_t  *sink;
    char               text[256]; /* what `content` gave back */
} case_t;


static void
case_init(case_t *c, size_t buffer_size)
{
    memset(c, 0, sizeof(*c));
    c->slot = calloc(1, sizeof(*c->slot));
    assert_non_null(c->slot);
    snprintf(c->path, sizeof(c->path), "/tmp/ct-sink-XXXXXX");
    c->file.fd = mkstemp(c->path);
    assert_true(c->file.fd >= 0);
    assert_int_equal(fcntl(c->file.fd, F_SETFL, O_APPEND), 0);
    c->file.path = ct_str_of(c->path);
    c->worker.log = &c->log;
    c->worker.slot = c->slot;
    c->worker.pool = ct_pool_create(0);
    c->worker.loop = ct_loop_create(NULL, 1, &c->log);
    assert_non_null(c->worker.loop);
    c->target.word = c->file.path;
    c->target.file = &c->file;
    c->target.torn = &c->torn;
    c->target.buffer_size = buffer_size;
    c->target.flush_ms = LONG_MS;
    c->sink = ct_access_sink_create(&c->worker, &c->target);
}


static void
case_release(case_t *c)
{
    ct_access_sink_close(c->sink);
    ct_loop_destroy(c->worker.loop);
    ct_pool_destroy(c->worker.pool);
    close(c->file.fd);
    unlink(c->path);
    free(c->slot);
}


/* False: it was lost. */
static bool
line(case_t *c, const char *c_text)
{
    char *out = ct_access_sink_begin(c->sink);

    if (out == NULL) {
        return false;
    }
    memcpy(out, c_text, strlen(c_text));
    ct_access_sink_end(c->sink, strlen(c_text));
    return true;
}


static const char *
content(case_t *c)
{
    const int fd = open(c->path, O_RDONLY);
    ssize_t   n = read(fd, c->text, sizeof(c->text) - 1);

    assert_true(n >= 0);
    close(fd);
    c->text[n] = '\0';
    return c->text;
}


static uint64_t
lost(const case_t *c)
{
    return ct_counter_get(&c->slot->counters[CT_COUNT_LOG_LINES_LOST]);
}


/* No file of this process may be longer; 0: any may. */
static void
limit_files(rlim_t size)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size != 0 ? size : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}


static void
leaves_with_the_turn(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c, 0);
    assert_true(line(&c, "one"));
    assert_true(line(&c, "two"));
    assert_string_equal(content(&c), "");
    ct_loop_turn(c.worker.loop, 0);
    assert_string_equal(content(&c), "one\ntwo\n");
    case_release(&c);
}


static void
waits_in_a_buffer(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c, 8);
    assert_true(line(&c, "one"));
    ct_loop_turn(c.worker.loop, 0);
    assert_string_equal(content(&c), "");
    assert_true(line(&c, "two"));
    ct_loop_turn(c.worker.loop, 0);
    assert_string_equal(content(&c), "one\ntwo\n");
    assert_true(line(&c, "three"));
    ct_access_sink_hasten(c.sink);
    assert_string_equal(content(&c), "one\ntwo\nthree\n");
    assert_true(line(&c, "4"));
    ct_loop_turn(c.worker.loop, 0);
    assert_string_equal(content(&c), "one\ntwo\nthree\n4\n");
    assert_int_equal(lost(&c), 0);
    case_release(&c);
}


static void
keeps_and_then_loses(void **state CT_UNUSED)
{
    case_t   c;
    uint64_t n = 0;

    case_init(&c, 100);
    close(c.file.fd);
    c.file.fd = open("/dev/full", O_WRONLY);
    assert_true(c.file.fd >= 0);
    while (line(&c, "123456789")) {
        n++;
    }
    assert_int_equal(n, 10);
    assert_int_equal(lost(&c), 1);
    ct_access_sink_close(c.sink);
    assert_int_equal(lost(&c), 11);
    assert_false(line(&c, "x"));
    case_release(&c);
}


/* Three lines for room of one and a bit. */
static void
tear(case_t *c)
{
    limit_files(6);
    assert_true(line(c, "one"));
    assert_true(line(c, "two"));
    assert_true(line(c, "three"));
    ct_loop_turn(c->worker.loop, 0);
    assert_string_equal(content(c), "one\ntw");
    assert_int_equal(atomic_load(&c->torn), (uint32_t) getpid());
    limit_files(0);
}


/* It is tried again by itself. */
static void
goes_on_within_a_line(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c, 0);
    tear(&c);
    while (strcmp(content(&c), "one\ntwo\nthree\n") != 0) {
        ct_loop_turn(c.worker.loop, LONG_MS);
    }
    assert_int_equal(atomic_load(&c.torn), 0);
    assert_int_equal(lost(&c), 0);
    case_release(&c);
}


/* Another worker has ended the line, and written its own. */
static void
drops_what_was_ended(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c, 0);
    tear(&c);
    atomic_store(&c.torn, 0);
    assert_int_equal(write(c.file.fd, "\nhers\n", 6), 6);
    ct_access_sink_reopen(c.sink);
    assert_string_equal(content(&c), "one\ntw\nhers\nthree\n");
    assert_int_equal(lost(&c), 1);
    case_release(&c);
}


static void
ends_what_others_have_torn(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c, 0);
    assert_int_equal(write(c.file.fd, "ha", 2), 2);
    atomic_store(&c.torn, STRANGER);
    assert_true(line(&c, "mine"));
    ct_loop_turn(c.worker.loop, 0);
    assert_string_equal(content(&c), "ha\nmine\n");
    assert_int_equal(atomic_load(&c.torn), 0);
    case_release(&c);
}


static void
makes_a_removed_file_anew(void **state CT_UNUSED)
{
    case_t c;

    case_init(&c, 0);
    assert_int_equal(unlink(c.path), 0);
    assert_true(line(&c, "here"));
    ct_loop_turn(c.worker.loop, 0);
    assert_string_equal(content(&c), "here\n");
    case_release(&c);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_with_the_turn),
        cmocka_unit_test(waits_in_a_buffer),
        cmocka_unit_test(keeps_and_then_loses),
        cmocka_unit_test(goes_on_within_a_line),
        cmocka_unit_test(drops_what_was_ended),
        cmocka_unit_test(ends_what_others_have_torn),
        cmocka_unit_test(makes_a_removed_file_anew),
    };

    (void) signal(SIGXFSZ, SIG_IGN);
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
