/*
 * ct_tls_module.c -- the ssl_ directives.
 *
 * While the file is read every directive is noted with its block.  When all of
 * it is known, each server that listens with ssl gets a context; then the
 * notes are gone through for those that no such server has heard of, or that
 * say something about what is switched off: they are errors.
 */

#include "core/ct_config.h"

#include "event/ct_tls_module.h"

#include "core/ct_conf.h"
#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "event/ct_event_module.h"
#include "event/ct_listen.h"
#include "event/ct_tls_cache.h"
#include "event/ct_tls_cert.h"
#include "event/ct_tls_context.h"

#define IN_SERVERS (CT_IN_THRIFT | CT_IN_SERVER)

/* First room of a list that repeats; it doubles. */
#define FIRST_SIZE 4

/* A week: what RFC 8446 lets a ticket live at most. */
#define MAX_SESSION_MS (7 * 24 * 3600 * (uint64_t) 1000)

/* More levels of certificates than anybody has. */
#define MAX_DEPTH 100


/* Of each block; the notes are main's only. */
typedef struct tls_block_s {
    ct_tls_conf_t     conf;
    ct_tls_context_t *context; /* of a server that listens with ssl */
    ct_array_t        notes;   /* of note_t */
    bool              has_notes;
} tls_block_t;

/* A directive that stands somewhere. */
typedef struct note_s {
    const ct_conf_node_t  *node;
    const ct_conf_block_t *block;
} note_t;


/* Presets stand in no file and are not noted: only they are main's. */
static void
note(const ct_conf_t *conf)
{
    const ct_conf_block_t *main = conf->block;
    tls_block_t           *self;

    if (main->parent == NULL) {
        return;
    }
    while (main->parent != NULL) {
        main = main->parent;
    }
    self = ct_conf_of(conf->cycle, main, &ct_tls_module);
    if (!self->has_notes) {
        ct_array_init(&self->notes, conf->pool, sizeof(note_t));
        self->has_notes = true;
    }
    *(note_t *) ct_array_push(&self->notes) =
        (note_t){ .node = conf->node, .block = conf->block };
}


static ct_rc_t
set_flag(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    note(conf);
    return ct_conf_set_flag(conf, directive, field);
}


static ct_rc_t
set_word(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
         void *field)
{
    note(conf);
    if (conf->args[1].len == 0) {
        return ct_conf_error(conf, "'%.*s' is empty",
                             CT_STR_ARG(conf->args[0]));
    }
    *(ct_tls_word_t *) field = (ct_tls_word_t){ conf->args[1], conf->node };
    return CT_OK;
}


/* Begins anew in each block; the items before may be the outer block's. */
static ct_rc_t
set_more(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_tls_words_t *words = field;
    ct_tls_word_t   word;
    const size_t    n = conf->is_repeat ? words->n : 0;

    if (set_word(conf, directive, &word) != CT_OK) {
        return CT_ERROR;
    }
    if (n == 0 || (n >= FIRST_SIZE && (n & (n - 1)) == 0)) {
        const size_t   size = n == 0 ? FIRST_SIZE : n * 2;
        ct_tls_word_t *items = ct_pool_alloc(conf->pool, size * sizeof(*items));

        for (size_t i = 0; i < n; i++) {
            items[i] = words->items[i];
        }
        words->items = items;
    }
    words->items[n] = word;
    words->n = n + 1;
    return CT_OK;
}


static ct_rc_t
set_protocols(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
              void *field)
{
    static const ct_conf_word_t words[] = {
        { "TLSv1", CT_TLS_1_0 },
        { "TLSv1.1", CT_TLS_1_1 },
        { "TLSv1.2", CT_TLS_1_2 },
        { "TLSv1.3", CT_TLS_1_3 },
        { NULL, 0 },
    };
    tls_block_t *self = ct_conf_of(conf->cycle, conf->block, &ct_tls_module);
    unsigned     mask = 0;

    note(conf);
    self->conf.protocols_word = (ct_tls_word_t){ conf->args[1], conf->node };
    for (size_t i = 1; i < conf->nargs; i++) {
        const ct_conf_word_t *word = words;

        while (word->name != NULL && !ct_str_eq_c(conf->args[i], word->name)) {
            word++;
        }
        if (word->name == NULL) {
            return ct_conf_error(conf,
                                 "unknown version '%.*s': '%.*s' takes TLSv1, "
                                 "TLSv1.1, TLSv1.2, TLSv1.3",
                                 CT_STR_ARG(conf->args[i]),
                                 CT_STR_ARG(conf->args[0]));
        }
        mask |= (unsigned) word->value;
    }
    *(unsigned *) field = mask;
    return CT_OK;
}


