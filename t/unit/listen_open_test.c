/*
 * listen_open_test.c -- sockets are opened, kept, handed on and closed.
 */

#include "core/ct_config.h"

#include "event/ct_listen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "event_fixture.h"


static ct_listens_t *
listens_of(fixture_t *fixture)
{
    return ct_event_listens(fixture->cycle);
}


static ct_listen_t *
listen_at(fixture_t *fixture, size_t i)
{
    return ct_listens_at(listens_of(fixture), i);
}


static ct_rc_t
open_all(fixture_t *fixture, fixture_t *old, const char *c_inherited,
         unsigned nworkers)
{
    return ct_listens_open(listens_of(fixture),
                           old == NULL ? NULL : listens_of(old), c_inherited,
                           nworkers, false, &fixture->cycle->log);
}


static void
close_all(fixture_t *fixture)
{
    ct_listens_close_rest(listens_of(fixture), NULL, true,
                          &fixture->cycle->log);
    fixture_release(fixture);
}


static void
expect_client(const ct_listen_t *listen)
{
    const int fd = connect_to(listen);

    assert_true(fd >= 0);
    close(fd);
}


/* "listen 127.0.0.1:PORT OPTIONS;" */
static void
start_tcp(fixture_t *fixture, unsigned port, const char *c_options)
{
    char text[128];

    snprintf(text, sizeof(text), "listen 127.0.0.1:%u %s;", port, c_options);
    assert_int_equal(fixture_read(fixture, text), CT_OK);
}


static void
start_unix(fixture_t *fixture, const char *c_dir, const char *c_options)
{
    char text[128];

    snprintf(text, sizeof(text), "listen unix:%s/s %s;", c_dir, c_options);
    assert_int_equal(fixture_read(fixture, text), CT_OK);
}


static int
option_of(const ct_listen_t *listen, int level, int option)
{
    int       value = -1;
    socklen_t len = sizeof(value);

    assert_int_equal(getsockopt(listen->fds[0], level, option, &value, &len),
                     0);
    return value;
}


static void
opens_tcp_and_keeps_it_over_a_reload(void **state CT_UNUSED)
{
    const unsigned     port = free_port();
    fixture_t          first;
    fixture_t          second;
    const ct_listen_t *listen;
    int                fd;

    start_tcp(&first, port, "so_keepalive=on");
    assert_int_equal(open_all(&first, NULL, NULL, 2), CT_OK);
    listen = listen_at(&first, 0);
    assert_int_equal(listen->nfds, 1);
    expect_client(listen);
    fd = listen->fds[0];
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_true(option_of(listen, SOL_SOCKET, SO_KEEPALIVE) != 0);

    /* The same address: the same socket, with what is wanted now. */
    start_tcp(&second, port, "backlog=5 rcvbuf=128k reuseport");
    assert_int_equal(open_all(&second, &first, NULL, 4), CT_OK);
    listen = listen_at(&second, 0);
    assert_int_equal(listen->nfds, 1);
    assert_int_equal(listen->fds[0], fd);
    assert_int_equal(option_of(listen, SOL_SOCKET, SO_KEEPALIVE), 0);
    assert_int_equal(option_of(listen, SOL_SOCKET, SO_RCVBUF), 2 * 131072);
    assert_false(listen->reuseport);
    assert_true(fixture_says(&second, "it stays off"));

    ct_listens_close_rest(listens_of(&first), listens_of(&second), true,
                          &first.cycle->log);
    fixture_release(&first);
    expect_client(listen);
    close_all(&second);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}


static void
leaves_the_old_as_it_was_when_it_fails(void **state CT_UNUSED)
{
    const unsigned port = free_port();
    const unsigned taken = free_port();
    char           text[256];
    fixture_t      first;
    fixture_t      second;
    fixture_t      other;

    start_tcp(&first, port, "");
    start_tcp(&other, taken, "");
    assert_int_equal(open_all(&first, NULL, NULL, 1), CT_OK);
    assert_int_equal(open_all(&other, NULL, NULL, 1), CT_OK);

    snprintf(text, sizeof(text),
             "listen 127.0.0.1:%u; listen unix:@ct-unit-%u;"
             "listen 127.0.0.1:%u;",
             port, port, taken);
    assert_int_equal(fixture_read(&second, text), CT_OK);
    assert_int_equal(open_all(&second, &first, NULL, 1), CT_ERROR);
    assert_true(fixture_says(&second, "Address already in use"));
    assert_int_equal(listen_at(&second, 0)->nfds, 0);
    assert_int_equal(connect_to(listen_at(&second, 1)), -1);
    expect_client(listen_at(&first, 0));

    fixture_release(&second);
    close_all(&first);
    close_all(&other);
}


