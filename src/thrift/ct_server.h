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
#include "core/ct_hash.h"
#include "core/ct_rc.h"
#include "core/ct_str.h"
#include "thrift/ct_service.h"
#include "thrift/wire/ct_limits.h"
#include "thrift/wire/ct_transport.h"

typedef struct ct_conf_s       ct_conf_t;
typedef struct ct_conf_block_s ct_conf_block_t;
typedef struct ct_cycle_s      ct_cycle_t;
typedef struct ct_module_s     ct_module_t;
typedef struct ct_offer_s      ct_offer_t;

/*
 * What thrift's own directives say in a block.  Times in milliseconds, 0: no
 * limit.
 */
typedef struct ct_thrift_conf_s {
    size_t   max_frame_size;
    size_t   max_message_size;
    size_t   max_string_size;
    size_t   max_container_size;
    size_t   max_decoded_size;
    uint32_t max_depth;
    uint32_t max_name_length;
    uint32_t max_pipelined_calls;
    size_t   max_header_size;
    uint32_t transports; /* as ct_dialects_allow takes them */
    uint32_t protocols;
    size_t   max_unsent_replies;     /* bytes; more pauses reading */
    uint64_t client_timeout_ms;      /* between two messages */
    uint64_t client_read_timeout_ms; /* inside one */
    uint64_t send_timeout_ms;        /* no byte of a reply could be sent */
    ct_str_t handler;                /* of a service: the module's name */
    ct_str_t default_service;
    ct_str_t real_ip_header; /* empty: what the connection says */
    bool     real_ip_recursive;
} ct_thrift_conf_t;

/* One method as one server offers it. */
typedef struct ct_handler_s {
    const ct_method_t *method;
    const ct_offer_t  *offer;
    const void        *conf; /* the handling module's, of the inmost block */
    unsigned           row;  /* in the scoreboard */
} ct_handler_t;

/* One `service` block. */
struct ct_offer_s {
    const ct_service_t *service;
    const void         *ops;
    const ct_module_t  *module;
    size_t              module_index;
    ct_hash_t           handlers; /* by method name: ct_handler_t * */
    ct_array_t          methods;  /* its `method` blocks, while loading */
};

/* One `server` block. */
typedef struct ct_server_s {
    const ct_cycle_t       *cycle;
    const ct_thrift_conf_t *conf;
    ct_limits_t             limits;
    ct_dialects_t           dialects;     /* that are spoken here */
    size_t                  thrift_index; /* of ct_thrift_module */
    size_t                  nlistens;
    size_t                  nproxied;   /* of them, with proxy_protocol */
    ct_hash_t               offers;     /* by service name: ct_offer_t * */
    ct_offer_t             *unprefixed; /* takes names without "Service:" */
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

/*
 * Who handles `name` ("method" or "Service:method").  *bare is the method's
 * own name, whatever comes back; NULL: *c_what says what is unknown,
 * "service" or "method".
 */
const ct_handler_t *ct_server_find(const ct_server_t *server, ct_str_t name,
                                   ct_str_t *bare, const char **c_what);

#endif /* CT_SERVER_H */
