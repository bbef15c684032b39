/*
 * tls_test.c -- an encrypted connection keeps the contracts of a plain one.
 *
 * The other end of a socket pair is OpenSSL's own client, in the same thread:
 * neither end blocks, and the test gives each its turn.
 */

#include "core/ct_config.h"

#include "event/ct_tls.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/ct_file.h"
#include "event/ct_conn.h"
#include "event/ct_loop.h"
#include "tls_fixture.h"

#define TURNS 200


typedef struct tls_fixture_s {
    fixture_t         conf;
    char              dir[64];
    ct_tls_context_t *context;
    ct_loop_t        *loop;
    ct_conn_t         conn;
    int               peer;
    SSL_CTX          *ctx;
    SSL              *client;
    ct_rc_t           handshake;
    unsigned          nreadable;
    unsigned          nwritable;
} tls_fixture_t;


static void
shake_hands(ct_conn_t *conn)
{
    tls_fixture_t *f = conn->session;

    if (f->handshake == CT_AGAIN) {
        f->handshake = ct_tls_handshake(conn);
    }
}


static void
on_readable(ct_conn_t *conn)
{
    tls_fixture_t *f = conn->session;

    f->nreadable++;
    shake_hands(conn);
}


static void
on_writable(ct_conn_t *conn)
{
    tls_fixture_t *f = conn->session;

    f->nwritable++;
    shake_hands(conn);
}


static const ct_conn_events_t events = { .on_readable = on_readable,
                                         .on_writable = on_writable };


/* A connection; the client's end has no SSL yet. */
static void
open_both(tls_fixture_t *f)
{
    int fds[2];

    f->handshake = CT_AGAIN;
    f->conn = (ct_conn_t){ .closed = false };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(ct_file_set_nonblocking(fds[0], true), CT_OK);
    assert_int_equal(ct_file_set_nonblocking(fds[1], true), CT_OK);
    f->peer = fds[1];
    f->conn.events = &events;
    f->conn.session = f;
    f->conn.log = &f->conf.cycle->log;
    assert_int_equal(ct_conn_open(&f->conn, f->loop, fds[0]), CT_OK);
    assert_int_equal(ct_tls_begin(&f->conn, f->context), CT_OK);
    f->client = SSL_new(f->ctx);
    SSL_set_fd(f->client, f->peer);
    SSL_set_connect_state(f->client);
}


static void
close_both(tls_fixture_t *f)
{
    ct_conn_close(&f->conn);
    assert_null(f->conn.tls);
    (void) SSL_shutdown(f->client);
    SSL_free(f->client);
    close(f->peer);
}


