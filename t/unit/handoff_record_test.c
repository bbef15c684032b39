/*
 * handoff_record_test.c -- what is written of a connection is read again, also
 * by another release, and nothing else is.
 */

#include "core/ct_config.h"

#include "event/ct_handoff_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>

#include "core/ct_buf.h"


static ct_peer_t
peer_of(const char *c_host, uint16_t port)
{
    ct_peer_t peer;

    memset(&peer, 0, sizeof(peer));
    assert_int_equal(ct_peer_parse(ct_str_of(c_host), port, &peer), CT_OK);
    return peer;
}


static ct_handoff_record_t
full_record(void)
{
    ct_handoff_record_t record;

    memset(&record, 0, sizeof(record));
    record.listen = CT_STR("127.0.0.1:9090");
    record.peer = peer_of("2001:db8::7", 4711);
    record.is_proxied = true;
    record.socket = peer_of("10.0.0.1", 1);
    record.server = peer_of("10.0.0.2", 2);
    record.accepted_ms = UINT64_C(0x0123456789abcdef);
    record.due_ms = 3;
    record.ncalls = 4;
    record.nbounces = 5;
    record.transport = CT_STR("framed");
    record.protocol = CT_STR("compact");
    record.opening = 0x8001;
    record.headers = CT_STR("some headers");
    record.rest = (ct_str_t){ 4, "\0\1\2\3" };
    return record;
}


static void
all_fields_arrive(void **state CT_UNUSED)
{
    const ct_handoff_record_t out = full_record();
    ct_handoff_record_t       in;
    ct_buf_t                  buf;
    char                      text[CT_ADDR_TEXT_SIZE];

    ct_buf_init(&buf);
    assert_int_equal(ct_handoff_record_write(&out, &buf), CT_OK);
    assert_int_equal(ct_handoff_record_read(buf.pos, ct_buf_len(&buf), &in),
                     CT_OK);
    assert_true(ct_str_eq(in.listen, out.listen));
    assert_string_equal(ct_peer_text(&in.peer, text, sizeof(text)),
                        "[2001:db8::7]:4711");
    assert_true(in.is_proxied);
    assert_string_equal(ct_peer_text(&in.socket, text, sizeof(text)),
                        "10.0.0.1:1");
    assert_string_equal(ct_peer_text(&in.server, text, sizeof(text)),
                        "10.0.0.2:2");
    assert_true(in.accepted_ms == out.accepted_ms);
    assert_int_equal(in.due_ms, 3);
    assert_int_equal(in.ncalls, 4);
    assert_int_equal(in.nbounces, 5);
    assert_true(ct_str_eq(in.transport, out.transport));
    assert_true(ct_str_eq(in.protocol, out.protocol));
    assert_int_equal(in.opening, 0x8001);
    assert_true(ct_str_eq(in.headers, out.headers));
    assert_true(ct_str_eq(in.rest, out.rest));
    ct_buf_release(&buf);
}


/* What it does not say is as if the connection were new. */
static void
little_is_enough(void **state CT_UNUSED)
{
    ct_handoff_record_t out;
    ct_handoff_record_t in;
    ct_buf_t            buf;

    memset(&out, 0, sizeof(out));
    out.listen = CT_STR("unix:/x");
    out.peer.sa.any.sa_family = AF_UNIX;
    ct_buf_init(&buf);
    assert_int_equal(ct_handoff_record_write(&out, &buf), CT_OK);
    assert_int_equal(ct_handoff_record_read(buf.pos, ct_buf_len(&buf), &in),
                     CT_OK);
    assert_false(in.is_proxied);
    assert_int_equal(in.ncalls, 0);
    assert_int_equal(in.transport.len, 0);
    assert_int_equal(in.rest.len, 0);
    ct_buf_release(&buf);
}


/* A field of a newer release, between ours. */
static void
unknown_fields_are_passed_over(void **state CT_UNUSED)
{
    static const uint8_t      newer[] = { 0x7f, 0x01, 0,    0, 0, 2, 'h',
                                          'i',  0x7f, 0x02, 0, 0, 0, 0 };
    const ct_handoff_record_t out = full_record();
    ct_handoff_record_t       in;
    ct_buf_t                  buf;

    ct_buf_init(&buf);
    assert_int_equal(ct_handoff_record_write(&out, &buf), CT_OK);
    assert_int_equal(ct_buf_append(&buf, newer, sizeof(newer)), CT_OK);
    assert_int_equal(ct_handoff_record_read(buf.pos, ct_buf_len(&buf), &in),
                     CT_OK);
    assert_int_equal(in.ncalls, 4);
    ct_buf_release(&buf);
}


/* Where one is cut off there may be a whole record, of fewer fields. */
static void
parts_of_one_do_no_harm(void **state CT_UNUSED)
{
    const ct_handoff_record_t out = full_record();
    ct_handoff_record_t       in;
    ct_buf_t                  buf;
    unsigned                  nread = 0;

    ct_buf_init(&buf);
    assert_int_equal(ct_handoff_record_write(&out, &buf), CT_OK);
    for (size_t len = 0; len < ct_buf_len(&buf); len++) {
        const ct_rc_t rc = ct_handoff_record_read(buf.pos, len, &in);

        assert_true(rc == CT_OK || rc == CT_DECLINED);
        nread += rc == CT_OK;
    }
    assert_int_equal(nread, 11); /* behind the address: between two fields */
    ct_buf_release(&buf);
}


static void
others_are_refused(void **state CT_UNUSED)
{
    static const char *const wrong[] = {
        "",
        "CTH",
        "CTH1",                      /* no listen, no peer */
        "CTH2\0\1\0\0\0\1x",         /* another kind of record */
        "CTH1\0\1\0\0\0\1x",         /* no peer */
        "CTH1\0\1\0\0\0\2x",         /* longer than it is */
        "CTH1\0\1\xff\xff\xff\xffx", /* much longer */
        "CTH1\0\5\0\0\0\7abcdefg",   /* no number */
        "CTH1\0\2\0\0\0\2xx",        /* no address */
    };
    static const size_t lens[] = { 0, 3, 4, 11, 11, 11, 11, 17, 12 };
    ct_handoff_record_t record;

    for (size_t i = 0; i < CT_ARRAY_LEN(wrong); i++) {
        assert_int_equal(ct_handoff_record_read((const uint8_t *) wrong[i],
                                                lens[i], &record),
                         CT_DECLINED);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_fields_arrive),
        cmocka_unit_test(little_is_enough),
        cmocka_unit_test(unknown_fields_are_passed_over),
        cmocka_unit_test(parts_of_one_do_no_harm),
        cmocka_unit_test(others_are_refused),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
