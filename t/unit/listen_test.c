/*
 * listen_test.c -- what a `listen` directive may say.
 */

#include "core/ct_config.h"

#include "event/ct_listen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "event_fixture.h"


/* The only listen of a configuration that must be right. */
static const ct_listen_t *
read_one(fixture_t *fixture, const char *c_text)
{
    assert_int_equal(fixture_read(fixture, c_text), CT_OK);
    assert_int_equal(ct_event_listens(fixture->cycle)->list.n, 1);
    return ct_listens_at(ct_event_listens(fixture->cycle), 0);
}


static void
refuse(const char *c_text, const char *c_message)
{
    fixture_t fixture;

    assert_int_equal(fixture_read(&fixture, c_text), CT_ERROR);
    fixture_expect(&fixture, c_message);
    fixture_release(&fixture);
}


static void
has_defaults(void **state CT_UNUSED)
{
    fixture_t          fixture;
    const ct_listen_t *listen = read_one(&fixture, "listen 127.0.0.1:9090;");

    assert_string_equal(listen->text.data, "127.0.0.1:9090");
    assert_int_equal(listen->backlog, 511);
    assert_false(listen->reuseport);
    assert_false(listen->deferred);
    assert_int_equal(listen->fastopen, 0);
    assert_int_equal(listen->so_keepalive, CT_TRI_UNSET);
    assert_int_equal(listen->ipv6only, CT_TRI_UNSET);
    assert_int_equal(listen->nfds, 0);
    fixture_release(&fixture);
}


static void
takes_every_option(void **state CT_UNUSED)
{
    fixture_t          fixture;
    const ct_listen_t *listen =
        read_one(&fixture, "listen [::1]:9090 backlog=64 reuseport "
                           "so_keepalive=on deferred fastopen=16 rcvbuf=64k "
                           "sndbuf=1m ipv6only=off;");

    assert_int_equal(listen->backlog, 64);
    assert_true(listen->reuseport);
    assert_true(listen->deferred);
    assert_int_equal(listen->fastopen, 16);
    assert_int_equal(listen->rcvbuf, 65536);
    assert_int_equal(listen->sndbuf, 1 << 20);
    assert_int_equal(listen->so_keepalive, CT_TRI_ON);
    assert_int_equal(listen->ipv6only, CT_TRI_OFF);
    fixture_release(&fixture);

    listen = read_one(&fixture,
                      "listen unix:run/x mode=0660 owner=root group=root;");
    assert_int_equal(listen->mode, 0660);
    assert_string_equal(listen->owner.data, "root");
    assert_string_equal(listen->group.data, "root");
    assert_string_equal(listen->addr.sa.un.sun_path, "/prefix/run/x");
    assert_false(listen->ssl);
    fixture_release(&fixture);

    listen = read_one(&fixture, "listen 80 ssl;");
    assert_true(listen->ssl && !listen->ssl_optional);
    fixture_release(&fixture);

    listen = read_one(&fixture, "listen 80 ssl=optional;");
    assert_true(listen->ssl && listen->ssl_optional);
    fixture_release(&fixture);

    listen = read_one(&fixture, "listen 80 ssl optional;");
    assert_true(listen->ssl && listen->ssl_optional);
    fixture_release(&fixture);
}


static void
refuses_wrong_values(void **state CT_UNUSED)
{
    refuse("listen 1.2.3.4;",
           "invalid address '1.2.3.4': a port is missing in test:1");
    refuse("listen 80 backlog=0;",
           "invalid value '0' of listen option 'backlog=' in test:1");
    refuse("listen 80 backlog=;",
           "invalid value '' of listen option 'backlog=' in test:1");
    refuse("listen 80 rcvbuf=1;",
           "invalid value '1' of listen option 'rcvbuf=' in test:1");
    refuse("listen 80 rcvbuf=4g;",
           "invalid value '4g' of listen option 'rcvbuf=' in test:1");
    refuse("listen 80 so_keepalive=yes;",
           "invalid value 'yes' of listen option 'so_keepalive=' in test:1");
    refuse("listen unix:/x mode=888;",
           "invalid value '888' of listen option 'mode=' in test:1");
    refuse("listen unix:/x mode=77777777777777777777;",
           "invalid value '77777777777777777777' of listen option 'mode=' in "
           "test:1");
    refuse("listen unix:/x owner=nobody-of-that-name;",
           "there is no user 'nobody-of-that-name' in test:1");
    refuse("listen 80 reuseports;",
           "unknown listen option 'reuseports' in test:1");
    refuse("listen 80 ssl=on;",
           "invalid value 'on' of listen option 'ssl=' in test:1");
    refuse("listen 80 ssl ssl=optional;",
           "listen option 'ssl' is given twice in test:1");
    refuse("listen 80 optional ssl;",
           "'optional' stands behind 'ssl' in test:1");
}


static void
refuses_what_has_no_effect(void **state CT_UNUSED)
{
    refuse("listen 80 mode=660;",
           "listen option 'mode=660' has no effect on '80' in test:1");
    refuse("listen unix:@x mode=660;",
           "listen option 'mode=660' has no effect on 'unix:@x' in test:1");
    refuse("listen unix:/x reuseport;",
           "listen option 'reuseport' has no effect on 'unix:/x' in test:1");
    refuse("listen fd:3 reuseport;",
           "listen option 'reuseport' has no effect on 'fd:3' in test:1");
    refuse("listen 80 ipv6only=on;",
           "listen option 'ipv6only=on' has no effect on '80' in test:1");
    refuse("listen 80 deferred deferred;",
           "listen option 'deferred' is given twice in test:1");
    refuse("listen 80;\nlisten *:80 backlog=1;",
           "listen on '*:80' is given twice in test:2");
    refuse("listen unix:/prefix/a;\nlisten unix:a;",
           "listen on 'unix:a' is given twice in test:2");
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(takes_every_option),
        cmocka_unit_test(refuses_wrong_values),
        cmocka_unit_test(refuses_what_has_no_effect),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