/* With a client's certificate of that age, if it is not 0. */
static void
start_with(tls_fixture_t *f, long age_s)
{
    ct_tls_conf_t conf;
    char          path[128];

    *f = (tls_fixture_t){ .peer = -1 };
    fixture_init(&f->conf, tls_no_modules);
    tls_make_dir(f->dir);
    tls_make_cert(f->dir, "one", "DNS:one.test", EVP_EC_gen("P-256"));
    conf = tls_conf(&f->conf, f->dir, "one");
    f->ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(f->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE
                                 | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (age_s != 0) {
        tls_make_cert_until(f->dir, "client", NULL, EVP_EC_gen("P-256"), age_s);
        conf.verify_client = CT_TLS_VERIFY_ON;
        conf.client_certificate = tls_word(&f->conf, f->dir, "client", "pem");
        snprintf(path, sizeof(path), "%s/client.pem", f->dir);
        assert_int_equal(SSL_CTX_use_certificate_chain_file(f->ctx, path), 1);
        snprintf(path, sizeof(path), "%s/client.key", f->dir);
        assert_int_equal(
            SSL_CTX_use_PrivateKey_file(f->ctx, path, SSL_FILETYPE_PEM), 1);
    }
    f->context = ct_tls_context_create(&conf, f->conf.cycle);
    assert_non_null(f->context);
    f->loop = ct_loop_create(NULL, 8, &f->conf.cycle->log);
    open_both(f);
}


static void
start(tls_fixture_t *f)
{
    start_with(f, 0);
}


static void
stop(tls_fixture_t *f)
{
    close_both(f);
    SSL_CTX_free(f->ctx);
    ct_loop_destroy(f->loop);
    tls_remove_dir(f->dir);
    fixture_release(&f->conf);
}


/* Both ends in turn, until both are done. */
static void
connect_both(tls_fixture_t *f)
{
    int done = 0;

    for (int i = 0; i < TURNS && (done != 1 || f->handshake == CT_AGAIN); i++) {
        done = SSL_do_handshake(f->client);
        ct_loop_turn(f->loop, 0);
    }
    assert_int_equal(done, 1);
    assert_int_equal(f->handshake, CT_OK);
    ct_loop_turn(f->loop, 0);
}


static void
client_says(tls_fixture_t *f, const char *c_words)
{
    assert_int_equal(SSL_write(f->client, c_words, (int) strlen(c_words)),
                     (int) strlen(c_words));
}


static void
carries_words_both_ways(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          words[32] = "";
    size_t        n = 0;

    start(&f);
    connect_both(&f);
    assert_int_equal(ct_conn_recv(&f.conn, words, sizeof(words), &n), CT_AGAIN);
    assert_false(f.conn.io.readable);

    f.nreadable = 0;
    client_says(&f, "hello");
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.nreadable, 1);
    assert_int_equal(ct_conn_recv(&f.conn, words, sizeof(words), &n), CT_OK);
    assert_memory_equal(words, "hello", 5);
    assert_int_equal(n, 5);
    assert_false(f.conn.io.readable);

    assert_int_equal(ct_conn_send(&f.conn, "hi there", 8, &n), CT_OK);
    assert_int_equal(n, 8);
    assert_int_equal(SSL_read(f.client, words, sizeof(words)), 8);
    assert_memory_equal(words, "hi there", 8);
    stop(&f);
}


/* The kernel has nothing left, OpenSSL has. */
static void
stays_readable_while_bytes_wait_inside(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          word;
    size_t        n;

    start(&f);
    connect_both(&f);
    (void) ct_conn_recv(&f.conn, &word, 1, &n);
    client_says(&f, "ab");
    client_says(&f, "c");
    ct_loop_turn(f.loop, 0);
    for (const char *c = "abc"; *c != '\0'; c++) {
        assert_true(f.conn.io.readable);
        assert_int_equal(ct_conn_recv(&f.conn, &word, 1, &n), CT_OK);
        assert_int_equal(word, *c);
    }
    assert_int_equal(ct_conn_recv(&f.conn, &word, 1, &n), CT_AGAIN);
    assert_false(f.conn.io.readable);

    /* And the next edge is heard. */
    f.nreadable = 0;
    client_says(&f, "d");
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.nreadable, 1);
    stop(&f);
}


/* A record in two halves. */
static void
waits_for_the_rest_of_a_record(void **state CT_UNUSED)
{
    tls_fixture_t f;
    BIO          *memory = BIO_new(BIO_s_mem());
    BIO          *socket;
    char         *bytes;
    char          words[8];
    size_t        n;
    long          len;

    start(&f);
    connect_both(&f);
    (void) ct_conn_recv(&f.conn, words, sizeof(words), &n);
    socket = SSL_get_wbio(f.client);
    BIO_up_ref(socket);
    SSL_set0_wbio(f.client, memory);
    client_says(&f, "half");
    len = BIO_get_mem_data(memory, &bytes);
    assert_true(len > 10);

    assert_int_equal(write(f.peer, bytes, 10), 10);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_AGAIN);
    assert_false(f.conn.io.readable);
    assert_int_equal(write(f.peer, bytes + 10, (size_t) len - 10), len - 10);
    ct_loop_turn(f.loop, 0);
    assert_true(f.conn.io.readable);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_OK);
    assert_int_equal(n, 4);
    SSL_set0_wbio(f.client, socket);
    stop(&f);
}