static ct_rc_t
set_verify(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    tls_block_t *self = ct_conf_of(conf->cycle, conf->block, &ct_tls_module);

    note(conf);
    self->conf.verify_word = (ct_tls_word_t){ conf->args[1], conf->node };
    return ct_conf_set_word(conf, directive, field);
}


static ct_rc_t
set_depth(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
          void *field)
{
    uint64_t depth;

    note(conf);
    if (ct_str_to_u64(conf->args[1], &depth) != CT_OK || depth > MAX_DEPTH) {
        return ct_conf_error(conf, "'%.*s' wants a number from 0 to %d",
                             CT_STR_ARG(conf->args[0]), MAX_DEPTH);
    }
    *(uint32_t *) field = (uint32_t) depth;
    return CT_OK;
}


/* 0 would let silent peers hold connections for ever. */
static ct_rc_t
set_timeout(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
            void *field)
{
    note(conf);
    if (ct_conf_parse_ms(conf->args[1], field) != CT_OK
        || *(uint64_t *) field == 0) {
        return ct_conf_error(conf, "'%.*s' wants a time above 0",
                             CT_STR_ARG(conf->args[0]));
    }
    return CT_OK;
}


/* As it goes over the wire: each name behind its length. */
static ct_rc_t
set_alpn(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
         void *field)
{
    ct_str_t wire = CT_STR("");

    note(conf);
    for (size_t i = 1; i < conf->nargs; i++) {
        const ct_str_t name = conf->args[i];

        if (name.len == 0 || name.len > UINT8_MAX) {
            return ct_conf_error(conf, "'%.*s' wants names of 1 to 255 bytes",
                                 CT_STR_ARG(conf->args[0]));
        }
        wire = ct_str_printf(conf->pool, "%.*s%c%.*s", CT_STR_ARG(wire),
                             (int) name.len, CT_STR_ARG(name));
    }
    *(ct_tls_word_t *) field = (ct_tls_word_t){ wire, conf->node };
    return CT_OK;
}


/* OpenSSL counts in seconds. */
static ct_rc_t
set_seconds(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
            void *field)
{
    uint64_t timeout_ms;

    note(conf);
    if (ct_conf_parse_ms(conf->args[1], &timeout_ms) != CT_OK
        || timeout_ms < 1000 || timeout_ms % 1000 != 0
        || timeout_ms > MAX_SESSION_MS) {
        return ct_conf_error(conf, "'%.*s' wants whole seconds, 1s to 1w",
                             CT_STR_ARG(conf->args[0]));
    }
    *(uint64_t *) field = timeout_ms;
    return CT_OK;
}


/* "shared:NAME:SIZE" into name and size. */
static ct_rc_t
parse_cache(ct_str_t text, ct_tls_cache_conf_t *cache)
{
    const size_t shared = sizeof("shared:") - 1;
    const char  *colon;
    ct_str_t     size;

    if (!ct_str_starts_with(text, "shared:")) {
        return CT_DECLINED;
    }
    cache->name = (ct_str_t){ text.len - shared, text.data + shared };
    colon = memchr(cache->name.data, ':', cache->name.len);
    if (colon == NULL || colon == cache->name.data) {
        return CT_DECLINED;
    }
    size.data = colon + 1;
    size.len = (size_t) (cache->name.data + cache->name.len - size.data);
    cache->name.len = (size_t) (colon - cache->name.data);
    return ct_conf_parse_size(size, &cache->size);
}


static ct_rc_t
set_cache(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
          void *field)
{
    ct_tls_cache_conf_t *cache = field;

    note(conf);
    *cache = (ct_tls_cache_conf_t){ .word = { conf->args[1], conf->node } };
    if (ct_str_eq_c(conf->args[1], "off")) {
        return CT_OK;
    }
    if (parse_cache(conf->args[1], cache) != CT_OK) {
        return ct_conf_error(conf, "'%.*s' takes off or shared:NAME:SIZE",
                             CT_STR_ARG(conf->args[0]));
    }
    if (cache->size < CT_TLS_CACHE_LEAST) {
        return ct_conf_error(conf, "the cache '%.*s' is smaller than 32k",
                             CT_STR_ARG(cache->name));
    }
    return CT_OK;
}


/* clang-format off */
static const ct_conf_type_t flag_type = {
    .name = "on | off", .min_args = 1, .max_args = 1, .set = set_flag,
};

static const ct_conf_type_t file_type = {
    .name = "file", .min_args = 1, .max_args = 1, .set = set_word,
};

static const ct_conf_type_t list_type = {
    .name = "list", .min_args = 1, .max_args = 1, .set = set_word,
};

static const ct_conf_type_t files_type = {
    .name = "file", .min_args = 1, .max_args = 1, .flags = CT_CONF_MANY,
    .set = set_more,
};

static const ct_conf_type_t protocols_type = {
    .name = "[TLSv1] [TLSv1.1] [TLSv1.2] [TLSv1.3]",
    .min_args = 1, .max_args = 4, .set = set_protocols,
};

