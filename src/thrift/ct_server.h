/*
 * ct_server.h -- what one `server` block offers, resolved at load.
 *
 * A server has services; a service has handlers, one for each method that its
 * IDL declares.  A name that arrives is looked up in two small tables and
 * finds everything that the call needs: function, configuration, counters.
 * All of it lives in the cycle's pool and is constant while workers run.
 */

#ifndef CT_SERVER_H
#define CT_SERVER_H

#include "core/ct_config.h"

#include "core/ct_array.h"
#include "core/ct_conf.h"
#include "core/ct_hash.h"
#include "core/ct_rc.h"
#include "core/ct_span.h"
#include "core/ct_str.h"
#include "thrift/ct_execute_conf.h"
#include "thrift/ct_offer.h"
#include "thrift/ct_service.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_conf_s        ct_conf_t;
typedef struct ct_conf_block_s  ct_conf_block_t;
typedef struct ct_cycle_s       ct_cycle_t;
typedef struct ct_derived_set_s ct_derived_set_t;
typedef struct ct_in_flight_s   ct_in_flight_t;
typedef struct ct_module_s      ct_module_t;
typedef struct ct_offer_s       ct_offer_t;

/*
 * What thrift's own directives say in a block.  Times in milliseconds, 0: no
 * limit.
 */
typedef struct ct_thrift_conf_s {
    size_t            max_frame_size;
    size_t            max_message_size;
    size_t            max_string_size;
    size_t            max_container_size;
    size_t            max_decoded_size;
    uint32_t          max_depth;
    uint32_t          max_name_length;
    uint32_t          max_pipelined_calls;
    size_t            max_header_size;
    uint32_t          transports; /* as ct_dialects_allow takes them */
    uint32_t          protocols;
    size_t            max_unsent_replies;     /* bytes; more pauses reading */
    uint64_t          client_timeout_ms;      /* between two messages */
    uint64_t          client_read_timeout_ms; /* inside one */
    uint64_t          send_timeout_ms;   /* no byte of a reply could be sent */
    ct_span_t         keepalive_calls;   /* of one connection */
    ct_span_t         keepalive_time_ms; /* since it was accepted */
    bool              lingering_close;
    uint64_t          lingering_time_ms; /* 0: as if it were off */
    ct_str_t          handler;           /* of a service: the module's name */
    bool              hand_over;         /* connections move between workers */
    ct_str_t          default_service;
    ct_str_t          real_ip_header; /* empty: what the connection says */
    bool              real_ip_recursive;
    ct_execute_conf_t execute;            /* where handlers run */
    bool              client_half_close;  /* who ends its side still listens */
    uint64_t          queue_timeout_ms;   /* until its handler has begun */
    uint64_t          handler_timeout_ms; /* until a call is answered */
    ct_conf_strs_t    deadline_headers;   /* by which clients say the same */
    const ct_in_flight_t *in_flight;      /* the inmost cap; NULL: none */
    unsigned              nin_flight;     /* of the main block: caps in all */
    bool              times_handlers; /* of the main block: for a variable */
    ct_array_t       *arguments;      /* of the main block: ct_argument.c's */
    ct_array_t       *handlers; /* of the main block: const ct_handler_t * */
    ct_derived_set_t *derived;  /* of the main block: ct_derived.c's */
} ct_thrift_conf_t;

/* One method as one server offers it. */
typedef struct ct_handler_s {
    const ct_method_t *method;
    const ct_offer_t  *offer;
    const void        *conf;  /* the handling module's, of the inmost block */
    ct_str_t           name;  /* of the method */
    unsigned           row;   /* in the scoreboard */
    size_t             index; /* among all of the configuration */

    /* The two names for lines of logs; no string where one needs an escape. */
    ct_str_t plain_service;
    ct_str_t plain_method;

    /* The inmost block that speaks of this method: a struct for each module,
     * by its index; and thrift's own of them. */
    void *const            *confs;
    const ct_thrift_conf_t *thrift;
} ct_handler_t;

/* One `service` block. */
struct ct_offer_s {
    const ct_service_t *service;
    const void         *ops;
    const ct_module_t  *module;
    size_t              module_index;
    ct_describe_fn      describe; /* of who has claimed it, or NULL */
    unsigned            places;   /* and CT_OFFER_... of it */
    ct_hash_t           handlers; /* by method name: ct_handler_t * */
    ct_array_t          methods;  /* its `method` blocks, while loading */
};

/* One `server` block. */
typedef struct ct_server_s {
    const ct_cycle_t       *cycle;
    const ct_thrift_conf_t *conf;
    void *const            *confs; /* of its block, by a module's index */
    ct_limits_t             limits;
    ct_dialects_t           dialects;     /* that are spoken here */
    size_t                  thrift_index; /* of ct_thrift_module */
    size_t                  nlistens;
    size_t                  nproxied;     /* of them, with proxy_protocol */
    size_t                  nhttp;        /* of them, for nothing but HTTP */
    bool                    shows_pages;  /* of a module: ct_pages.h */
    ct_hash_t               offers;       /* by service name: ct_offer_t * */
    ct_offer_t             *unprefixed;   /* takes names without "Service:" */
    bool                    is_preferred; /* that one, by its module */
} ct_server_t;

/*
 * Enter and leave of `server`, `service` and `method` blocks; for the
 * directive table of ct_thrift_module.c.
 */
ct_rc_t ct_server_enter(ct_conf_t *conf, ct_conf_block_t *block);
ct_rc_t ct_server_leave(ct_conf_t *conf, ct_conf_block_t *block);
ct_rc_t ct_offer_enter(ct_conf_t *conf, ct_conf_block_t *block);
ct_rc_t ct_offer_leave(ct_conf_t *conf, ct_conf_block_t *block);
ct_rc_t ct_offer_method_enter(ct_conf_t *conf, ct_conf_block_t *block);

/* Whether a method of it runs on threads. */
bool ct_offer_has_threads(const ct_offer_t *offer);

/*
 * Who handles `name` ("method" or "Service:method").  *bare is the method's
 * own name, whatever comes back; NULL: *c_what says what is unknown,
 * "service" or "method".
 */
const ct_handler_t *ct_server_find(const ct_server_t *server, ct_str_t name,
                                   ct_str_t *bare, const char **c_what);

#endif /* CT_SERVER_H */
