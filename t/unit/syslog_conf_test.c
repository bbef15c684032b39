/*
 * syslog_conf_test.c -- the word that names a syslog daemon, and its mistakes.
 */

#include "core/ct_config.h"

#include "core/ct_syslog_conf.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "core/ct_pool.h"


static int
set_up(void **state)
{
    *state = ct_pool_create(0);
    return 0;
}


static int
tear_down(void **state)
{
    ct_pool_destroy(*state);
    return 0;
}


static ct_syslog_conf_t
parse(void **state, const char *c_word)
{
    ct_syslog_conf_t conf;
    ct_str_t         why = CT_STR("");

    if (ct_syslog_conf_parse(*state, ct_str_of(c_word), &conf, &why) != CT_OK) {
        fail_msg("%s: %.*s", c_word, CT_STR_ARG(why));
    }
    return conf;
}


static void
refused(void **state, const char *c_word, const char *c_why)
{
    ct_syslog_conf_t conf;
    ct_str_t         why = CT_STR("");

    assert_int_equal(
        ct_syslog_conf_parse(*state, ct_str_of(c_word), &conf, &why), CT_ERROR);
    if (strstr(why.data, c_why) == NULL) {
        fail_msg("%s: %.*s", c_word, CT_STR_ARG(why));
    }
}


static void
what_is_left_out_is_as_with_nginx(void **state)
{
    const ct_syslog_conf_t conf = parse(state, "syslog:server=unix:/dev/log");

    assert_int_equal(conf.addr.any.sa_family, AF_UNIX);
    assert_string_equal(conf.addr.un.sun_path, "/dev/log");
    assert_int_equal(conf.facility, 23);
    assert_int_equal(conf.level, CT_LOG_INFO);
    assert_string_equal(conf.c_tag, "cthrift");
    assert_false(conf.is_5424);
    assert_false(conf.has_host);
}


static void
all_can_be_said(void **state)
{
    const ct_syslog_conf_t conf =
        parse(state, "syslog:server=127.0.0.1:5140,facility=daemon,"
                     "severity=warn,tag=my-tag_2,hostname=box.example,"
                     "rfc=5424");
    const struct sockaddr_in *in = (const void *) &conf.addr;

    assert_int_equal(in->sin_family, AF_INET);
    assert_int_equal(ntohs(in->sin_port), 5140);
    assert_int_equal(conf.facility, 3);
    assert_int_equal(conf.level, CT_LOG_WARN);
    assert_string_equal(conf.c_tag, "my-tag_2");
    assert_string_equal(conf.c_host, "box.example");
    assert_true(conf.is_5424);
    assert_true(conf.has_host);
}


static void
a_port_may_be_left_out(void **state)
{
    const ct_syslog_conf_t     four = parse(state, "syslog:server=127.0.0.1");
    const ct_syslog_conf_t     six = parse(state, "syslog:server=[::1]");
    const ct_syslog_conf_t     port = parse(state, "syslog:server=[::1]:99");
    const struct sockaddr_in  *in = (const void *) &four.addr;
    const struct sockaddr_in6 *in6 = (const void *) &six.addr;

    assert_int_equal(ntohs(in->sin_port), 514);
    assert_int_equal(in6->sin6_family, AF_INET6);
    assert_int_equal(ntohs(in6->sin6_port), 514);
    in6 = (const void *) &port.addr;
    assert_int_equal(ntohs(in6->sin6_port), 99);
    assert_true(four.has_host);
}


static void
no_host_is_said(void **state)
{
    const ct_syslog_conf_t conf =
        parse(state, "syslog:server=127.0.0.1,nohostname,rfc=5424");

    assert_false(conf.has_host);
}


static void
mistakes_are_named(void **state)
{
    char c_long[256] = "syslog:server=unix:/";

    refused(state, "syslog:", "needs a server");
    refused(state, "syslog:tag=a", "needs a server");
    refused(state, "file", "does not begin with 'syslog:'");
    refused(state, "syslog:server=unix:log", "begins with '/'");
    refused(state, "syslog:server=unix:", "begins with '/'");
    refused(state, "syslog:server=", "is no HOST:PORT");
    refused(state, "syslog:server=127.0.0.1:0", "is no HOST:PORT");
    refused(state, "syslog:server=127.0.0.1:65536", "is no HOST:PORT");
    refused(state, "syslog:server=127.0.0.1:x", "is no HOST:PORT");
    refused(state, "syslog:server=[::1", "is no [ADDRESS]:PORT");
    refused(state, "syslog:server=[::1]9", "is no [ADDRESS]:PORT");
    refused(state, "syslog:server=[]:9", "is no HOST:PORT");
    refused(state, "syslog:server=no..such:9", "is not known");
    refused(state, "syslog:server=127.0.0.1,facility=x", "local7");
    refused(state, "syslog:server=127.0.0.1,severity=x", "emerg");
    refused(state, "syslog:server=127.0.0.1,tag=a b", "not a tag");
    refused(state, "syslog:server=127.0.0.1,tag=", "not a tag");
    refused(state, "syslog:server=127.0.0.1,hostname=", "name of a host");
    refused(state, "syslog:server=127.0.0.1,rfc=821", "3164 or 5424");
    refused(state, "syslog:server=127.0.0.1,color=red", "'color=red'");
    memset(c_long + strlen(c_long), 'x', 200);
    refused(state, c_long, "too long");
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_is_as_with_nginx),
        cmocka_unit_test(all_can_be_said),
        cmocka_unit_test(a_port_may_be_left_out),
        cmocka_unit_test(no_host_is_said),
        cmocka_unit_test(mistakes_are_named),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