static const ct_conf_word_t verify_words[] = {
    { "off", CT_TLS_VERIFY_OFF },
    { "on", CT_TLS_VERIFY_ON },
    { "optional", CT_TLS_VERIFY_OPTIONAL },
    { NULL, 0 },
};

static const ct_conf_type_t verify_type = {
    .name = "on | off | optional", .min_args = 1, .max_args = 1,
    .set = set_verify, .words = verify_words,
};

static const ct_conf_type_t depth_type = {
    .name = "number", .min_args = 1, .max_args = 1, .set = set_depth,
};

static const ct_conf_type_t timeout_type = {
    .name = "time", .min_args = 1, .max_args = 1, .set = set_timeout,
};

static const ct_conf_type_t alpn_type = {
    .name = "name ...", .min_args = 1, .max_args = 16, .set = set_alpn,
};

static const ct_conf_type_t seconds_type = {
    .name = "time", .min_args = 1, .max_args = 1, .set = set_seconds,
};

static const ct_conf_type_t cache_type = {
    .name = "off | shared:name:size", .min_args = 1, .max_args = 1,
    .set = set_cache,
};

#define FIELD(name, type, preset)                                              \
    CT_CONF_CUSTOM(tls_block_t, conf.name, type, preset)

static const ct_directive_t tls_directives[] = {
    { "ssl_certificate", IN_SERVERS, FIELD(certificates, files_type, NULL) },
    { "ssl_certificate_key", IN_SERVERS, FIELD(keys, files_type, NULL) },
    { "ssl_password_file", IN_SERVERS, FIELD(password_file, file_type, NULL) },
    { "ssl_protocols", IN_SERVERS,
      FIELD(protocols, protocols_type, "TLSv1.2 TLSv1.3") },
    { "ssl_ciphers", IN_SERVERS, FIELD(ciphers, list_type, NULL) },
    { "ssl_ciphersuites", IN_SERVERS, FIELD(ciphersuites, list_type, NULL) },
    { "ssl_ecdh_curve", IN_SERVERS, FIELD(curves, list_type, NULL) },
    { "ssl_prefer_server_ciphers", IN_SERVERS,
      FIELD(prefer_server_ciphers, flag_type, "off") },
    { "ssl_verify_client", IN_SERVERS,
      FIELD(verify_client, verify_type, "off") },
    { "ssl_verify_depth", IN_SERVERS, FIELD(verify_depth, depth_type, "1") },
    { "ssl_client_certificate", IN_SERVERS,
      FIELD(client_certificate, file_type, NULL) },
    { "ssl_trusted_certificate", IN_SERVERS,
      FIELD(trusted_certificate, file_type, NULL) },
    { "ssl_crl", IN_SERVERS, FIELD(crl, file_type, NULL) },
    { "ssl_handshake_timeout", IN_SERVERS,
      FIELD(handshake_timeout_ms, timeout_type, "10s") },
    { "ssl_session_cache", IN_SERVERS,
      FIELD(session_cache, cache_type, "off") },
    { "ssl_session_timeout", IN_SERVERS,
      FIELD(session_timeout_ms, seconds_type, "5m") },
    { "ssl_session_tickets", IN_SERVERS,
      FIELD(session_tickets, flag_type, "on") },
    { "ssl_session_ticket_key", IN_SERVERS,
      FIELD(ticket_keys, files_type, NULL) },
    { "ssl_alpn", IN_SERVERS, FIELD(alpn, alpn_type, NULL) },
    { "ssl_stapling_file", IN_SERVERS, FIELD(staples, files_type, NULL) },
    { "ssl_reject_handshake", IN_SERVERS,
      FIELD(reject_handshake, flag_type, "off") },
    { NULL, 0, NULL, 0, NULL },
};
/* clang-format on */


/* What has no effect while another one is as it is. */
typedef struct condition_s {
    const char *name;
    bool (*is_met)(const ct_tls_conf_t *conf);
    const char *c_needs;
} condition_t;


static bool
verifies(const ct_tls_conf_t *conf)
{
    return conf->verify_client != CT_TLS_VERIFY_OFF;
}


static bool
has_1_3(const ct_tls_conf_t *conf)
{
    return (conf->protocols & CT_TLS_1_3) != 0;
}


static bool
has_older(const ct_tls_conf_t *conf)
{
    return (conf->protocols & ~(unsigned) CT_TLS_1_3) != 0;
}


static bool
has_tickets(const ct_tls_conf_t *conf)
{
    return conf->session_tickets;
}


static bool
keeps_sessions(const ct_tls_conf_t *conf)
{
    return conf->session_tickets || conf->session_cache.size > 0;
}


