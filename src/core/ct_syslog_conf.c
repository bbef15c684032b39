/*
 * ct_syslog_conf.c -- where lines for syslog go, and what they begin with.
 *
 * nginx's words, and three more: hostname=, rfc=, and a port or a name of a
 * host wherever nginx takes an address.  Each refusal names the word at fault
 * and what may stand in its place.
 */

#include "core/ct_config.h"

#include "core/ct_syslog_conf.h"

#include <netdb.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "core/ct_pool.h"

#define PREFIX       "syslog:"
#define DEFAULT_PORT "514"
#define DEFAULT_TAG  CT_NAME

/* local7, as nginx has it. */
#define DEFAULT_FACILITY 23

/* What parsing hands around. */
typedef struct parse_s {
    ct_pool_t        *pool;
    ct_syslog_conf_t *conf;
    ct_str_t         *why;
    bool              has_server;
    bool              host_is_said; /* has_host is the word's, not ours */
} parse_t;

typedef ct_rc_t (*option_fn)(parse_t *parse, ct_str_t value);

/* By their numbers; 9 and 15 as libc has them. */
static const char *const facilities[] = {
    "kern",   "user",   "mail",   "daemon", "auth",     "syslog",
    "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
    "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
    "local2", "local3", "local4", "local5", "local6",   "local7",
};


static ct_rc_t CT_PRINTF(2, 3)
    refuse(const parse_t *parse, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    *parse->why = ct_str_vprintf(parse->pool, fmt, args);
    va_end(args);
    return CT_ERROR;
}


static ct_rc_t
set_unix(parse_t *parse, ct_str_t path)
{
    struct sockaddr_un *un = &parse->conf->addr.un;

    if (path.len == 0 || path.data[0] != '/') {
        return refuse(parse,
                      "the path of a syslog socket begins with '/', "
                      "'%.*s' does not",
                      CT_STR_ARG(path));
    }
    if (path.len >= sizeof(un->sun_path)) {
        return refuse(parse, "'%.*s' is too long for a unix socket",
                      CT_STR_ARG(path));
    }
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path.data, path.len);
    parse->conf->addr_len = sizeof(*un);
    return CT_OK;
}


/* "HOST", "HOST:PORT", "[ADDRESS]" or "[ADDRESS]:PORT", into its parts. */
static ct_rc_t
split_host(const parse_t *parse, ct_str_t text, ct_str_t *host, ct_str_t *port)
{
    const char *end = text.data + text.len;
    const char *colon = memchr(text.data, ':', text.len);

    *host = text;
    *port = CT_STR(DEFAULT_PORT);
    if (text.len > 0 && text.data[0] == '[') {
        const char *bracket = memchr(text.data, ']', text.len);

        if (bracket == NULL || (bracket + 1 < end && bracket[1] != ':')) {
            return refuse(parse, "'%.*s' is no [ADDRESS]:PORT",
                          CT_STR_ARG(text));
        }
        *host = (ct_str_t){ (size_t) (bracket - text.data) - 1, text.data + 1 };
        colon = bracket + 1 < end ? bracket + 1 : NULL;
    } else if (colon != NULL) {
        host->len = (size_t) (colon - text.data);
    }
    if (colon != NULL) {
        *port = (ct_str_t){ (size_t) (end - colon) - 1, colon + 1 };
    }
    return CT_OK;
}


static ct_rc_t
set_host(parse_t *parse, ct_str_t text)
{
    const struct addrinfo wanted = { .ai_socktype = SOCK_DGRAM };
    struct addrinfo      *found = NULL;
    ct_str_t              host;
    ct_str_t              port;
    uint64_t              number = 0;
    int                   rc;

    if (split_host(parse, text, &host, &port) != CT_OK) {
        return CT_ERROR;
    }
    if (host.len == 0 || ct_str_to_u64(port, &number) != CT_OK || number < 1
        || number > UINT16_MAX) {
        return refuse(parse, "'%.*s' is no HOST:PORT", CT_STR_ARG(text));
    }
    rc = getaddrinfo(ct_str_dup_c(parse->pool, host),
                     ct_str_dup_c(parse->pool, port), &wanted, &found);
    if (rc != 0) {
        return refuse(parse, "the syslog server '%.*s' is not known: %s",
                      CT_STR_ARG(host), gai_strerror(rc));
    }
    memcpy(&parse->conf->addr, found->ai_addr, found->ai_addrlen);
    parse->conf->addr_len = found->ai_addrlen;
    freeaddrinfo(found);
    return CT_OK;
}


static ct_rc_t
set_server(parse_t *parse, ct_str_t value)
{
    parse->has_server = true;
    if (ct_str_starts_with(value, "unix:")) {
        return set_unix(parse, (ct_str_t){ value.len - 5, value.data + 5 });
    }
    return set_host(parse, value);
}


static ct_rc_t
set_facility(parse_t *parse, ct_str_t value)
{
    for (unsigned i = 0; i < CT_ARRAY_LEN(facilities); i++) {
        if (ct_str_eq_c(value, facilities[i])) {
            parse->conf->facility = i;
            return CT_OK;
        }
    }
    return refuse(parse,
                  "'%.*s' is not a facility: it is one of kern, user, "
                  "mail, daemon, auth, syslog, lpr, news, uucp, cron, "
                  "authpriv, ftp, ntp, audit, alert, clock, local0 to "
                  "local7",
                  CT_STR_ARG(value));
}


static ct_rc_t
set_severity(parse_t *parse, ct_str_t value)
{
    if (ct_log_level_parse(ct_str_dup_c(parse->pool, value),
                           &parse->conf->level)
        != CT_OK) {
        return refuse(parse,
                      "'%.*s' is not a severity: it is one of debug, "
                      "info, notice, warn, error, crit, alert, emerg",
                      CT_STR_ARG(value));
    }
    return CT_OK;
}


