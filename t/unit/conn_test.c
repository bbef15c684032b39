/*
 * conn_test.c -- a connection reads, writes, is told, and closes once.
 *
 * The other end of a socket pair is the peer.  There is no acceptor, so the
 * test owns the struct.
 */

#include "core/ct_config.h"

#include "event/ct_conn.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_file.h"
#include "event/ct_loop.h"


/* Callbacks write a letter each. */
typedef struct fixture_s {
    ct_log_t   log;
    ct_loop_t *loop;
    ct_conn_t  conn;
    int        peer;
    char       trace[32];
    bool       close_when_readable;
} fixture_t;


static void
note(ct_conn_t *conn, char letter)
{
    fixture_t *f = conn->session;

    f->trace[strlen(f->trace)] = letter;
}


static void
on_readable(ct_conn_t *conn)
{
    const fixture_t *f = conn->session;

    note(conn, 'r');
    if (f->close_when_readable) {
        ct_conn_close(conn);
    }
}


static void
on_writable(ct_conn_t *conn)
{
    note(conn, 'w');
}


static void
on_timer(ct_conn_t *conn)
{
    note(conn, 't');
}


/* Closing again here must do no harm. */
static void
on_close(ct_conn_t *conn)
{
    assert_true(conn->io.fd >= 0);
    note(conn, 'c');
    ct_conn_close(conn);
}


static const ct_conn_events_t events = { .on_readable = on_readable,
                                         .on_writable = on_writable,
                                         .on_timer = on_timer,
                                         .on_close = on_close };