/* As ct_output does: what is left moves, and more is put behind it. */
static void
sends_more_than_fits(void **state CT_UNUSED)
{
    enum {
        ALL = 4 * 1024 * 1024
    };
    tls_fixture_t f;
    uint8_t      *out = malloc(ALL);
    uint8_t      *in = malloc(ALL);
    uint8_t      *moved = malloc(ALL);
    size_t        sent = 0;
    size_t        got = 0;
    size_t        nagain = 0;

    start(&f);
    connect_both(&f);
    for (size_t i = 0; i < ALL; i++) {
        out[i] = (uint8_t) (i * 31 >> 3);
    }
    while (got < ALL) {
        size_t  n = 0;
        ct_rc_t rc = CT_OK;

        while (rc == CT_OK && sent < ALL) {
            memcpy(moved, out + sent, ALL - sent);
            rc = ct_conn_send(&f.conn, moved, ALL - sent, &n);
            memset(moved, 0, ALL - sent);
            sent += rc == CT_OK ? n : 0;
        }
        assert_int_not_equal(rc, CT_ERROR);
        if (rc == CT_AGAIN) {
            assert_false(f.conn.io.writable);
            nagain++;
        }
        while (SSL_read_ex(f.client, in + got, ALL - got, &n) == 1) {
            got += n;
        }
        ct_loop_turn(f.loop, 0);
    }
    assert_memory_equal(in, out, ALL);
    assert_true(nagain > 0);
    stop(&f);
    free(out);
    free(in);
    free(moved);
}


static void
takes_a_goodbye_for_the_end(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          words[8];
    size_t        n;

    start(&f);
    connect_both(&f);
    client_says(&f, "last");
    SSL_shutdown(f.client);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_OK);
    assert_int_equal(n, 4);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_DECLINED);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_DECLINED);

    /* The other direction stays open. */
    assert_int_equal(ct_conn_send(&f.conn, "reply", 5, &n), CT_OK);
    assert_int_equal(SSL_read(f.client, words, 8), 5);
    stop(&f);
}


static void
takes_a_cut_for_the_end(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          words[8];
    size_t        n;

    start(&f);
    connect_both(&f);
    client_says(&f, "last");
    shutdown(f.peer, SHUT_WR);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_OK);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_DECLINED);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_DECLINED);
    assert_non_null(strstr(fixture_messages(&f.conf), "without a goodbye"));

    /* What it came for still goes out. */
    assert_int_equal(ct_conn_send(&f.conn, "reply", 5, &n), CT_OK);
    assert_int_equal(SSL_read(f.client, words, 8), 5);
    stop(&f);
}


static void
says_goodbye(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          words[8];
    size_t        n;

    start(&f);
    connect_both(&f);
    ct_conn_shutdown(&f.conn);
    ct_conn_shutdown(&f.conn);
    assert_int_equal(SSL_read(f.client, words, 8), 0);
    assert_int_equal(SSL_get_error(f.client, 0), SSL_ERROR_ZERO_RETURN);

    /* What comes now is still read. */
    client_says(&f, "late");
    ct_loop_turn(f.loop, 0);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_OK);
    assert_int_equal(n, 4);
    stop(&f);
}


static void
says_goodbye_when_it_closes(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          word;

    start(&f);
    connect_both(&f);
    ct_conn_close(&f.conn);
    assert_int_equal(SSL_read(f.client, &word, 1), 0);
    assert_int_equal(SSL_get_error(f.client, 0), SSL_ERROR_ZERO_RETURN);
    stop(&f);
}


