/*
 * ct_listen.c -- what a `listen` directive asks for.
 *
 * An option is refused where it could have no effect (mode= of a TCP port),
 * where this system lacks it, and when it is given twice.  Names of users are
 * looked up here too, so that a mistake has a file and a line.  What is asked
 * is carried out by ct_listen_open.c.
 */

#include "core/ct_config.h"

#include "event/ct_listen.h"

#include <limits.h>
#include <string.h>

#include "core/ct_conf.h"
#include "core/ct_pool.h"
#include "event/ct_listen_unix.h"
#include "event/ct_socket.h"

enum {
    DEFAULT_BACKLOG = 511,
    MAX_BACKLOG = 1 << 20,
    MAX_FASTOPEN = 1 << 16,
    MIN_BUFFER = 1024, /* the kernel has a minimum of its own, about this */
    MAX_MODE = 0777
};

/* What kind of address an option needs. */
typedef enum need_e {
    NEED_ANY,
    NEED_TCP,       /* IPv4 or IPv6, opened by us or not */
    NEED_TCP_BOUND, /* IPv4 or IPv6, opened by us: said before bind(2) */
    NEED_IPV6,
    NEED_PATH, /* a unix socket with a file */
} need_t;

typedef struct option_s option_t;

/* `value` is what stands behind the '='; NULL data: there is none. */
typedef ct_rc_t (*option_fn)(ct_conf_t *conf, const option_t *option,
                             ct_str_t value, ct_listen_t *listen);

/* `name` with its '=' where it takes a value. */
struct option_s {
    const char *name;
    need_t      need;
    option_fn   set;
    size_t      offset; /* of the field, for the setters that share code */
    int64_t     min;
    int64_t     max;
};


static ct_rc_t
refuse_value(ct_conf_t *conf, const option_t *option, ct_str_t value)
{
    return ct_conf_error(conf, "invalid value '%.*s' of listen option '%s'",
                         CT_STR_ARG(value), option->name);
}


/* The int of a listen that an option sets. */
static int *
int_of(ct_listen_t *listen, const option_t *option)
{
    return (int *) (void *) ((char *) listen + option->offset);
}


/* The bounds stand in the table, so that one setter does for all. */
static ct_rc_t
set_number(ct_conf_t *conf, const option_t *option, ct_str_t value,
           ct_listen_t *listen)
{
    int64_t number;

    if (ct_str_to_i64(value, &number) != CT_OK || number < option->min
        || number > option->max) {
        return refuse_value(conf, option, value);
    }
    *int_of(listen, option) = (int) number;
    return CT_OK;
}


/* setsockopt(2) takes an int and doubles it. */
static ct_rc_t
set_size(ct_conf_t *conf, const option_t *option, ct_str_t value,
         ct_listen_t *listen)
{
    size_t size;

    if (ct_conf_parse_size(value, &size) != CT_OK || size < (size_t) option->min
        || size > (size_t) option->max) {
        return refuse_value(conf, option, value);
    }
    *int_of(listen, option) = (int) size;
    return CT_OK;
}


/* Where the system lacks it, the option would silently do nothing. */
static ct_rc_t
set_fastopen(ct_conf_t *conf, const option_t *option, ct_str_t value,
             ct_listen_t *listen)
{
    if (!ct_socket_has_fastopen()) {
        return ct_conf_error(conf, "this system has no TCP fast open");
    }
    return set_number(conf, option, value, listen);
}


static ct_rc_t
parse_tri(ct_str_t value, ct_tri_t *tri)
{
    if (ct_str_eq_c(value, "on")) {
        *tri = CT_TRI_ON;
        return CT_OK;
    }
    if (ct_str_eq_c(value, "off")) {
        *tri = CT_TRI_OFF;
        return CT_OK;
    }
    return CT_DECLINED;
}


static ct_rc_t
set_keepalive(ct_conf_t *conf, const option_t *option, ct_str_t value,
              ct_listen_t *listen)
{
    return parse_tri(value, &listen->so_keepalive) == CT_OK
               ? CT_OK
               : refuse_value(conf, option, value);
}


static ct_rc_t
set_ipv6only(ct_conf_t *conf, const option_t *option, ct_str_t value,
             ct_listen_t *listen)
{
    return parse_tri(value, &listen->ipv6only) == CT_OK
               ? CT_OK
               : refuse_value(conf, option, value);
}


static ct_rc_t
set_reuseport(ct_conf_t *conf, const option_t *option CT_UNUSED,
              ct_str_t value CT_UNUSED, ct_listen_t *listen)
{
    if (!ct_socket_has_reuseport()) {
        return ct_conf_error(conf, "this system has no SO_REUSEPORT");
    }
    listen->reuseport = true;
    return CT_OK;
}


static ct_rc_t
set_deferred(ct_conf_t *conf, const option_t *option CT_UNUSED,
             ct_str_t value CT_UNUSED, ct_listen_t *listen)
{
    if (!ct_socket_has_deferred()) {
        return ct_conf_error(conf, "this system cannot defer accepting");
    }
    listen->deferred = true;
    return CT_OK;
}


