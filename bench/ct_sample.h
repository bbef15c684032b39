/*
 * ct_sample.h -- the bytes of one call and of the reply that is due to it.
 *
 * Of the methods of examples/pingpong/pingpong.thrift, in strict binary.  All
 * calls of a run are the same but for their seqid, so a reply is right when
 * its bytes are: comparing them leaves no room for doubt and costs less than
 * parsing.
 */

#ifndef CT_SAMPLE_H
#define CT_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest argument of echo. */
#define CT_SAMPLE_MAX_ECHO ((size_t) 64 * 1024)

/* `len` bytes, owned, of which four at `seqid_at` differ between calls. */
typedef struct {
    uint8_t *data;
    size_t   len;
    size_t   seqid_at;
} ct_message_t;

typedef struct {
    ct_message_t request;
    ct_message_t reply;
} ct_sample_t;

/*
 * Makes both messages of `kind`, which is "ping" or "echo:N" with N bytes of
 * argument.  False where it is neither.
 */
bool ct_sample_init(ct_sample_t *sample, const char *kind, bool framed);

void ct_sample_release(ct_sample_t *sample);

/* Copies a message to `out`, with that seqid in its place. */
void ct_message_write(const ct_message_t *message, uint32_t seqid,
                      uint8_t *out);

/*
 * The first `len` bytes of `data`, at most a whole message, are those of
 * `message` with that seqid.
 */
bool ct_message_equals(const ct_message_t *message, uint32_t seqid,
                       const uint8_t *data, size_t len);

#endif
