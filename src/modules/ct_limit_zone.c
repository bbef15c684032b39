/*
 * ct_limit_zone.c -- a zone of limit_req or limit_conn.
 *
 * The head of the memory is written once, by the master that makes the zone,
 * before any worker is forked.
 */

#include <cthrift.h>

#include "modules/ct_limit_zone.h"

#include <errno.h>

#include "core/ct_zone.h"

/* Below this a zone knows too few keys to be of use. */
#define MIN_SIZE ((size_t) 32 * 1024)

/* What stands in front of a table, which wants lines of cache. */
typedef struct head_s {
    ct_siphash_key_t secret;
    uint64_t         is_made; /* the secret is set */
    uint64_t         unused[5];
} head_t;


static const ct_conf_word_t level_words[] = {
    { "info", CT_LOG_INFO },
    { "notice", CT_LOG_NOTICE },
    { "warn", CT_LOG_WARN },
    { "error", CT_LOG_ERR },
    { NULL, 0 },
};

const ct_conf_type_t ct_limit_level_type =
    CT_CONF_WORDS("info | notice | warn | error", level_words);


ct_array_t *
ct_limit_zones_list(ct_conf_t *conf, ct_array_t **zones)
{
    if (*zones == NULL) {
        *zones = ct_pool_alloc(conf->pool, sizeof(**zones));
        ct_array_init(*zones, conf->pool, sizeof(void *));
    }
    return *zones;
}


void *
ct_limit_zone_named(ct_conf_t *conf, ct_array_t *zones, ct_str_t name,
                    size_t zone_size)
{
    ct_limit_zone_t *zone;

    for (size_t i = 0; i < zones->n; i++) {
        zone = *(ct_limit_zone_t **) ct_array_at(zones, i);
        if (ct_str_eq(zone->name, name)) {
            return zone;
        }
    }
    zone = ct_pool_zalloc(conf->pool, zone_size);
    zone->name = name;
    zone->node = conf->node;
    zone->index = zones->n;
    *(ct_limit_zone_t **) ct_array_push(zones) = zone;
    return zone;
}


ct_rc_t
ct_limit_zone_parse(ct_conf_t *conf, ct_str_t text, ct_str_t *name,
                    size_t *size)
{
    const char *colon = text.len > 0 ? memchr(text.data, ':', text.len) : NULL;
    ct_str_t    rest;

    if (colon == NULL || colon == text.data) {
        return ct_conf_error(conf, "'%.*s' is no zone: NAME:SIZE is wanted",
                             CT_STR_ARG(text));
    }
    *name = (ct_str_t){ (size_t) (colon - text.data), text.data };
    rest = (ct_str_t){ text.len - name->len - 1, colon + 1 };
    if (ct_conf_parse_size(rest, size) != CT_OK || *size < MIN_SIZE) {
        return ct_conf_error(conf,
                             "'%.*s' is no size of a zone, which has "
                             "32k at least",
                             CT_STR_ARG(rest));
    }
    return CT_OK;
}


ct_rc_t
ct_limit_zone_declare(ct_conf_t *conf, ct_limit_zone_t *zone, size_t size)
{
    const ct_str_t name =
        ct_str_printf(conf->pool, "%.*s:%.*s", CT_STR_ARG(conf->args[0]),
                      CT_STR_ARG(zone->name));
    ct_zone_t *shared;
    head_t    *head;

    _Static_assert(sizeof(head_t) == 64, "a line of cache");
    if (zone->key != NULL) {
        return ct_conf_error(conf, "zone '%.*s' is declared twice",
                             CT_STR_ARG(zone->name));
    }
    if (ct_template_compile(conf, conf->args[1], &zone->key) != CT_OK) {
        return CT_ERROR;
    }
    if (ct_zone_take(conf->cycle, name, size, &shared) != CT_OK) {
        return ct_conf_error(conf, "no memory for zone '%.*s'",
                             CT_STR_ARG(zone->name));
    }
    head = shared->addr;
    if (head->is_made == 0) {
        if (ct_siphash_key_make(&head->secret) != CT_OK) {
            return ct_conf_error(conf, "no random numbers for zone '%.*s': %s",
                                 CT_STR_ARG(zone->name), strerror(errno));
        }
        head->is_made = 1;
    }
    zone->secret = head->secret;
    zone->secret.k1 ^= ct_hash_of(conf->args[1]);
    zone->memory = head + 1;
    zone->size = size - sizeof(*head);
    return CT_OK;
}


ct_rc_t
ct_limit_zones_check(const ct_cycle_t *cycle, const ct_array_t *zones,
                     const char *c_directive)
{
    for (size_t i = 0; zones != NULL && i < zones->n; i++) {
        const ct_limit_zone_t *zone =
            *(ct_limit_zone_t **) ct_array_at(zones, i);

        if (zone->key == NULL) {
            CT_LOG(&cycle->log, CT_LOG_EMERG, 0,
                   "zone '%.*s' is declared by no '%s' in %s:%u",
                   CT_STR_ARG(zone->name), c_directive, zone->node->file,
                   zone->node->line);
            return CT_ERROR;
        }
    }
    return CT_OK;
}


/* 0 is what tables have for nobody. */
uint64_t
ct_limit_zone_id(const ct_limit_zone_t *zone, ct_str_t value)
{
    uint64_t id;

    if (value.len == 0) {
        return 0;
    }
    id = ct_siphash(&zone->secret, value);
    return id != 0 ? id : 1;
}
