/*
 * client_test.c -- what a client says of replies that it did not hope for.
 *
 * A child is the server: it answers whatever it is asked with the bytes of
 * the test.
 */

#include "core/ct_config.h"

#include "thrift/ct_client.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_str.h"

/* struct Box { 1: i32 n } and Box get(), by hand. */
typedef struct box_s {
    int32_t n;
} box_t;

typedef struct result_s {
    box_t *success;
} result_t;

static const ct_field_t box_fields[] = {
    { .name = "n",
      .type = &ct_type_i32,
      .id = 1,
      .offset = offsetof(box_t, n),
      .has_offset = CT_NO_FLAG },
};

static const ct_struct_t box_struct = { .name = "Box",
                                        .fields = box_fields,
                                        .nfields = 1,
                                        .size = sizeof(box_t) };

static const ct_type_t box_type = { .ttype = CT_T_STRUCT,
                                    .strct = &box_struct };

static const ct_field_t result_fields[] = {
    { .name = "success",
      .type = &box_type,
      .id = 0,
      .offset = offsetof(result_t, success),
      .has_offset = CT_NO_FLAG },
};

static const ct_struct_t args_struct = { .name = "get_args", .size = 1 };

static const ct_struct_t result_struct = { .name = "get_result",
                                           .fields = result_fields,
                                           .nfields = 1,
                                           .size = sizeof(result_t),
                                           .is_result = true };

static const ct_method_t get = { .name = "get",
                                 .args = &args_struct,
                                 .result = &result_struct };

#define HEAD(type, seqid) "\x80\1\0" type "\0\0\0\3get\0\0\0" seqid

typedef struct server_s {
    pid_t pid;
    char  c_address[32];
} server_t;


/* In the child: one connection, one answer. */
static void
serve(int listener, const char *bytes, size_t len)
{
    char      unread[256];
    const int fd = accept(listener, NULL, NULL);

    (void) !read(fd, unread, sizeof(unread));
    (void) !write(fd, bytes, len);
    (void) !read(fd, unread, sizeof(unread));
    _exit(0);
}


static void
server_start(server_t *server, const char *bytes, size_t len)
{
    struct sockaddr_in addr = { .sin_family = AF_INET };
    socklen_t          size = sizeof(addr);
    const int          listener = socket(AF_INET, SOCK_STREAM, 0);

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(listener, (void *) &addr, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (void *) &addr, &size), 0);
    snprintf(server->c_address, sizeof(server->c_address), "127.0.0.1:%d",
             (int) ntohs(addr.sin_port));
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        serve(listener, bytes, len);
    }
    close(listener);
}


/* Calls get() of a server that answers so; the client goes on living. */
static ct_client_t *
ask(const char *bytes, size_t len, ct_rc_t *rc, result_t *result)
{
    const uint8_t    unused = 0;
    ct_client_conf_t conf;
    ct_client_t     *client;
    server_t         server;

    server_start(&server, bytes, len);
    ct_client_conf_init(&conf, server.c_address);
    conf.transport = &ct_unframed_transport;
    conf.receive_timeout_ms = 5000;
    client = ct_client_create(&conf);
    *rc = ct_client_call(client, &get, &unused, result);
    ct_client_close(client);
    assert_int_equal(waitpid(server.pid, NULL, 0), server.pid);
    return client;
}

#define ASK(bytes, rc, result) ask(bytes, sizeof(bytes) - 1, rc, result)


static void
takes_a_result(void **state CT_UNUSED)
{
    ct_rc_t      rc;
    result_t     result;
    ct_client_t *client =
        ASK(HEAD("\2", "\1") "\x0c\0\0\x08\0\1\0\0\0\7\0\0", &rc, &result);

    assert_int_equal(rc, CT_OK);
    assert_int_equal(result.success->n, 7);
    ct_client_destroy(client);
}


/* Or the caller would look behind a pointer that is not set. */
static void
refuses_a_reply_without_a_result(void **state CT_UNUSED)
{
    ct_rc_t      rc;
    result_t     result;
    ct_client_t *client = ASK(HEAD("\2", "\1") "\0", &rc, &result);

    assert_int_equal(rc, CT_ERROR);
    assert_int_equal(ct_client_app_error(client), CT_APP_MISSING_RESULT);
    ct_client_destroy(client);
}


static void
tells_of_an_exception(void **state CT_UNUSED)
{
    ct_rc_t      rc;
    result_t     result;
    ct_client_t *client = ASK(
        HEAD("\3", "\1") "\x0b\0\1\0\0\0\2no\x08\0\2\0\0\0\1\0", &rc, &result);

    assert_int_equal(rc, CT_ERROR);
    assert_int_equal(ct_client_app_error(client), CT_APP_UNKNOWN_METHOD);
    assert_non_null(strstr(ct_client_error(client), "no"));
    ct_client_destroy(client);
}


static void
refuses_what_answers_nobody(void **state CT_UNUSED)
{
    ct_rc_t      rc;
    result_t     result;
    ct_client_t *client = ASK(HEAD("\2", "\2") "\0", &rc, &result);

    assert_int_equal(rc, CT_ERROR);
    assert_int_equal(ct_client_app_error(client), -1);
    ct_client_destroy(client);

    client = ASK(HEAD("\1", "\1") "\0", &rc, &result);
    assert_int_equal(rc, CT_ERROR);
    ct_client_destroy(client);

    client = ASK(HEAD("\2", "\1") "\x0f\0\0\x0b\x7f\xff\xff\xff", &rc, &result);
    assert_int_equal(rc, CT_ERROR);
    ct_client_destroy(client);
}


static void
knows_what_goes_together(void **state CT_UNUSED)
{
    static const struct {
        const char *c_transport;
        const char *c_protocol;
        ct_rc_t     rc;
    } dialects[] = {
        { "framed", "json", CT_OK },       { "unframed", "compact", CT_OK },
        { "http", "json", CT_OK },         { "zlib", "json", CT_OK },
        { "header", "compact", CT_OK },    { "ttheader", "binary", CT_OK },
        { "header", "json", CT_DECLINED }, { "ttheader", "json", CT_DECLINED },
        { "framed", "xml", CT_DECLINED },  { "smtp", "binary", CT_DECLINED },
    };
    ct_client_conf_t conf;

    for (size_t i = 0; i < CT_ARRAY_LEN(dialects); i++) {
        ct_client_conf_init(&conf, "127.0.0.1:1");
        assert_int_equal(ct_client_conf_dialect(&conf, dialects[i].c_transport,
                                                dialects[i].c_protocol),
                         dialects[i].rc);
    }
}


int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_result),
        cmocka_unit_test(refuses_a_reply_without_a_result),
        cmocka_unit_test(tells_of_an_exception),
        cmocka_unit_test(refuses_what_answers_nobody),
        cmocka_unit_test(knows_what_goes_together),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
