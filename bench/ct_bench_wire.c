/*
 * ct_bench_wire.c -- calls as bytes, and replies out of them.
 */

#include "core/ct_config.h"

#include "ct_bench_wire.h"

#include <stdio.h>

#include "core/ct_pool.h"
#include "thrift/wire/ct_codec.h"

/* Two turns whose seqids differ in each of the bytes that a form has. */
#define TURN_A 0
#define TURN_B 0x02a5a5a5


/* At the end of `out`. */
static ct_rc_t
encode(const ct_bench_wire_t *wire, const ct_method_t *method, const void *args,
       const ct_message_t *head, ct_buf_t *out, const char **c_why)
{
    ct_envelope_t envelope = wire->envelope;
    ct_writer_t   writer;
    size_t        mark;

    envelope.seqid = head->seqid;
    *c_why = "no memory";
    if (wire->transport->wrap_begin(&envelope, out, &mark) != CT_OK) {
        return CT_ERROR;
    }
    ct_writer_init(&writer, wire->protocol, out);
    wire->protocol->write_message(&writer, head);
    if (ct_codec_write(&writer, method->args, args, c_why) != CT_OK) {
        return CT_ERROR;
    }
    return wire->transport->wrap_end(&envelope, out, mark);
}


/* One call, in memory of `out`. */
static ct_rc_t
sample(const ct_bench_wire_t *wire, const ct_method_t *method, const void *args,
       uint32_t turn, ct_buf_t *out, ct_bench_sample_t *made,
       const char **c_why)
{
    char         name[512];
    ct_message_t head = { .name = ct_str_of(method->name),
                          .type = CT_MESSAGE_CALL,
                          .seqid = (int32_t) ct_bench_seqid(turn),
                          .is_strict = true };

    if (method->oneway) {
        head.type = CT_MESSAGE_ONEWAY;
    }
    if (wire->c_service != NULL) {
        head.name.len = (size_t) snprintf(name, sizeof(name), "%s:%s",
                                          wire->c_service, method->name);
        head.name.data = name;
        if (head.name.len >= sizeof(name)) {
            *c_why = "the service's name is too long";
            return CT_ERROR;
        }
    }
    if (encode(wire, method, args, &head, out, c_why) != CT_OK) {
        return CT_ERROR;
    }
    made->bytes = (ct_str_t){ ct_buf_len(out), (const char *) out->pos };
    made->seqid = (uint32_t) head.seqid;
    return CT_OK;
}


ct_rc_t
ct_bench_wire_request(const ct_bench_wire_t *wire, const ct_method_t *method,
                      const void *args, ct_pool_t *pool,
                      ct_bench_stencil_t *stencil, const char **c_why)
{
    ct_bench_sample_t a;
    ct_bench_sample_t b;
    ct_buf_t          bytes_a;
    ct_buf_t          bytes_b;
    ct_rc_t           rc = CT_ERROR;

    ct_buf_init(&bytes_a);
    ct_buf_init(&bytes_b);
    if (sample(wire, method, args, TURN_A, &bytes_a, &a, c_why) == CT_OK
        && sample(wire, method, args, TURN_B, &bytes_b, &b, c_why) == CT_OK) {
        *c_why = "two calls differ in more than their seqid";
        rc = ct_bench_stencil_make(stencil, &a, &b, pool);
    }
    ct_buf_release(&bytes_a);
    ct_buf_release(&bytes_b);
    return rc == CT_OK ? CT_OK : CT_ERROR;
}


ct_rc_t
ct_bench_wire_open(const ct_bench_wire_t *wire, const uint8_t *data,
                   const ct_cut_t *cut, ct_pool_t *pool,
                   ct_bench_reply_t *reply, const char **c_why)
{
    const ct_dialects_t dialects = { .limits = &wire->limits,
                                     .binary = &ct_binary_protocol,
                                     .compact = &ct_compact_protocol,
                                     .json = &ct_json_protocol };
    ct_opening_t        opening = { .limits = &wire->limits,
                                    .dialects = &dialects,
                                    .pool = pool,
                                    .app_error = -1 };
    ct_envelope_t envelope = { .dialect = { wire->transport, wire->protocol,
                                            false } };
    ct_str_t      body = { cut->len, (const char *) data + cut->body };
    ct_rc_t       rc = CT_OK;

    if (wire->transport->open != NULL) {
        rc = wire->transport->open(&opening, data, cut, &envelope, &body);
    }
    if (rc != CT_OK) {
        *c_why = rc == CT_DECLINED ? "the reply is empty" : opening.why;
        return CT_ERROR;
    }
    reply->closes = envelope.closes;
    ct_reader_init(&reply->reader, envelope.dialect.protocol, body.data,
                   body.len, &wire->limits, pool);
    if (envelope.dialect.protocol->read_message(&reply->reader, &reply->head)
        != CT_OK) {
        *c_why = reply->reader.why;
        return CT_ERROR;
    }
    return CT_OK;
}