static ct_rc_t
set_proxy_protocol(ct_conf_t *conf CT_UNUSED, const option_t *option CT_UNUSED,
                   ct_str_t value CT_UNUSED, ct_listen_t *listen)
{
    listen->proxy_protocol = true;
    return CT_OK;
}


/* Octal, as for chmod(1): 660 or 0660. */
static ct_rc_t
set_mode(ct_conf_t *conf, const option_t *option, ct_str_t value,
         ct_listen_t *listen)
{
    unsigned mode = 0;

    for (size_t i = 0; i < value.len; i++) {
        const char digit = value.data[i];

        if (digit < '0' || digit > '7' || mode > MAX_MODE) {
            return refuse_value(conf, option, value);
        }
        mode = mode * 8 + (unsigned) (digit - '0');
    }
    if (mode == 0 || mode > MAX_MODE) {
        return refuse_value(conf, option, value);
    }
    listen->mode = (mode_t) mode;
    return CT_OK;
}


/* Kept by name: the number may be another one at the next start. */
static ct_rc_t
set_owner(ct_conf_t *conf, const option_t *option CT_UNUSED, ct_str_t value,
          ct_listen_t *listen)
{
    uid_t uid;

    listen->owner = ct_str_dup(conf->pool, value);
    if (ct_listen_find_user(listen->owner.data, &uid) != CT_OK) {
        return ct_conf_error(conf, "there is no user '%.*s'",
                             CT_STR_ARG(value));
    }
    return CT_OK;
}


static ct_rc_t
set_group(ct_conf_t *conf, const option_t *option CT_UNUSED, ct_str_t value,
          ct_listen_t *listen)
{
    gid_t gid;

    listen->group = ct_str_dup(conf->pool, value);
    if (ct_listen_find_group(listen->group.data, &gid) != CT_OK) {
        return ct_conf_error(conf, "there is no group '%.*s'",
                             CT_STR_ARG(value));
    }
    return CT_OK;
}


static ct_rc_t
set_ssl(ct_conf_t *conf, const option_t *option CT_UNUSED,
        ct_str_t value CT_UNUSED, ct_listen_t *listen)
{
    if (listen->ssl) {
        return ct_conf_error(conf, "listen option 'ssl' is given twice");
    }
    listen->ssl = true;
    return CT_OK;
}


/* nginx's way of two words, `ssl optional`, is understood as well. */
static ct_rc_t
set_ssl_value(ct_conf_t *conf, const option_t *option, ct_str_t value,
              ct_listen_t *listen)
{
    if (!ct_str_eq_c(value, "optional")) {
        return refuse_value(conf, option, value);
    }
    listen->ssl_optional = true;
    return set_ssl(conf, option, value, listen);
}


static ct_rc_t
set_optional(ct_conf_t *conf, const option_t *option CT_UNUSED,
             ct_str_t value CT_UNUSED, ct_listen_t *listen)
{
    if (!listen->ssl || listen->ssl_optional) {
        return ct_conf_error(conf, "'optional' stands behind 'ssl'");
    }
    listen->ssl_optional = true;
    return CT_OK;
}


static ct_rc_t
set_http(ct_conf_t *conf CT_UNUSED, const option_t *option CT_UNUSED,
         ct_str_t value CT_UNUSED, ct_listen_t *listen)
{
    listen->http = true;
    return CT_OK;
}


/* clang-format off */
#define AT(field) offsetof(ct_listen_t, field)

static const option_t options[] = {
    { "backlog=",      NEED_ANY,       set_number,    AT(backlog),
      1, MAX_BACKLOG },
    { "reuseport",     NEED_TCP_BOUND, set_reuseport, 0, 0, 0 },
    { "so_keepalive=", NEED_TCP,       set_keepalive, 0, 0, 0 },
    { "deferred",      NEED_TCP,       set_deferred,  0, 0, 0 },
    { "fastopen=",     NEED_TCP,       set_fastopen,  AT(fastopen),
      1, MAX_FASTOPEN },
    { "rcvbuf=",       NEED_ANY,       set_size,      AT(rcvbuf),
      MIN_BUFFER, INT_MAX / 2 },
    { "sndbuf=",       NEED_ANY,       set_size,      AT(sndbuf),
      MIN_BUFFER, INT_MAX / 2 },
    { "mode=",         NEED_PATH,      set_mode,      0, 0, 0 },
    { "owner=",        NEED_PATH,      set_owner,     0, 0, 0 },
    { "group=",        NEED_PATH,      set_group,     0, 0, 0 },
    { "ipv6only=",     NEED_IPV6,      set_ipv6only,  0, 0, 0 },
    { "proxy_protocol", NEED_ANY,      set_proxy_protocol, 0, 0, 0 },
    { "ssl",           NEED_ANY,       set_ssl,       0, 0, 0 },
    { "ssl=",          NEED_ANY,       set_ssl_value, 0, 0, 0 },
    { "optional",      NEED_ANY,       set_optional,  0, 0, 0 },
    { "http",          NEED_ANY,       set_http,      0, 0, 0 },
};
/* clang-format on */

