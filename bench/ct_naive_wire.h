/*
 * ct_naive_wire.h -- a call, and the reply that is due to it, in several
 * dialects.
 *
 * Shares no code with the server.  A reply's bytes follow from its call to the
 * last one, so who waits for it compares and need not parse: no doubt is left.
 */

#ifndef CT_NAIVE_WIRE_H
#define CT_NAIVE_WIRE_H

#include <stddef.h>
#include <stdint.h>

/* What stands around the text of a message never takes more than this. */
#define CT_NAIVE_AROUND 256

/* The order is that of the names. */
typedef enum {
    CT_NAIVE_FRAMED,
    CT_NAIVE_UNFRAMED,
    CT_NAIVE_COMPACT, /* framed */
    CT_NAIVE_HEADER,  /* THeader with binary inside */
    CT_NAIVE_UNFRAMED_COMPACT,
    CT_NAIVE_HEADER_COMPACT,
    CT_NAIVE_NDIALECTS,
} ct_naive_dialect_e;

/*
 * A call of `method` with the text `arg` (field 1) and, where `delay_ms` is
 * not 0, with that (field 2); answered by the text `success`.  Where `sticky`
 * is not NULL, a dialect with a header sends it as a header of its connection,
 * under the name CT_NAIVE_STICKY.  Texts end with NUL and are the caller's.
 */
typedef struct {
    const char *method;
    const char *arg;
    const char *success;
    const char *sticky;
    int32_t     delay_ms;
    uint32_t    seqid;
} ct_naive_call_t;

/* At most 127 bytes, as is its value: no length needs a second byte. */
#define CT_NAIVE_STICKY "naive"

/* The word for a dialect on command lines and in reports. */
const char *ct_naive_dialect_name(ct_naive_dialect_e dialect);

/* Has headers, of messages and of connections. */
int ct_naive_dialect_has_headers(ct_naive_dialect_e dialect);

/*
 * The bytes of the call, and of its reply.  Both return how many they have
 * written to `out`, which has room for its texts and CT_NAIVE_AROUND more.
 */
size_t ct_naive_write_call(ct_naive_dialect_e     dialect,
                           const ct_naive_call_t *call, uint8_t *out);
size_t ct_naive_write_reply(ct_naive_dialect_e     dialect,
                            const ct_naive_call_t *call, uint8_t *out);

#endif
