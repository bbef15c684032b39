/*
 * syslog_test.c -- lines reach a daemon, whatever it is up to, or are dropped.
 */

#include "core/ct_config.h"

#include "core/ct_syslog.h"

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

#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "core/ct_queue.h"

/* Longer than the pause between two tries to connect. */
#define PAUSE_US 120000

typedef struct fixture_s {
    ct_pool_t   *pool;
    ct_queue_t   files;
    ct_syslog_t *syslog;
    int          daemon; /* a listening socket, or -1 */
    char         dir[64];
    char         path[96];
    char         got[2 * CT_SYSLOG_LINE_SIZE];
} fixture_t;


static int
set_up(void **state)
{
    fixture_t *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->pool = ct_pool_create(0);
    ct_queue_init(&fixture->files);
    fixture->daemon = -1;
    strcpy(fixture->dir, "/tmp/ct-syslog-XXXXXX");
    assert_non_null(mkdtemp(fixture->dir));
    snprintf(fixture->path, sizeof(fixture->path), "%s/log", fixture->dir);
    *state = fixture;
    return 0;
}


static void
daemon_ends(fixture_t *fixture)
{
    if (fixture->daemon != -1) {
        close(fixture->daemon);
        unlink(fixture->path);
        fixture->daemon = -1;
    }
}


static int
tear_down(void **state)
{
    fixture_t *fixture = *state;

    daemon_ends(fixture);
    rmdir(fixture->dir);
    ct_file_close_all(&fixture->files);
    ct_pool_destroy(fixture->pool);
    free(fixture);
    return 0;
}


static void
daemon_starts(fixture_t *fixture, int type)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    memcpy(addr.sun_path, fixture->path, strlen(fixture->path));
    fixture->daemon = socket(AF_UNIX, type, 0);
    assert_int_not_equal(fixture->daemon, -1);
    assert_int_equal(bind(fixture->daemon, (const void *) &addr, sizeof(addr)),
                     0);
    if (type == SOCK_STREAM) {
        assert_int_equal(listen(fixture->daemon, 1), 0);
    }
}


static void
use(fixture_t *fixture, const char *c_options)
{
    ct_str_t why;
    ct_str_t word = ct_str_printf(fixture->pool, "syslog:server=unix:%s%s",
                                  fixture->path, c_options);

    assert_int_equal(ct_syslog_create(fixture->pool, &fixture->files, word,
                                      &fixture->syslog, &why),
                     CT_OK);
}


static const char *
received(fixture_t *fixture)
{
    const ssize_t n = recv(fixture->daemon, fixture->got,
                           sizeof(fixture->got) - 1, MSG_DONTWAIT);

    fixture->got[n > 0 ? n : 0] = '\0';
    return fixture->got;
}


static ct_rc_t
say(fixture_t *fixture, const char *c_text)
{
    return ct_syslog_send(fixture->syslog, CT_LOG_ERR, ct_str_of(c_text));
}


static void
rfc_3164_is_what_libc_sends(void **state)
{
    fixture_t *fixture = *state;
    char       c_month[8];
    char       c_tail[64];
    int        day, hour, minute, second, end = 0;

    daemon_starts(fixture, SOCK_DGRAM);
    use(fixture, ",facility=daemon,tag=box");
    assert_int_equal(say(fixture, "a\nb\tc"), CT_OK);
    assert_int_equal(sscanf(received(fixture), "<27>%3s %2d %2d:%2d:%2d %n",
                            c_month, &day, &hour, &minute, &second, &end),
                     5);
    snprintf(c_tail, sizeof(c_tail), "box[%ld]: a.b c", (long) getpid());
    assert_string_equal(fixture->got + end, c_tail);
}