static bool
is_listening(int fd)
{
    int       value = 0;
    socklen_t len = sizeof(value);

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0
           && value != 0;
}


/* Sockets for more workers are there from the start, and silent. */
static void
opens_one_reuseport_socket_a_worker(void **state CT_UNUSED)
{
    const unsigned port = free_port();
    fixture_t      first;
    fixture_t      second;
    ct_listen_t   *listen;
    int            fds[3];

    start_tcp(&first, port, "reuseport");
    assert_int_equal(open_all(&first, NULL, NULL, 2), CT_OK);
    listen = listen_at(&first, 0);
    assert_int_equal(listen->nfds, 2);
    if (listen->nbound == 2) {
        close_all(&first);
        return; /* a system without spare sockets */
    }
    assert_int_equal(listen->nbound, 18);
    memcpy(fds, listen->fds, sizeof(fds));
    assert_true(is_listening(fds[1]));
    assert_false(is_listening(fds[2]));

    assert_int_equal(ct_listens_grow(listens_of(&first), 3, &first.cycle->log),
                     CT_OK);
    assert_int_equal(listen->nfds, 3);
    assert_true(is_listening(fds[2]));
    assert_int_equal(ct_listens_grow(listens_of(&first), 1, &first.cycle->log),
                     CT_OK);
    assert_int_equal(listen->nfds, 3);
    assert_int_equal(
        ct_listens_grow(listens_of(&first), 100, &first.cycle->log), CT_OK);
    assert_int_equal(listen->nfds, 18);

    /* Fewer workers: none is closed.  More: the new ones are added. */
    start_tcp(&second, port, "reuseport");
    assert_int_equal(open_all(&second, &first, NULL, 1), CT_OK);
    assert_int_equal(listen_at(&second, 0)->nfds, 18);
    fixture_release(&second);
    start_tcp(&second, port, "reuseport");
    assert_int_equal(open_all(&second, &first, NULL, 20), CT_OK);
    listen = listen_at(&second, 0);
    assert_int_equal(listen->nfds, 20);
    assert_int_equal(listen->nbound, 36);
    assert_memory_equal(listen->fds, fds, sizeof(fds));
    ct_listens_close_rest(listens_of(&first), listens_of(&second), true,
                          &first.cycle->log);
    fixture_release(&first);
    expect_client(listen);
    close_all(&second);
}


/* A reload that fails later on: what it woke is still handed on. */
static void
remembers_what_a_given_up_generation_woke(void **state CT_UNUSED)
{
    const unsigned port = free_port();
    fixture_t      first;
    fixture_t      second;
    ct_str_t       text;
    size_t         nspaces = 0;

    start_tcp(&first, port, "reuseport backlog=7");
    start_tcp(&second, port, "reuseport so_keepalive=on");
    assert_int_equal(open_all(&first, NULL, NULL, 1), CT_OK);
    assert_int_equal(open_all(&second, &first, NULL, 3), CT_OK);
    ct_listens_close_rest(listens_of(&second), listens_of(&first), true,
                          &second.cycle->log);
    fixture_release(&second);
    ct_listens_apply(listens_of(&first), &first.cycle->log);
    assert_int_equal(option_of(listen_at(&first, 0), SOL_SOCKET, SO_KEEPALIVE),
                     0);

    text = ct_listens_text(listens_of(&first), first.cycle->pool);
    for (size_t i = 0; i < text.len; i++) {
        nspaces += text.data[i] == ' ';
    }
    if (listen_at(&first, 0)->nbound > 1) {
        assert_int_equal(nspaces, 2);
    }
    expect_client(listen_at(&first, 0));
    close_all(&first);
}