/* No room for the goodbye now: it goes when there is some, and then the end. */
static void
says_goodbye_later(void **state CT_UNUSED)
{
    static uint8_t bytes[65536];
    tls_fixture_t  f;
    size_t         n;
    int            rc;

    start(&f);
    connect_both(&f);
    while (send(f.conn.io.fd, bytes, 1, 0) == 1) {
    }
    ct_conn_shutdown(&f.conn);
    while (recv(f.peer, bytes, sizeof(bytes), 0) > 0) {
        ct_loop_turn(f.loop, 0);
    }
    rc = (int) recv(f.peer, bytes, sizeof(bytes), 0);
    assert_int_equal(rc, 0);
    assert_int_equal(ct_conn_recv(&f.conn, bytes, 1, &n), CT_AGAIN);
    stop(&f);
}


static void
knows_plaintext(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          words[CT_TLS_REASON_SIZE];

    start(&f);
    assert_int_equal(write(f.peer, "\0\0\0\x11\x80\x01", 6), 6);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.handshake, CT_ERROR);
    assert_true(ct_tls_is_plaintext(&f.conn));
    assert_string_equal(ct_tls_reason(&f.conn, words, sizeof(words)),
                        "it does not speak TLS");
    /* It would not understand an alert. */
    assert_int_equal(recv(f.peer, words, sizeof(words), 0), -1);
    stop(&f);
}


static void
fails_on_garbage(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          words[CT_TLS_REASON_SIZE];
    size_t        n;

    start(&f);
    assert_int_equal(write(f.peer, "\x16\x03\x01\0\x05garbage", 12), 12);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.handshake, CT_ERROR);
    assert_false(ct_tls_is_plaintext(&f.conn));
    assert_true(strlen(ct_tls_reason(&f.conn, words, sizeof(words))) > 0);
    assert_int_equal(ct_tls_handshake(&f.conn), CT_ERROR);
    stop(&f);

    start(&f);
    connect_both(&f);
    assert_int_equal(write(f.peer, "\x17\x03\x03\0\x05garbage", 12), 12);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_ERROR);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_ERROR);
    assert_int_equal(ct_conn_send(&f.conn, words, 8, &n), CT_ERROR);
    stop(&f);
}


static void
tells_of_a_client_that_goes_away(void **state CT_UNUSED)
{
    tls_fixture_t f;
    char          words[CT_TLS_REASON_SIZE];

    start(&f);
    SSL_do_handshake(f.client);
    ct_loop_turn(f.loop, 0);
    shutdown(f.peer, SHUT_RDWR);
    ct_loop_turn(f.loop, 0);
    assert_int_equal(f.handshake, CT_ERROR);
    assert_string_equal(ct_tls_reason(&f.conn, words, sizeof(words)),
                        "it has closed the connection");
    stop(&f);
}


/* Every byte of the handshake alone. */
static void
reads_a_hello_in_crumbs(void **state CT_UNUSED)
{
    tls_fixture_t f;
    BIO          *memory = BIO_new(BIO_s_mem());
    char          byte;

    start(&f);
    BIO_set_mem_eof_return(memory, -1);
    BIO_up_ref(memory);
    SSL_set0_wbio(f.client, memory);
    for (int i = 0; i < TURNS && f.handshake == CT_AGAIN; i++) {
        (void) SSL_do_handshake(f.client);
        while (BIO_read(memory, &byte, 1) == 1) {
            assert_int_equal(write(f.peer, &byte, 1), 1);
            ct_loop_turn(f.loop, 0);
        }
    }
    assert_int_equal(f.handshake, CT_OK);
    BIO_free(memory);
    stop(&f);
}


