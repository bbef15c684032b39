/*
 * ct_listen.h -- listening sockets, owned by the master.
 *
 * A listen is what one `listen` directive asked for.  The master opens it
 * (or takes over what an older generation or an older binary has open) and
 * the workers inherit the descriptors.  With reuseport there is one socket a
 * worker id, all held by the master, so that none is closed while clients
 * wait in its backlog.
 *
 * Invariants of an open listen: 1 <= nfds <= nbound; nfds == nbound == 1
 * without reuseport.
 */

#ifndef CT_LISTEN_H
#define CT_LISTEN_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "event/ct_addr.h"

#include <sys/types.h>

typedef struct ct_activated_s   ct_activated_t;
typedef struct ct_conf_block_s  ct_conf_block_t;
typedef struct ct_conf_node_s   ct_conf_node_t;
typedef struct ct_conf_s        ct_conf_t;
typedef struct ct_conn_s        ct_conn_t;
typedef struct ct_log_s         ct_log_t;
typedef struct ct_proxy_conf_s  ct_proxy_conf_t;
typedef struct ct_tls_context_s ct_tls_context_t;

typedef struct ct_handoff_record_s ct_handoff_record_t;

/* A connection was accepted on the listen; CT_ERROR closes it. */
typedef ct_rc_t (*ct_accept_fn)(ct_conn_t *conn);

/*
 * A connection that another worker had accepted comes here as the record
 * says; CT_ERROR closes it.
 */
typedef ct_rc_t (*ct_adopt_fn)(ct_conn_t                 *conn,
                               const ct_handoff_record_t *record);

/* Three answers, for so_keepalive and ipv6only. */
typedef enum ct_tri_e {
    CT_TRI_UNSET = -1,
    CT_TRI_OFF = 0,
    CT_TRI_ON = 1,
} ct_tri_t;

typedef struct ct_listen_s {
    ct_addr_t addr;
    ct_str_t  text;    /* as written, a NUL after it */
    int       backlog; /* 0: as it is, for fd:N and systemd */
    bool      reuseport;
    bool      deferred;
    bool      is_activated; /* opened by a service manager, as is its file */
    int       fastopen;     /* queue length; 0: off */
    int       rcvbuf;       /* bytes; 0: the system's */
    int       sndbuf;
    ct_tri_t  so_keepalive;
    ct_tri_t  ipv6only;
    mode_t    mode;  /* of a unix socket's file; 0: by umask */
    ct_str_t  owner; /* user name; empty: unchanged */
    ct_str_t  group;
    int      *fds;            /* nbound of them; by worker id with reuseport */
    unsigned  nfds;           /* that listen; the first ones */
    unsigned  nbound;         /* >= nfds; the others wait for ct_listens_grow */
    bool      proxy_protocol; /* a PROXY header comes first */
    bool      ssl;            /* then TLS */
    bool      ssl_optional;   /* or plaintext, told by the first byte */
    bool      http; /* and nothing else: who stands above sees to it */

    ct_accept_fn on_accept; /* set by who stands above */
    ct_adopt_fn  on_adopt;  /* the same; NULL: nothing moves here */
    void        *data;      /* theirs */

    /* What is served here, as hashes that are the same in every release. */
    const uint64_t *offered;
    size_t          noffered;

    /* Where it stands, for modules with directives beside `listen`. */
    const ct_conf_block_t *block;
    const ct_conf_node_t  *node;

    /* Of the block around it; set by who stands above, or NULL. */
    const ct_proxy_conf_t *proxy;

    /* Set by ct_tls_module.c; with ssl never NULL while it serves. */
    const ct_tls_context_t *tls;
} ct_listen_t;

/* The listens of a cycle: an array of ct_listen_t *. */
typedef struct ct_listens_s {
    ct_array_t list;

    /* What ct_listens_open may take of a service manager; NULL after it. */
    ct_activated_t *activated;
} ct_listens_t;

/* Listen `i` of the list. */
ct_listen_t *ct_listens_at(const ct_listens_t *listens, size_t i);

/* The one of that address, or NULL; `listens` may be NULL. */
ct_listen_t *ct_listens_find(const ct_listens_t *listens,
                             const ct_addr_t    *addr);

/*
 * Reads the arguments of a `listen` directive (address and options).  The
 * listen lives in the cycle's pool and is added to the cycle's list; an
 * address given twice is an error.  Errors are the configuration's.
 */
ct_rc_t ct_listen_configure(ct_conf_t *conf, ct_listens_t *listens,
                            ct_listen_t **listen);

/*
 * Opens every listen for `nworkers`, taking the sockets of `old` (may be
 * NULL) where the address is the same, and those that `inherited` names
 * ("ADDRESS=FD FD;ADDRESS=FD;" or NULL), and those of a service manager, the
 * rest of which are closed.  On CT_ERROR, logged, what was newly
 * opened is closed and `old` is as it was.  An address in use is tried 5
 * times, 200 ms apart, when `retry` is set.
 */
ct_rc_t ct_listens_open(ct_listens_t *listens, const ct_listens_t *old,
                        const char *c_inherited, unsigned nworkers, bool retry,
                        ct_log_t *log);

/*
 * More sockets for reuseport listens, when the number of workers has grown.
 * Only such begin to listen as every worker has inherited, 8 to 16 more than
 * there were workers at ct_listens_open; beyond that workers share sockets.
 */
ct_rc_t ct_listens_grow(ct_listens_t *listens, unsigned nworkers,
                        ct_log_t *log);

/*
 * Sets again on every socket what the configuration asks for and can be set
 * while it serves: after another generation that shares sockets was opened
 * and given up.
 */
void ct_listens_apply(const ct_listens_t *listens, ct_log_t *log);

/* Closes the sockets of `old` that `listens` (may be NULL) does not hold. */
void ct_listens_close_rest(ct_listens_t *old, const ct_listens_t *listens,
                           bool unlink_files, ct_log_t *log);

/* What ct_listens_open takes as `inherited`, in `pool`. */
ct_str_t ct_listens_text(const ct_listens_t *listens, ct_pool_t *pool);

/* Clears close-on-exec just before exec. */
void ct_listens_keep_over_exec(const ct_listens_t *listens);

#endif /* CT_LISTEN_H */
