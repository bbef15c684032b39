/*
 * ct_bench_conf.h -- what cthrift-bench is asked to do.
 */

#ifndef CT_BENCH_CONF_H
#define CT_BENCH_CONF_H

#include "core/ct_config.h"

#include <sys/types.h>

#include "core/ct_array.h"
#include "core/ct_rc.h"
#include "ct_bench_plan.h"
#include "event/ct_tls_client.h"

typedef struct ct_pool_s ct_pool_t;

/* Caps, so that a slip of a finger does not bring a machine down. */
#define CT_BENCH_MAX_CONNS   100000
#define CT_BENCH_MAX_THREADS 256
#define CT_BENCH_MAX_PENDING 1024
#define CT_BENCH_MAX_SECONDS 3600
#define CT_BENCH_MAX_RATE    10000000

typedef struct ct_bench_conf_s {
    const char *c_address;
    size_t      nconns;   /* 0: only idle ones */
    size_t      nthreads; /* at most nconns */
    size_t      depth;    /* calls under way on each connection */
    double      duration_s;
    double      warmup_s;
    double      timeout_s; /* of a call */
    double      rate;   /* calls a second, of an open loop; 0: a closed one */
    uint64_t    ncalls; /* UINT64_MAX: as many as there is time for */
    bool        new_conn;

    const char          *c_transport;
    const char          *c_protocol;
    const char          *c_path;   /* of HTTP */
    ct_array_t           headers;  /* of ct_header_t */
    bool                 deflated; /* --zlib */
    bool                 has_tls;
    ct_tls_client_conf_t tls;

    ct_bench_plan_conf_t plan;      /* but for the wire */
    const char          *c_service; /* multiplexed, or NULL */

    size_t      nidle;       /* connections that are only there */
    double      hold_s;      /* in which nothing else happens */
    size_t      pid;         /* of a server to look at, or 0 */
    const char *c_histogram; /* a file, or NULL */
    const char *c_compare;   /* an older result; c_address is a newer one */

    bool as_json;
    bool is_quiet;
} ct_bench_conf_t;

/*
 * Reads the command line.  CT_DECLINED: --help or --version, which has been
 * answered.  CT_ERROR: what is wrong has been said.  Texts live in `argv`, all
 * else in `pool`.
 */
ct_rc_t ct_bench_conf_read(ct_bench_conf_t *conf, int argc, char **argv,
                           ct_pool_t *pool);

#endif /* CT_BENCH_CONF_H */