static void
hands_sockets_on_over_exec(void **state CT_UNUSED)
{
    const unsigned port = free_port();
    char           dir[64];
    char           text[512];
    fixture_t      first;
    fixture_t      second;
    ct_str_t       inherited;

    make_dir(dir);
    snprintf(text, sizeof(text),
             "listen 127.0.0.1:%u reuseport; listen 'unix:%s/a;b= %%';"
             "listen unix:@ct-unit-%u;",
             port, dir, port);
    assert_int_equal(fixture_read(&first, text), CT_OK);
    assert_int_equal(open_all(&first, NULL, NULL, 3), CT_OK);
    inherited = ct_listens_text(listens_of(&first), first.cycle->pool);
    ct_listens_keep_over_exec(listens_of(&first));
    assert_int_equal(fcntl(listen_at(&first, 0)->fds[2], F_GETFD), 0);

    assert_int_equal(fixture_read(&second, text), CT_OK);
    assert_int_equal(open_all(&second, NULL, inherited.data, 2), CT_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(listen_at(&second, i)->nfds,
                         listen_at(&first, i)->nfds);
        assert_memory_equal(listen_at(&second, i)->fds,
                            listen_at(&first, i)->fds,
                            listen_at(&first, i)->nfds * sizeof(int));
        expect_client(listen_at(&second, i));
    }
    assert_int_equal(fcntl(listen_at(&second, 0)->fds[2], F_GETFD), FD_CLOEXEC);
    fixture_release(&first);

    snprintf(text, sizeof(text), "%s/a;b= %%", dir);
    assert_int_equal(access(text, F_OK), 0);
    close_all(&second);
    assert_int_equal(access(text, F_OK), -1);
    rmdir(dir);
}


static void
refuse_inherited(const char *c_text)
{
    fixture_t fixture;

    assert_int_equal(fixture_read(&fixture, "listen unix:@ct-unit-none;"),
                     CT_OK);
    assert_int_equal(open_all(&fixture, NULL, c_text, 1), CT_ERROR);
    assert_true(fixture_says(&fixture, "cannot inherit the sockets"));
    assert_int_equal(listen_at(&fixture, 0)->nfds, 0);
    fixture_release(&fixture);
}


static void
believes_nothing_that_is_inherited(void **state CT_UNUSED)
{
    const unsigned port = free_port();
    char           text[128];
    fixture_t      first;
    int            fd;

    start_tcp(&first, port, "");
    assert_int_equal(open_all(&first, NULL, NULL, 1), CT_OK);
    fd = listen_at(&first, 0)->fds[0];

    refuse_inherited("x");
    refuse_inherited(";");
    refuse_inherited("=;");
    refuse_inherited("127.0.0.1:1=;");
    refuse_inherited("127.0.0.1:1=0;");
    refuse_inherited("127.0.0.1:1=99999999999999999999;");
    refuse_inherited("127.0.0.1:1=1000;");
    refuse_inherited("127.0.0.1:1%4=4;");
    refuse_inherited("%zz=4;");
    snprintf(text, sizeof(text), "127.0.0.1:%u=%d %d;", port, fd, fd);
    refuse_inherited(text);
    snprintf(text, sizeof(text), "127.0.0.1:%u=%d", port, fd);
    refuse_inherited(text);
    snprintf(text, sizeof(text), "127.0.0.1:%u=%d;", port + 1, fd);
    refuse_inherited(text);
    snprintf(text, sizeof(text), "unix:/x=%d;", fd);
    refuse_inherited(text);
    snprintf(text, sizeof(text), "fd:%d=%d;", fd + 1, fd);
    refuse_inherited(text);
    expect_client(listen_at(&first, 0));
    close_all(&first);
}


static void
closes_what_is_inherited_and_not_wanted(void **state CT_UNUSED)
{
    char      text[128];
    fixture_t first;
    fixture_t second;
    int       fd;

    start_tcp(&first, free_port(), "");
    assert_int_equal(open_all(&first, NULL, NULL, 1), CT_OK);
    fd = listen_at(&first, 0)->fds[0];
    snprintf(text, sizeof(text), "%s",
             ct_listens_text(listens_of(&first), first.cycle->pool).data);
    fixture_release(&first);

    start_tcp(&second, free_port(), "");
    assert_int_equal(open_all(&second, NULL, text, 1), CT_OK);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    close_all(&second);
}