/* New keys in the middle of a reply that does not fit. */
static void
changes_keys(void **state CT_UNUSED)
{
    enum {
        ALL = 2 * 1024 * 1024
    };
    static uint8_t out[ALL];
    static uint8_t in[ALL];
    tls_fixture_t  f;
    char           words[8];
    size_t         sent = 0;
    size_t         got = 0;
    size_t         n;

    start(&f);
    connect_both(&f);
    assert_int_equal(SSL_version(f.client), TLS1_3_VERSION);
    for (size_t i = 0; i < ALL; i++) {
        out[i] = (uint8_t) (i * 17 >> 4);
    }
    while (ct_conn_send(&f.conn, out + sent, ALL - sent, &n) == CT_OK) {
        sent += n;
    }
    assert_true(sent < ALL);
    assert_int_equal(SSL_key_update(f.client, SSL_KEY_UPDATE_REQUESTED), 1);
    client_says(&f, "new");
    ct_loop_turn(f.loop, 0);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_OK);
    assert_int_equal(n, 3);
    for (int i = 0; i < TURNS * 10 && got < ALL; i++) {
        if (sent < ALL
            && ct_conn_send(&f.conn, out + sent, ALL - sent, &n) == CT_OK) {
            sent += n;
        }
        while (SSL_read_ex(f.client, in + got, ALL - got, &n) == 1) {
            got += n;
        }
        ct_loop_turn(f.loop, 0);
    }
    assert_int_equal(got, ALL);
    assert_memory_equal(in, out, ALL);
    client_says(&f, "more");
    ct_loop_turn(f.loop, 0);
    assert_int_equal(ct_conn_recv(&f.conn, words, 8, &n), CT_OK);
    stop(&f);
}


/* The certificate that a session began with may have run out by now. */
static void
refuses_a_session_whose_certificate_has_expired(void **state CT_UNUSED)
{
    tls_fixture_t f;
    SSL_SESSION  *session;
    ct_pool_t    *pool;
    char          words[CT_TLS_REASON_SIZE];

    start_with(&f, 2);
    connect_both(&f);
    pool = f.conf.cycle->pool;
    assert_string_equal(ct_tls_get_client_verify(&f.conn, pool).data,
                        "SUCCESS");
    assert_string_equal(ct_tls_get_client_s_dn(&f.conn, pool).data,
                        "CN=client");
    assert_string_equal(ct_tls_get_client_v_remain(&f.conn, pool).data, "0");
    (void) SSL_read(f.client, words, sizeof(words)); /* the tickets */
    session = SSL_get1_session(f.client);
    close_both(&f);

    while (X509_cmp_current_time(
               X509_get0_notAfter(SSL_CTX_get0_certificate(f.ctx)))
           > 0) {
        usleep(100000);
    }
    open_both(&f);
    SSL_set_session(f.client, session);
    for (int i = 0; i < TURNS && f.handshake == CT_AGAIN; i++) {
        (void) SSL_do_handshake(f.client);
        ct_loop_turn(f.loop, 0);
    }
    assert_int_equal(f.handshake, CT_ERROR);
    assert_string_equal(ct_tls_reason(&f.conn, words, sizeof(words)),
                        "its certificate has run out since its session began");
    SSL_SESSION_free(session);
    stop(&f);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_words_both_ways),
        cmocka_unit_test(stays_readable_while_bytes_wait_inside),
        cmocka_unit_test(waits_for_the_rest_of_a_record),
        cmocka_unit_test(sends_more_than_fits),
        cmocka_unit_test(takes_a_goodbye_for_the_end),
        cmocka_unit_test(takes_a_cut_for_the_end),
        cmocka_unit_test(says_goodbye),
        cmocka_unit_test(says_goodbye_when_it_closes),
        cmocka_unit_test(says_goodbye_later),
        cmocka_unit_test(knows_plaintext),
        cmocka_unit_test(fails_on_garbage),
        cmocka_unit_test(tells_of_a_client_that_goes_away),
        cmocka_unit_test(reads_a_hello_in_crumbs),
        cmocka_unit_test(changes_keys),
        cmocka_unit_test(refuses_a_session_whose_certificate_has_expired),
    };

    (void) signal(SIGPIPE, SIG_IGN); /* the client's end has no care for it */
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