static void
start(fixture_t *f)
{
    int fds[2];

    *f = (fixture_t){ .peer = -1 };
    ct_log_init(&f->log);
    f->loop = ct_loop_create(NULL, 8, &f->log);
    assert_non_null(f->loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(ct_file_set_nonblocking(fds[0], true), CT_OK);
    assert_int_equal(ct_file_set_nonblocking(fds[1], true), CT_OK);
    f->peer = fds[1];
    f->conn.events = &events;
    f->conn.session = f;
    assert_int_equal(ct_conn_open(&f->conn, f->loop, fds[0]), CT_OK);
}


static void
stop(fixture_t *f)
{
    ct_conn_close(&f->conn);
    ct_loop_destroy(f->loop);
    if (f->peer >= 0) {
        close(f->peer);
    }
}


static void
reads_until_there_is_no_more(void **state CT_UNUSED)
{
    fixture_t f;
    char      data[8];
    size_t    n;

    start(&f);
    assert_int_equal(ct_conn_recv(&f.conn, data, 8, &n), CT_AGAIN);
    assert_int_equal(write(f.peer, "0123456789", 10), 10);
    ct_loop_turn(f.loop, 1000);
    assert_string_equal(f.trace, "r");

    assert_int_equal(ct_conn_recv(&f.conn, data, 8, &n), CT_OK);
    assert_int_equal(n, 8);
    assert_true(f.conn.io.readable);
    assert_int_equal(ct_conn_recv(&f.conn, data, 8, &n), CT_OK);
    assert_int_equal(n, 2);
    assert_false(f.conn.io.readable);

    assert_int_equal(write(f.peer, "x", 1), 1);
    ct_loop_turn(f.loop, 1000);
    assert_string_equal(f.trace, "rr");
    stop(&f);
}


/* Bytes and FIN come as one edge: a short read must not hide the end. */
static void
finds_the_end_behind_the_last_bytes(void **state CT_UNUSED)
{
    fixture_t f;
    char      data[64];
    size_t    n;

    start(&f);
    assert_int_equal(write(f.peer, "last", 4), 4);
    close(f.peer);
    f.peer = -1;
    ct_loop_turn(f.loop, 1000);
    assert_string_equal(f.trace, "rw");
    assert_int_equal(ct_conn_recv(&f.conn, data, sizeof(data), &n), CT_OK);
    assert_int_equal(n, 4);
    assert_true(f.conn.io.readable);
    assert_int_equal(ct_conn_recv(&f.conn, data, sizeof(data), &n),
                     CT_DECLINED);
    assert_int_equal(ct_conn_send(&f.conn, "x", 1, &n), CT_ERROR);
    assert_int_equal(errno, EPIPE);
    stop(&f);
}


static void
writes_what_fits_and_is_told_of_room(void **state CT_UNUSED)
{
    static const char data[1 << 20];
    static char       sink[1 << 20];
    fixture_t         f;
    size_t            n;

    start(&f);
    assert_true(f.conn.io.writable);
    ct_loop_turn(f.loop, 0);
    assert_string_equal(f.trace, "");

    assert_int_equal(ct_conn_send(&f.conn, data, sizeof(data), &n), CT_OK);
    assert_true(n > 0 && n < sizeof(data));
    assert_false(f.conn.io.writable);
    assert_int_equal(ct_conn_send(&f.conn, data, sizeof(data), &n), CT_AGAIN);
    ct_loop_turn(f.loop, 0);
    assert_string_equal(f.trace, "");

    while (read(f.peer, sink, sizeof(sink)) > 0) {
    }
    ct_loop_turn(f.loop, 1000);
    assert_string_equal(f.trace, "w");
    stop(&f);
}


static void
ends_its_side(void **state CT_UNUSED)
{
    fixture_t f;
    char      data[8];
    size_t    n;

    start(&f);
    assert_int_equal(ct_conn_send(&f.conn, "bye", 3, &n), CT_OK);
    ct_conn_shutdown(&f.conn);
    assert_int_equal(read(f.peer, data, 8), 3);
    assert_int_equal(read(f.peer, data, 8), 0);

    /* The peer may still send. */
    assert_int_equal(write(f.peer, "ok", 2), 2);
    ct_loop_turn(f.loop, 1000);
    assert_int_equal(ct_conn_recv(&f.conn, data, 8, &n), CT_OK);
    stop(&f);
}


static void
closes_once_and_is_told_nothing_more(void **state CT_UNUSED)
{
    fixture_t f;
    char      data[8];
    size_t    n;
    int       fd;

    start(&f);
    fd = f.conn.io.fd;
    f.close_when_readable = true;
    f.conn.io.writable = false;
    ct_timer_start(f.loop, &f.conn.timer, 1);
    assert_int_equal(write(f.peer, "x", 1), 1);
    ct_loop_turn(f.loop, 1000);
    assert_string_equal(f.trace, "rc");
    assert_true(f.conn.closed);
    assert_int_equal(fcntl(fd, F_GETFD), -1);

    ct_conn_close(&f.conn);
    ct_loop_turn(f.loop, 5);
    assert_string_equal(f.trace, "rc");
    assert_int_equal(ct_conn_recv(&f.conn, data, 8, &n), CT_ERROR);
    assert_int_equal(ct_conn_send(&f.conn, data, 8, &n), CT_ERROR);
    ct_conn_shutdown(&f.conn);
    stop(&f);
}


static void
has_a_timer(void **state CT_UNUSED)
{
    fixture_t f;

    start(&f);
    ct_timer_start(f.loop, &f.conn.timer, 3);
    for (int i = 0; i < 1000 && f.trace[0] == '\0'; i++) {
        ct_loop_turn(f.loop, 50);
    }
    assert_string_equal(f.trace, "t");
    stop(&f);
}


static void
is_small(void **state CT_UNUSED)
{
    assert_true(sizeof(ct_conn_t) <= 256);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_until_there_is_no_more),
        cmocka_unit_test(finds_the_end_behind_the_last_bytes),
        cmocka_unit_test(writes_what_fits_and_is_told_of_room),
        cmocka_unit_test(ends_its_side),
        cmocka_unit_test(closes_once_and_is_told_nothing_more),
        cmocka_unit_test(has_a_timer),
        cmocka_unit_test(is_small),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