static void
takes_a_descriptor_that_listens(void **state CT_UNUSED)
{
    const unsigned port = free_port();
    char           text[64];
    fixture_t      first;
    fixture_t      second;
    int            fd;

    start_tcp(&first, port, "");
    assert_int_equal(open_all(&first, NULL, NULL, 1), CT_OK);
    fd = listen_at(&first, 0)->fds[0];
    snprintf(text, sizeof(text), "listen fd:%d so_keepalive=on;", fd);
    assert_int_equal(fixture_read(&second, text), CT_OK);
    assert_int_equal(open_all(&second, NULL, NULL, 4), CT_OK);
    assert_int_equal(listen_at(&second, 0)->nfds, 1);
    assert_int_equal(listen_at(&second, 0)->fds[0], fd);
    expect_client(listen_at(&first, 0));
    fixture_release(&second);

    assert_int_equal(fixture_read(&second, "listen fd:1000;"), CT_OK);
    assert_int_equal(open_all(&second, NULL, NULL, 1), CT_ERROR);
    assert_true(fixture_says(&second, "not a listening stream socket"));
    fixture_release(&second);
    close_all(&first);
}


static void
makes_the_file_of_a_unix_socket(void **state CT_UNUSED)
{
    char        dir[64];
    char        path[80];
    fixture_t   fixture;
    struct stat info;

    make_dir(dir);
    snprintf(path, sizeof(path), "%s/s", dir);
    start_unix(&fixture, dir, "mode=0620");
    assert_int_equal(open_all(&fixture, NULL, NULL, 1), CT_OK);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0620);
    expect_client(listen_at(&fixture, 0));
    close_all(&fixture);
    assert_int_equal(access(path, F_OK), -1);
    rmdir(dir);
}


static void
tells_a_stale_file_from_a_living_one(void **state CT_UNUSED)
{
    char      dir[64];
    char      path[80];
    fixture_t first;
    fixture_t second;
    int       fd;

    make_dir(dir);
    snprintf(path, sizeof(path), "%s/s", dir);
    start_unix(&first, dir, "");
    assert_int_equal(open_all(&first, NULL, NULL, 1), CT_OK);

    /* Somebody listens there. */
    start_unix(&second, dir, "");
    assert_int_equal(open_all(&second, NULL, NULL, 1), CT_ERROR);
    assert_true(fixture_says(&second, "Address already in use"));
    fixture_release(&second);
    expect_client(listen_at(&first, 0));

    /* Nobody does any more. */
    close(listen_at(&first, 0)->fds[0]);
    assert_int_equal(access(path, F_OK), 0);
    start_unix(&second, dir, "");
    assert_int_equal(open_all(&second, NULL, NULL, 1), CT_OK);
    assert_true(fixture_says(&second, "removed the stale socket"));
    expect_client(listen_at(&second, 0));
    fixture_release(&first);
    close_all(&second);

    /* What is not a socket is nobody's to remove. */
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    start_unix(&second, dir, "");
    assert_int_equal(open_all(&second, NULL, NULL, 1), CT_ERROR);
    assert_int_equal(access(path, F_OK), 0);
    close_all(&second);
    assert_int_equal(unlink(path), 0);
    rmdir(dir);
}


static void
listens_on_ipv6_beside_ipv4(void **state CT_UNUSED)
{
    const unsigned port = free_port();
    char           text[128];
    fixture_t      fixture;

    snprintf(text, sizeof(text), "listen [::1]:%u; listen 127.0.0.1:%u;", port,
             port);
    assert_int_equal(fixture_read(&fixture, text), CT_OK);
    if (open_all(&fixture, NULL, NULL, 1) != CT_OK) {
        fixture_release(&fixture);
        return; /* no IPv6 here */
    }
    expect_client(listen_at(&fixture, 0));
    expect_client(listen_at(&fixture, 1));
    assert_int_equal(
        option_of(listen_at(&fixture, 0), IPPROTO_IPV6, IPV6_V6ONLY), 1);
    close_all(&fixture);
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_tcp_and_keeps_it_over_a_reload),
        cmocka_unit_test(leaves_the_old_as_it_was_when_it_fails),
        cmocka_unit_test(opens_one_reuseport_socket_a_worker),
        cmocka_unit_test(remembers_what_a_given_up_generation_woke),
        cmocka_unit_test(hands_sockets_on_over_exec),
        cmocka_unit_test(believes_nothing_that_is_inherited),
        cmocka_unit_test(closes_what_is_inherited_and_not_wanted),
        cmocka_unit_test(takes_a_descriptor_that_listens),
        cmocka_unit_test(makes_the_file_of_a_unix_socket),
        cmocka_unit_test(tells_a_stale_file_from_a_living_one),
        cmocka_unit_test(listens_on_ipv6_beside_ipv4),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