static void
rfc_5424_has_all_its_fields(void **state)
{
    fixture_t *fixture = *state;
    char       c_tail[96];
    int        end = 0;
    int        n[8];

    daemon_starts(fixture, SOCK_DGRAM);
    use(fixture, ",rfc=5424,hostname=me,severity=debug");
    ct_syslog_set_msgid(fixture->syslog, "access");
    assert_int_equal(ct_syslog_send(fixture->syslog, 0, CT_STR("plain")),
                     CT_OK);
    assert_int_equal(sscanf(received(fixture),
                            "<191>1 %4d-%2d-%2dT%2d:%2d:%2d.%6d%3d:%*2d %n",
                            &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6],
                            &n[7], &end),
                     8);
    snprintf(c_tail, sizeof(c_tail), "me cthrift %ld access - plain",
             (long) getpid());
    assert_string_equal(fixture->got + end, c_tail);
}


static void
utf8_says_that_it_is(void **state)
{
    fixture_t *fixture = *state;

    daemon_starts(fixture, SOCK_DGRAM);
    use(fixture, ",rfc=5424,nohostname");
    assert_int_equal(say(fixture, "gr\xc3\xbc\xc3\x9f"), CT_OK);
    assert_non_null(
        strstr(received(fixture), " - - \xef\xbb\xbfgr\xc3\xbc\xc3\x9f"));
    assert_int_equal(say(fixture, "no \xff text"), CT_OK);
    assert_non_null(strstr(received(fixture), " - - no \xff text"));
}


static void
a_long_line_is_cut(void **state)
{
    fixture_t *fixture = *state;
    char       text[CT_SYSLOG_LINE_SIZE + 100];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    daemon_starts(fixture, SOCK_DGRAM);
    use(fixture, "");
    assert_int_equal(say(fixture, text), CT_OK);
    assert_int_equal(strlen(received(fixture)), CT_SYSLOG_LINE_SIZE);
    assert_string_equal(fixture->got + CT_SYSLOG_LINE_SIZE - 4, "x...");
}


static void
nobody_there_drops_and_is_found_again(void **state)
{
    fixture_t *fixture = *state;

    use(fixture, "");
    assert_int_equal(say(fixture, "one"), CT_DECLINED);
    daemon_starts(fixture, SOCK_DGRAM);
    usleep(PAUSE_US);
    assert_int_equal(say(fixture, "two"), CT_OK);
    assert_non_null(strstr(received(fixture), ": two"));

    /* A restart costs nothing where the last try is some time ago. */
    usleep(PAUSE_US);
    daemon_ends(fixture);
    daemon_starts(fixture, SOCK_DGRAM);
    assert_int_equal(say(fixture, "three"), CT_OK);
    assert_non_null(strstr(received(fixture), ": three"));
}


static void
a_daemon_that_does_not_read_holds_up_nobody(void **state)
{
    fixture_t *fixture = *state;
    unsigned   sent = 0;
    unsigned   got = 0;

    daemon_starts(fixture, SOCK_DGRAM);
    use(fixture, "");
    while (sent < 1000000 && say(fixture, "again") == CT_OK) {
        sent++;
    }
    assert_true(sent < 1000000);
    assert_true(errno == EAGAIN || errno == ENOBUFS);
    while (received(fixture)[0] != '\0') {
        got++;
    }
    assert_int_equal(got, sent);
    assert_int_equal(say(fixture, "well again"), CT_OK);
}


static void
a_stream_is_spoken_where_it_is_wanted(void **state)
{
    fixture_t *fixture = *state;
    int        conn;

    daemon_starts(fixture, SOCK_STREAM);
    use(fixture, "");
    assert_int_equal(say(fixture, "one"), CT_OK);
    assert_int_equal(say(fixture, "two"), CT_OK);
    conn = accept(fixture->daemon, NULL, NULL);
    assert_int_not_equal(conn, -1);
    close(fixture->daemon);
    fixture->daemon = conn;
    assert_non_null(strstr(received(fixture), ": one\n<187>"));
    assert_string_equal(fixture->got + strlen(fixture->got) - 6, ": two\n");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rfc_3164_is_what_libc_sends, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rfc_5424_has_all_its_fields, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(utf8_says_that_it_is, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_long_line_is_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_there_drops_and_is_found_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_daemon_that_does_not_read_holds_up_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stream_is_spoken_where_it_is_wanted,
                                        set_up, tear_down),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
