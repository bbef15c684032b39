/*
 * ct_tls_state.h -- what a connection's TLS remembers.
 *
 * Header of the event floor only: for ct_tls.c, which writes it, and
 * ct_tls_info.c, which reads it.
 */

#ifndef CT_TLS_STATE_H
#define CT_TLS_STATE_H

#include "core/ct_config.h"

#include "event/ct_tls_bio.h"

#include <openssl/ssl.h>

/*
 * Invariants: before `established` only the handshake runs; once `failed` is
 * set OpenSSL is not called again but to be freed.
 */
struct ct_tls_s {
    SSL          *ssl;
    ct_tls_io_t   io;
    unsigned long error;       /* OpenSSL's, of a failure; 0: none */
    const char   *c_why;       /* ours, or NULL */
    bool          established; /* the handshake is over */
    bool          failed;
    bool          begun;      /* the peer's first byte has come */
    bool          plaintext;  /* and it was none of TLS */
    bool          truncated;  /* the stream ended without a goodbye */
    bool          shut_waits; /* our goodbye waits for room */
    bool          read_wants_write;
    bool          write_wants_read;
};

#endif /* CT_TLS_STATE_H */
