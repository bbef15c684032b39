/*
 * ct_limit_zone.h -- a zone of limit_req or limit_conn: its name, its key and
 * its shared memory.
 *
 * A directive may name a zone before the line that declares it: within a block
 * the order does not matter.  So a zone is made when it is first named, and
 * whether all were declared is asked when the configuration has been read.
 *
 * The memory is kept over a reload if name and size stay.  Keys are hashed
 * with a secret that lies in it, and with the text of the key: a zone whose
 * key has changed knows nobody, as it should be.
 */

#ifndef CT_LIMIT_ZONE_H
#define CT_LIMIT_ZONE_H

#include "core/ct_config.h"

#include "core/ct_conf.h"
#include "core/ct_rc.h"
#include "core/ct_siphash.h"
#include "core/ct_str.h"

typedef struct ct_array_s    ct_array_t;
typedef struct ct_cycle_s    ct_cycle_t;
typedef struct ct_template_s ct_template_t;

/* The first member of a module's own struct of a zone. */
typedef struct ct_limit_zone_s {
    ct_str_t              name;
    size_t                index; /* in the list */
    const ct_conf_node_t *node;  /* that named it first */
    ct_template_t        *key;   /* NULL until it is declared */
    ct_siphash_key_t      secret;
    void                 *memory; /* zeroed when new; behind the head */
    size_t                size;
} ct_limit_zone_t;

/* The values of limit_..._log_level, for CT_CONF_ENUM. */
extern const ct_conf_type_t ct_limit_level_type;

/* A module's list of zones at *zones, made when it is first asked for. */
ct_array_t *ct_limit_zones_list(ct_conf_t *conf, ct_array_t **zones);

/*
 * The zone of that name in `zones`, a list of pointers; a new one has
 * `zone_size` bytes, zeroed, in the cycle's pool.
 */
void *ct_limit_zone_named(ct_conf_t *conf, ct_array_t *zones, ct_str_t name,
                          size_t zone_size);

/* Parts "NAME:SIZE".  Errors are the configuration's. */
ct_rc_t ct_limit_zone_parse(ct_conf_t *conf, ct_str_t text, ct_str_t *name,
                            size_t *size);

/* Gives the zone its key, args[1], and `size` bytes of shared memory. */
ct_rc_t ct_limit_zone_declare(ct_conf_t *conf, ct_limit_zone_t *zone,
                              size_t size);

/*
 * Whether all of them are declared, for `configured`; else logs.  NULL is a
 * list without any.
 */
ct_rc_t ct_limit_zones_check(const ct_cycle_t *cycle, const ct_array_t *zones,
                             const char *c_directive);

/* The hash of a key's value in that zone, 0 for an empty one. */
uint64_t ct_limit_zone_id(const ct_limit_zone_t *zone, ct_str_t value);

#endif /* CT_LIMIT_ZONE_H */
