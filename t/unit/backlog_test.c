/*
 * backlog_test.c -- who waits is counted, at TCP and at unix sockets.
 */

#include "core/ct_config.h"

#include "event/ct_backlog.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "event/ct_listen.h"


/* A client that is not accepted; it need not wait to have connected. */
static int
knock(int listener)
{
    struct sockaddr_storage addr;
    socklen_t               len = sizeof(addr);
    int                     fd = -1;

    assert_int_equal(getsockname(listener, (struct sockaddr *) &addr, &len), 0);
    fd = socket(addr.ss_family, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *) &addr, len), 0);
    return fd;
}


static void
count_clients(int listener)
{
    ct_backlog_t backlog = { 7, 7 };
    int          fds[3];
    int          accepted = -1;

    if (ct_backlog_read(listener, &backlog) != CT_OK) {
        skip();
    }
    assert_int_equal(backlog.waiting, 0);
    assert_int_equal(backlog.room, 5);
    for (size_t i = 0; i < CT_ARRAY_LEN(fds); i++) {
        fds[i] = knock(listener);
    }
    assert_int_equal(ct_backlog_read(listener, &backlog), CT_OK);
    assert_int_equal(backlog.waiting, 3);
    accepted = accept(listener, NULL, NULL);
    assert_int_equal(ct_backlog_read(listener, &backlog), CT_OK);
    assert_int_equal(backlog.waiting, 2);
    close(accepted);
    for (size_t i = 0; i < CT_ARRAY_LEN(fds); i++) {
        close(fds[i]);
    }
}


static int
listen_tcp(void)
{
    const struct sockaddr_in addr = { .sin_family = AF_INET,
                                      .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const int                fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (const struct sockaddr *) &addr, sizeof(addr)),
                     0);
    assert_int_equal(listen(fd, 5), 0);
    return fd;
}


static void
tcp_tells(void **state)
{
    const int fd = listen_tcp();

    (void) state;
    count_clients(fd);
    close(fd);
}


static void
unix_tells(void **state)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    char               dir[] = "/tmp/ct-unit-XXXXXX";
    const int          fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void) state;
    assert_non_null(mkdtemp(dir));
    (void) snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/s", dir);
    assert_int_equal(bind(fd, (struct sockaddr *) &addr, sizeof(addr)), 0);
    assert_int_equal(listen(fd, 5), 0);
    count_clients(fd);
    (void) unlink(addr.sun_path);
    (void) rmdir(dir);
    close(fd);
}


static void
a_listen_adds_its_sockets_up(void **state)
{
    int          fds[2] = { listen_tcp(), listen_tcp() };
    ct_listen_t  listen = { .fds = fds, .nfds = 2, .nbound = 2 };
    ct_backlog_t backlog = { 7, 7 };
    const int    client = knock(fds[1]);

    (void) state;
    if (ct_backlog_read_listen(&listen, &backlog) == CT_OK) {
        assert_int_equal(backlog.waiting, 1);
        assert_int_equal(backlog.room, 10);
    }
    close(client);
    close(fds[0]);
    close(fds[1]);
}


static void
what_does_not_listen_is_declined(void **state)
{
    const int    fd = socket(AF_INET, SOCK_STREAM, 0);
    ct_listen_t  listen = { .fds = (int[]){ fd }, .nfds = 1, .nbound = 1 };
    ct_backlog_t backlog = { 7, 7 };

    (void) state;
    assert_int_equal(ct_backlog_read(fd, &backlog), CT_DECLINED);
    assert_int_equal(ct_backlog_read(-1, &backlog), CT_DECLINED);
    assert_int_equal(ct_backlog_read_listen(&listen, &backlog), CT_DECLINED);
    assert_int_equal(backlog.room, 0);
    close(fd);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_tells),
        cmocka_unit_test(unix_tells),
        cmocka_unit_test(a_listen_adds_its_sockets_up),
        cmocka_unit_test(what_does_not_listen_is_declined),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