/* One bit for each option, to see the second one of a kind. */
typedef uint32_t seen_t;


/* Whose socket an inherited fd:N is, only its opener knows. */
static bool
suits(const ct_addr_t *addr, need_t need)
{
    const sa_family_t family = addr->sa.any.sa_family;

    switch (need) {
    case NEED_ANY:
        return true;
    case NEED_TCP:
        return family != AF_UNIX;
    case NEED_TCP_BOUND:
        return family == AF_INET || family == AF_INET6;
    case NEED_IPV6:
        return family == AF_INET6;
    case NEED_PATH:
        return ct_listen_has_file(addr);
    }
    return false;
}


/* An option ending in '=' is matched up to there, another one whole. */
static const option_t *
find_option(ct_str_t word, ct_str_t *value)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(options); i++) {
        const char  *c_name = options[i].name;
        const size_t len = strlen(c_name);

        if (!ct_str_starts_with(word, c_name)) {
            continue;
        }
        if (c_name[len - 1] != '=' && word.len != len) {
            continue;
        }
        *value = (ct_str_t){ word.len - len, word.data + len };
        return &options[i];
    }
    return NULL;
}


/* `value` is empty for an option without '='. */
static ct_rc_t
set_option(ct_conf_t *conf, ct_str_t word, ct_listen_t *listen, seen_t *seen)
{
    ct_str_t        value;
    const option_t *option = find_option(word, &value);
    seen_t          bit;

    if (option == NULL) {
        return ct_conf_error(conf, "unknown listen option '%.*s'",
                             CT_STR_ARG(word));
    }
    if (!suits(&listen->addr, option->need)) {
        return ct_conf_error(conf, "listen option '%.*s' has no effect on '%s'",
                             CT_STR_ARG(word), listen->text.data);
    }

    bit = (seen_t) 1 << (option - options);
    if (*seen & bit) {
        return ct_conf_error(conf, "listen option '%s' is given twice",
                             option->name);
    }
    *seen |= bit;
    return option->set(conf, option, value, listen);
}


/* A relative path of a socket's file is taken from the prefix, as all are. */
static ct_str_t
absolute(ct_conf_t *conf, ct_str_t text)
{
    const ct_str_t path = { text.len < 5 ? 0 : text.len - 5, text.data + 5 };

    if (!ct_str_starts_with(text, "unix:") || path.len == 0
        || path.data[0] == '/' || path.data[0] == '@') {
        return text;
    }
    return ct_str_printf(conf->pool, "unix:%s",
                         ct_conf_path(conf->cycle, path).data);
}


/* Two listens on one address would be two owners of one socket. */
static ct_rc_t
parse_addr(ct_conf_t *conf, ct_str_t text, const ct_listens_t *listens,
           ct_addr_t *addr)
{
    const char *c_why;

    if (ct_addr_parse(absolute(conf, text), addr, &c_why) != CT_OK) {
        return ct_conf_error(conf, "invalid address '%.*s': %s",
                             CT_STR_ARG(text), c_why);
    }
    if (ct_listens_find(listens, addr) != NULL) {
        return ct_conf_error(conf, "listen on '%.*s' is given twice",
                             CT_STR_ARG(text));
    }
    return CT_OK;
}


ct_listen_t *
ct_listens_at(const ct_listens_t *listens, size_t i)
{
    return *(ct_listen_t **) ct_array_at(&listens->list, i);
}


/* At load time only; a hundred listens are many. */
ct_listen_t *
ct_listens_find(const ct_listens_t *listens, const ct_addr_t *addr)
{
    if (listens == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < listens->list.n; i++) {
        ct_listen_t *listen = ct_listens_at(listens, i);

        if (ct_addr_eq(&listen->addr, addr)) {
            return listen;
        }
    }
    return NULL;
}


ct_rc_t
ct_listen_configure(ct_conf_t *conf, ct_listens_t *listens,
                    ct_listen_t **listen)
{
    ct_listen_t *made = ct_pool_zalloc(conf->pool, sizeof(*made));
    seen_t       seen = 0;

    if (conf->nargs < 2) {
        return ct_conf_error(conf, "listen wants an address");
    }
    if (parse_addr(conf, conf->args[1], listens, &made->addr) != CT_OK) {
        return CT_ERROR;
    }
    made->text = ct_str_dup(conf->pool, conf->args[1]);
    made->backlog =
        made->addr.sa.any.sa_family != AF_UNSPEC ? DEFAULT_BACKLOG : 0;
    made->so_keepalive = CT_TRI_UNSET;
    made->ipv6only = CT_TRI_UNSET;
    made->block = conf->block;
    made->node = conf->node;

    for (size_t i = 2; i < conf->nargs; i++) {
        if (set_option(conf, conf->args[i], made, &seen) != CT_OK) {
            return CT_ERROR;
        }
    }

    *(ct_listen_t **) ct_array_push(&listens->list) = made;
    *listen = made;
    return CT_OK;
}