static const condition_t conditions[] = {
    { "ssl_session_ticket_key", has_tickets, "ssl_session_tickets" },
    { "ssl_session_timeout", keeps_sessions,
      "ssl_session_tickets or ssl_session_cache" },
    { "ssl_verify_depth", verifies, "ssl_verify_client" },
    { "ssl_client_certificate", verifies, "ssl_verify_client" },
    { "ssl_trusted_certificate", verifies, "ssl_verify_client" },
    { "ssl_crl", verifies, "ssl_verify_client" },
    { "ssl_ciphersuites", has_1_3, "ssl_protocols TLSv1.3" },
    { "ssl_ciphers", has_older, "ssl_protocols TLSv1.2" },
};


static const condition_t *
condition_of(ct_str_t name)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(conditions); i++) {
        if (ct_str_eq_c(name, conditions[i].name)) {
            return &conditions[i];
        }
    }
    return NULL;
}


static tls_block_t *
block_of(const ct_cycle_t *cycle, const ct_listen_t *listen)
{
    return ct_conf_of(cycle, listen->block, &ct_tls_module);
}


static bool
stands_in(const ct_conf_block_t *block, const ct_conf_block_t *outer)
{
    while (block != NULL && block != outer) {
        block = block->parent;
    }
    return block != NULL;
}


/* Whether some listen with ssl heeds what was noted. */
static ct_rc_t
check_note(ct_cycle_t *cycle, const note_t *note)
{
    const ct_listens_t *listens = ct_event_listens(cycle);
    const condition_t  *condition = condition_of(note->node->args[0]);
    const ct_tls_word_t where = { .node = note->node };
    bool                is_heard = false;

    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);

        if (!listen->ssl || !stands_in(listen->block, note->block)) {
            continue;
        }
        if (condition == NULL
            || condition->is_met(&block_of(cycle, listen)->conf)) {
            return CT_OK;
        }
        is_heard = true;
    }
    if (is_heard) {
        return ct_tls_refuse(cycle, &where, "'%.*s' has no effect without '%s'",
                             CT_STR_ARG(note->node->args[0]),
                             condition->c_needs);
    }
    return ct_tls_refuse(cycle, &where,
                         "'%.*s' has no effect: no 'listen' here has 'ssl'",
                         CT_STR_ARG(note->node->args[0]));
}


/* What must stand beside `listen ... ssl`. */
static ct_rc_t
check_conf(ct_cycle_t *cycle, const ct_listen_t *listen,
           const ct_tls_conf_t *conf)
{
    const ct_tls_word_t here = { .node = listen->node };

    if (conf->certificates.n > conf->keys.n) {
        return ct_tls_refuse(
            cycle, &conf->certificates.items[conf->keys.n],
            "this certificate has no 'ssl_certificate_key' of its own");
    }
    if (conf->keys.n > conf->certificates.n) {
        return ct_tls_refuse(cycle, &conf->keys.items[conf->certificates.n],
                             "this key has no 'ssl_certificate' of its own");
    }
    if (conf->certificates.n == 0) {
        return ct_tls_refuse(cycle, &here,
                             "'listen' with 'ssl' needs 'ssl_certificate' and "
                             "'ssl_certificate_key'");
    }
    if (verifies(conf) && conf->client_certificate.node == NULL
        && conf->trusted_certificate.node == NULL) {
        return ct_tls_refuse(cycle, &conf->verify_word,
                             "'ssl_verify_client' needs "
                             "'ssl_client_certificate' or "
                             "'ssl_trusted_certificate'");
    }
    return CT_OK;
}


/* The listens of one server share a context. */
static ct_rc_t
give_context(ct_cycle_t *cycle, ct_listen_t *listen)
{
    tls_block_t *self = block_of(cycle, listen);

    if (self->context == NULL) {
        if (check_conf(cycle, listen, &self->conf) != CT_OK) {
            return CT_ERROR;
        }
        self->context = ct_tls_context_create(&self->conf, cycle);
    }
    listen->tls = self->context;
    return listen->tls != NULL ? CT_OK : CT_ERROR;
}


static ct_rc_t
tls_configured(ct_cycle_t *cycle)
{
    const tls_block_t  *self = ct_cycle_conf(cycle, &ct_tls_module);
    const ct_listens_t *listens = ct_event_listens(cycle);

    for (size_t i = 0; self->has_notes && i < self->notes.n; i++) {
        if (check_note(cycle, ct_array_at(&self->notes, i)) != CT_OK) {
            return CT_ERROR;
        }
    }
    for (size_t i = 0; i < listens->list.n; i++) {
        ct_listen_t *listen = ct_listens_at(listens, i);

        if (listen->ssl && give_context(cycle, listen) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


const ct_module_t ct_tls_module = {
    .abi = CT_MODULE_ABI,
    .name = "tls",
    .conf_size = sizeof(tls_block_t),
    .directives = tls_directives,
    .configured = tls_configured,
};
