/*
 * ct_bench_link.h -- the way of a connection's bytes: a socket, TLS, zlib.
 *
 *   calls  ->  zlib stream  ->  TLS  ->  socket
 *
 * Two of them may be missing.  Nothing here waits: what a socket does not take
 * stays here until it does, and the caller's epoll says when.
 */

#ifndef CT_BENCH_LINK_H
#define CT_BENCH_LINK_H

#include "core/ct_config.h"

#include "core/ct_buf.h"
#include "core/ct_rc.h"
#include "event/ct_addr.h"
#include "event/ct_tls_client.h"

typedef struct ct_zstream_s ct_zstream_t;

/* Where to, and through what; the same for all connections. */
typedef struct ct_bench_way_s {
    ct_addr_t              addr;
    const ct_tls_client_t *tls; /* what each is made like; NULL: no TLS */
    bool                   deflated;

    /*
     * Connections come from 127.0.1.1 to 127.0.1.250 in turn where the address
     * is of this machine: a port that was closed cannot be used for a while,
     * and one address has no more than 28,000 of them.
     */
    bool spreads;
} ct_bench_way_t;

/*
 * Invariants: fd is -1 while there is no connection; zstream is set exactly
 * while there is one that is compressed; `out` is what the socket has not
 * taken yet, in front of TLS and behind zlib.
 */
typedef struct ct_bench_link_s {
    const ct_bench_way_t *way;
    int                   fd;
    bool                  is_shaking; /* TLS has not begun to speak */
    ct_tls_client_t      *tls;        /* kept over connections */
    ct_zstream_t         *zstream;
    ct_buf_t              out;
    size_t                nsent; /* bytes, over all connections */
    size_t                nreceived;
    const char           *c_why; /* with CT_ERROR; until the next call */
} ct_bench_link_t;

/* Not connected; `way` must outlive it. */
void ct_bench_link_init(ct_bench_link_t *link, const ct_bench_way_t *way);

/* Closes, and gives back all it holds. */
void ct_bench_link_release(ct_bench_link_t *link);

/*
 * Begins to connect; `slot` chooses a source address.  CT_OK says only that
 * nothing has failed yet.
 */
ct_rc_t ct_bench_link_open(ct_bench_link_t *link, size_t slot);
void    ct_bench_link_close(ct_bench_link_t *link);

/* Goes on with TLS's handshake: CT_OK: it is done, or there is none. */
ct_rc_t ct_bench_link_shake(ct_bench_link_t *link);

/* Takes all `len` bytes.  CT_ERROR: the connection is of no use. */
ct_rc_t ct_bench_link_send(ct_bench_link_t *link, const uint8_t *data,
                           size_t len);

/* Sends of what is left as much as goes. */
ct_rc_t ct_bench_link_flush(ct_bench_link_t *link);

/* Whether bytes wait for the socket. */
static inline bool
ct_bench_link_is_full(const ct_bench_link_t *link)
{
    return ct_buf_len(&link->out) != 0;
}


/*
 * What has come: CT_OK, *n of at most `size` bytes, and perhaps more; CT_AGAIN,
 * nothing; CT_DECLINED, the server has closed; CT_ERROR.
 */
ct_rc_t ct_bench_link_recv(ct_bench_link_t *link, uint8_t *data, size_t size,
                           size_t *n);

/* A read of less than what there was room for has emptied the socket. */
static inline bool
ct_bench_link_is_plain(const ct_bench_link_t *link)
{
    return link->tls == NULL && link->zstream == NULL;
}

#endif /* CT_BENCH_LINK_H */