/* Daemons find the end of a tag by what may not stand in it. */
static bool
is_of_tag(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-'
           || byte == '.';
}


static ct_rc_t
set_tag(parse_t *parse, ct_str_t value)
{
    bool is_good = value.len >= 1 && value.len <= CT_SYSLOG_TAG_SIZE;

    for (size_t i = 0; is_good && i < value.len; i++) {
        is_good = is_of_tag(value.data[i]);
    }
    if (!is_good) {
        return refuse(parse,
                      "'%.*s' is not a tag: it has 1 to %d letters, "
                      "digits, and of '_', '-', '.'",
                      CT_STR_ARG(value), CT_SYSLOG_TAG_SIZE);
    }
    memcpy(parse->conf->c_tag, value.data, value.len);
    parse->conf->c_tag[value.len] = '\0';
    return CT_OK;
}


static ct_rc_t
set_hostname(parse_t *parse, ct_str_t value)
{
    bool is_good = value.len >= 1 && value.len <= CT_SYSLOG_HOST_SIZE;

    for (size_t i = 0; is_good && i < value.len; i++) {
        is_good = value.data[i] > ' ' && value.data[i] < 0x7f;
    }
    if (!is_good) {
        return refuse(parse, "'%.*s' is not a name of a host",
                      CT_STR_ARG(value));
    }
    memcpy(parse->conf->c_host, value.data, value.len);
    parse->conf->c_host[value.len] = '\0';
    parse->conf->has_host = true;
    parse->host_is_said = true;
    return CT_OK;
}


static ct_rc_t
set_rfc(parse_t *parse, ct_str_t value)
{
    parse->conf->is_5424 = ct_str_eq_c(value, "5424");
    if (!parse->conf->is_5424 && !ct_str_eq_c(value, "3164")) {
        return refuse(parse,
                      "'%.*s' is not an RFC about syslog: it is 3164 "
                      "or 5424",
                      CT_STR_ARG(value));
    }
    return CT_OK;
}


static const struct {
    const char *c_name;
    option_fn   set;
} options[] = {
    { "server=", set_server },     { "facility=", set_facility },
    { "severity=", set_severity }, { "tag=", set_tag },
    { "hostname=", set_hostname }, { "rfc=", set_rfc },
};


static ct_rc_t
parse_option(parse_t *parse, ct_str_t option)
{
    if (ct_str_eq_c(option, "nohostname")) {
        parse->conf->has_host = false;
        parse->host_is_said = true;
        return CT_OK;
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(options); i++) {
        const size_t len = strlen(options[i].c_name);

        if (ct_str_starts_with(option, options[i].c_name)) {
            return options[i].set(
                parse, (ct_str_t){ option.len - len, option.data + len });
        }
    }
    return refuse(parse,
                  "'%.*s' is not known to syslog: it takes server=, "
                  "facility=, severity=, tag=, hostname=, nohostname, "
                  "rfc=",
                  CT_STR_ARG(option));
}


static ct_rc_t
parse_options(parse_t *parse, ct_str_t text)
{
    while (text.len > 0) {
        const char  *comma = memchr(text.data, ',', text.len);
        const size_t len =
            comma != NULL ? (size_t) (comma - text.data) : text.len;

        if (parse_option(parse, (ct_str_t){ len, text.data }) != CT_OK) {
            return CT_ERROR;
        }
        text.data += len < text.len ? len + 1 : len;
        text.len -= len < text.len ? len + 1 : len;
    }
    if (!parse->has_server) {
        return refuse(parse, "syslog needs a server: "
                             "syslog:server=unix:/dev/log");
    }
    return CT_OK;
}


/*
 * A daemon on this machine knows which it is, and most take the first word
 * behind the time for a tag: libc's own syslog() sends no name there.
 */
static void
settle_host(const parse_t *parse)
{
    ct_syslog_conf_t *conf = parse->conf;

    if (!parse->host_is_said) {
        conf->has_host = conf->is_5424 || conf->addr.any.sa_family != AF_UNIX;
    }
    if (conf->has_host && conf->c_host[0] == '\0'
        && (gethostname(conf->c_host, sizeof(conf->c_host)) != 0
            || conf->c_host[CT_SYSLOG_HOST_SIZE] != '\0')) {
        conf->c_host[0] = '\0';
    }
    for (char *p = conf->c_host; *p != '\0'; p++) {
        if (*p <= ' ' || *p >= 0x7f) {
            *p = '-';
        }
    }
    if (conf->c_host[0] == '\0') {
        conf->has_host = false;
    }
}


bool
ct_syslog_is_meant(ct_str_t word)
{
    return ct_str_starts_with(word, PREFIX);
}


ct_rc_t
ct_syslog_conf_parse(ct_pool_t *pool, ct_str_t word, ct_syslog_conf_t *conf,
                     ct_str_t *why)
{
    const size_t skip = sizeof(PREFIX) - 1;
    parse_t      parse = { .pool = pool, .conf = conf, .why = why };

    memset(conf, 0, sizeof(*conf));
    conf->facility = DEFAULT_FACILITY;
    conf->level = CT_LOG_INFO;
    memcpy(conf->c_tag, DEFAULT_TAG, sizeof(DEFAULT_TAG));
    if (!ct_syslog_is_meant(word)) {
        return refuse(&parse, "'%.*s' does not begin with '" PREFIX "'",
                      CT_STR_ARG(word));
    }
    word.len -= skip;
    word.data += skip;
    if (parse_options(&parse, word) != CT_OK) {
        return CT_ERROR;
    }
    settle_host(&parse);
    return CT_OK;
}
