/*
 * ct_bench_wire.h -- calls as bytes, and replies out of them.
 *
 * Constant once it is made: all threads share it.
 */

#ifndef CT_BENCH_WIRE_H
#define CT_BENCH_WIRE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "ct_bench_stencil.h"
#include "thrift/ct_service.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_pool_s ct_pool_t;

/* How to speak; `envelope` is that of every call. */
typedef struct ct_bench_wire_s {
    const ct_transport_t *transport;
    const ct_protocol_t  *protocol;
    const char           *c_service; /* multiplexed, or NULL */
    bool                  deflated;  /* a zlib stream around everything */
    ct_envelope_t         envelope;
    ct_limits_t           limits; /* of replies */
} ct_bench_wire_t;

/* A reply whose head has been read; `reader` stands before the result. */
typedef struct ct_bench_reply_s {
    ct_message_t head;
    ct_reader_t  reader;
    bool         closes; /* the server ends the connection behind it */
} ct_bench_reply_t;

/*
 * A call with those arguments, as a stencil in `pool`.  CT_ERROR: *c_why, a
 * constant text.
 */
ct_rc_t ct_bench_wire_request(const ct_bench_wire_t *wire,
                              const ct_method_t *method, const void *args,
                              ct_pool_t *pool, ct_bench_stencil_t *stencil,
                              const char **c_why);

/*
 * Takes the wrapping off the message cut at `data` and reads its head.  What
 * is read lives in the message and in `pool`.  CT_ERROR: *c_why, a constant
 * text.
 */
ct_rc_t ct_bench_wire_open(const ct_bench_wire_t *wire, const uint8_t *data,
                           const ct_cut_t *cut, ct_pool_t *pool,
                           ct_bench_reply_t *reply, const char **c_why);

#endif /* CT_BENCH_WIRE_H */
