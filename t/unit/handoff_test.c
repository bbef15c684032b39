/*
 * handoff_test.c -- the queue: what goes in comes out, a full one says so, and
 * no descriptor is lost or left open.
 */

#include "core/ct_config.h"

#include "event/ct_handoff.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_buf.h"
#include "core/ct_log.h"
#include "event/ct_handoff_record.h"


static void
queue_create(ct_handoff_t *handoff)
{
    ct_log_t log;

    ct_log_init(&log);
    assert_int_equal(ct_handoff_create(handoff, &log), CT_OK);
}


/* A connection: fds[0] is to move, fds[1] the client's. */
static void
make_conn(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
}


/* Whether the connection that came speaks with that client. */
static void
assert_connected(int fd, int client)
{
    char byte = 0;

    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(read(client, &byte, 1), 1);
    assert_int_equal(byte, 'x');
}


static void
what_goes_in_comes_out(void **state CT_UNUSED)
{
    ct_handoff_t handoff;
    char         data[64];
    size_t       len = 0;
    int          fds[2];
    int          fd = -1;

    queue_create(&handoff);
    make_conn(fds);
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_AGAIN);
    assert_false(ct_handoff_is_waiting(&handoff));
    assert_int_equal(ct_handoff_send(&handoff, "first", 5, fds[0]), CT_OK);
    assert_int_equal(ct_handoff_send(&handoff, "second", 6, fds[0]), CT_OK);
    close(fds[0]);
    assert_true(ct_handoff_is_waiting(&handoff));
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(data, "first", 5);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(fd);
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_OK);
    assert_memory_equal(data, "second", 6);
    assert_connected(fd, fds[1]);
    close(fd);
    close(fds[1]);
    ct_handoff_release(&handoff);
}


/* All of them, however many fit, come out again. */
static void
a_full_one_says_so(void **state CT_UNUSED)
{
    static const char text[2000];
    ct_handoff_t      handoff;
    char              data[sizeof(text)];
    size_t            len = 0;
    unsigned          n = 0;
    int               fds[2];
    int               fd = -1;

    queue_create(&handoff);
    make_conn(fds);
    while (ct_handoff_send(&handoff, text, sizeof(text), fds[0]) == CT_OK) {
        n++;
    }
    assert_true(n > 16);
    assert_int_equal(ct_handoff_send(&handoff, text, sizeof(text), fds[0]),
                     CT_AGAIN);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(
            ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd), CT_OK);
        close(fd);
    }
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_AGAIN);
    assert_int_equal(ct_handoff_send(&handoff, text, 1, fds[0]), CT_OK);
    close(fds[0]);
    close(fds[1]);
    ct_handoff_release(&handoff);
}


/* Without a number to spare the record stays where it is. */
static void
nothing_is_taken_without_a_number(void **state CT_UNUSED)
{
    ct_handoff_t  handoff;
    struct rlimit before;
    struct rlimit limit;
    char          data[8];
    size_t        len = 0;
    int           fds[2];
    int           fd = -1;

    queue_create(&handoff);
    make_conn(fds);
    assert_int_equal(ct_handoff_send(&handoff, "x", 1, fds[0]), CT_OK);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t) dup(fds[0]); /* the lowest that is free */
    close((int) limit.rlim_cur);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_ERROR);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_OK);
    assert_connected(fd, fds[1]);
    close(fd);
    close(fds[0]);
    close(fds[1]);
    ct_handoff_release(&handoff);
}


/* What lies there when the last copy is closed is closed with it. */
static void
it_ends_with_its_queue(void **state CT_UNUSED)
{
    ct_handoff_t handoff;
    char         byte;
    int          fds[2];

    queue_create(&handoff);
    make_conn(fds);
    assert_int_equal(ct_handoff_send(&handoff, "x", 1, fds[0]), CT_OK);
    close(fds[0]);
    ct_handoff_release(&handoff);
    assert_int_equal(handoff.give_fd, -1);
    assert_int_equal(read(fds[1], &byte, 1), 0);
    close(fds[1]);
    ct_handoff_release(&handoff);
}


/* Others, and messages without a descriptor, are dropped and leave nothing. */
static void
broken_messages_are_dropped(void **state CT_UNUSED)
{
    ct_handoff_t handoff;
    char         data[4];
    size_t       len = 0;
    int          fds[2];
    int          fd = -1;
    char         byte;

    queue_create(&handoff);
    make_conn(fds);
    assert_int_equal(send(handoff.give_fd, "x", 1, 0), 1);
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_DECLINED);
    assert_int_equal(ct_handoff_send(&handoff, "longer", 6, fds[0]), CT_OK);
    close(fds[0]);
    assert_int_equal(ct_handoff_recv(&handoff, data, sizeof(data), &len, &fd),
                     CT_DECLINED);
    assert_int_equal(read(fds[1], &byte, 1), 0);
    close(fds[1]);
    ct_handoff_release(&handoff);
}


static void
long_records_are_declined(void **state CT_UNUSED)
{
    static char         rest[CT_HANDOFF_RECORD_MAX];
    ct_handoff_record_t record;
    ct_handoff_t        handoff;
    ct_buf_t            scratch;
    int                 fds[2];

    queue_create(&handoff);
    make_conn(fds);
    memset(&record, 0, sizeof(record));
    record.listen = CT_STR("unix:/x");
    record.peer.sa.any.sa_family = AF_UNIX;
    ct_buf_init(&scratch);
    assert_int_equal(
        ct_handoff_send_record(&handoff, &record, &scratch, fds[0]), CT_OK);
    record.rest = (ct_str_t){ sizeof(rest), rest };
    assert_int_equal(
        ct_handoff_send_record(&handoff, &record, &scratch, fds[0]),
        CT_DECLINED);
    assert_int_equal(ct_buf_len(&scratch), 0);
    ct_buf_release(&scratch);
    close(fds[0]);
    close(fds[1]);
    ct_handoff_release(&handoff);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(a_full_one_says_so),
        cmocka_unit_test(nothing_is_taken_without_a_number),
        cmocka_unit_test(it_ends_with_its_queue),
        cmocka_unit_test(broken_messages_are_dropped),
        cmocka_unit_test(long_records_are_declined),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
