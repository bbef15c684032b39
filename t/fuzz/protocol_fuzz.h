/*
 * protocol_fuzz.h -- the decoder, the skipper and the scan of one protocol,
 * over one input.
 *
 * What must hold: what decodes is written, and what is written decodes to
 * the same bytes again; what decodes can be skipped, and ends at the same
 * place; the scan finds that place too; a copy writes the same; and a codec
 * made for the protocol does what the protocol does by way of its table.
 */

#ifndef PROTOCOL_FUZZ_H
#define PROTOCOL_FUZZ_H

#include "core/ct_config.h"

#include "thrift/wire/ct_codec.h"

#include <stdlib.h>
#include <string.h>

#include "../unit/sample.h"
#include "../unit/walk_fixture.h"
#include "thrift/wire/ct_transport.h"

/* Caps low enough that a run is quick and their refusals are met. */
static const ct_limits_t fuzz_limits = {
    .frame = 1 << 20,
    .message = 1 << 20,
    .string = 1 << 16,
    .container = 1 << 16,
    .decoded = 1 << 22,
    .depth = 64,
    .name = 256,
};

/* An invariant that holds in builds with NDEBUG as well. */
static inline void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


static inline void
write_sample(const ct_protocol_t *protocol, const sample_t *sample,
             ct_buf_t *out)
{
    const char *c_why;
    ct_writer_t writer;
    ct_rc_t     rc;

    ct_writer_init(&writer, protocol, out);
    rc = ct_codec_write(&writer, &sample_struct, sample, &c_why);
    if (rc != CT_OK) {
        /*
         * A union that came without a field is taken but not written; and
         * in the innermost struct the default of `numbers` is one level more.
         */
        must(strcmp(c_why, "a union with no field set") == 0
             || strcmp(c_why, "nested too deeply") == 0);
        ct_buf_release(out);
    }
}


static inline ct_rc_t
read_sample(const ct_protocol_t *protocol, const uint8_t *data, size_t len,
            ct_pool_t *pool, sample_t *sample)
{
    ct_reader_t reader;
    ct_rc_t     rc;

    ct_reader_init(&reader, protocol, data, len, &fuzz_limits, pool);
    rc = ct_codec_read(&reader, &sample_struct, sample);
    must((rc == CT_OK) == (reader.error == CT_WIRE_OK));
    must((rc == CT_OK) == (reader.why == NULL));
    must(reader.decoded <= fuzz_limits.decoded);
    return rc;
}


static inline void
check_round_trip(const ct_protocol_t *protocol, const sample_t *sample,
                 ct_pool_t *pool)
{
    const sample_t *copy = ct_codec_copy(pool, &sample_struct, sample);
    sample_t        again;
    ct_buf_t        outs[3];
    int             i;

    for (i = 0; i < 3; i++) {
        ct_buf_init(&outs[i]);
    }
    write_sample(protocol, sample, &outs[0]);
    if (copy != NULL) {
        write_sample(protocol, copy, &outs[1]);
    }
    must(ct_buf_len(&outs[0]) == ct_buf_len(&outs[1]));
    if (ct_buf_len(&outs[0]) > 0
        && read_sample(protocol, outs[0].pos, ct_buf_len(&outs[0]), pool,
                       &again)
               == CT_OK) {
        write_sample(protocol, &again, &outs[2]);
        must(ct_buf_len(&outs[0]) == ct_buf_len(&outs[2]));
        must(memcmp(outs[0].pos, outs[1].pos, ct_buf_len(&outs[0])) == 0);
        must(memcmp(outs[0].pos, outs[2].pos, ct_buf_len(&outs[0])) == 0);
    }
    for (i = 0; i < 3; i++) {
        ct_buf_release(&outs[i]);
    }
}


/*
 * `is_exact`: the scan refuses what the decoder does.  One that only looks for
 * the end takes more, but all that the decoder takes.
 */
static inline void
fuzz_protocol(const ct_protocol_t *protocol, bool is_exact, const uint8_t *data,
              size_t size)
{
    ct_pool_t   *pool = ct_pool_create(4096);
    ct_scan_t    scan = { .offset = 0 };
    ct_message_t message;
    ct_reader_t  head;
    ct_reader_t  skipped;
    sample_t     sample;
    size_t       want;
    ct_rc_t      rc;

    rc = protocol->scan(&scan, data, size, &fuzz_limits, &want);
    if (rc == CT_OK) {
        must(scan.offset > 0 && scan.offset <= size);
        size = scan.offset;
    }
    ct_reader_init(&head, protocol, data, size, &fuzz_limits, pool);
    if (protocol->read_message(&head, &message) == CT_OK) {
        skipped = head;
        if (ct_codec_skip(&skipped, CT_T_STRUCT) == CT_OK) {
            must(rc == CT_OK && data + scan.offset == skipped.pos);
        } else {
            must(rc != CT_OK || !is_exact);
        }
        must(walk_compare(protocol, &sample_struct, head.pos,
                          ct_reader_left(&head), &fuzz_limits)
             == NULL);
        if (ct_codec_read(&head, &sample_struct, &sample) == CT_OK) {
            must(head.pos == skipped.pos);
            check_round_trip(protocol, &sample, pool);
        }
    } else {
        must(rc != CT_OK || !is_exact);
    }
    ct_pool_destroy(pool);
}

#endif /* PROTOCOL_FUZZ_H */
