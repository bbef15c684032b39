/*
 * ct_statsd_conf.c -- the directive `statsd`: who is told, and how.
 *
 * The words come in any order, so each is only taken at first; what one means
 * beside another is checked when all are there.
 */

#include "core/ct_config.h"

#include "process/ct_statsd_conf.h"

#include <string.h>

#include "core/ct_cycle.h"
#include "core/ct_pool.h"
#include "process/ct_batch.h"

/* statsd's, for a host without one. */
#define DEFAULT_PORT "8125"

#define DEFAULT_PREFIX      "cthrift"
#define DEFAULT_INTERVAL_MS 1000

/* An Ethernet frame, less headers and what tunnels may put around them. */
#define DEFAULT_PACKET 1432

/* What every IPv4 host takes, 576 bytes, less headers. */
#define MIN_PACKET 548

/* More often is load, more seldom is no graph. */
#define MIN_INTERVAL_MS 100
#define MAX_INTERVAL_MS 3600000

typedef ct_rc_t (*take_fn)(ct_conf_t *conf, ct_statsd_conf_t *statsd,
                           ct_str_t value);

typedef struct word_s {
    const char *c_key;
    take_fn     take;
} word_t;


static bool
is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')
           || (byte >= '0' && byte <= '9') || byte == '_' || byte == '-'
           || byte == '.';
}


/* A dot at its end is gunicorn's habit: it is as if it were not there. */
static ct_rc_t
take_prefix(ct_conf_t *conf, ct_statsd_conf_t *statsd, ct_str_t value)
{
    ct_str_t prefix = value;

    while (prefix.len > 0 && prefix.data[prefix.len - 1] == '.') {
        prefix.len--;
    }
    if (prefix.len == 0 || prefix.len > CT_METRIC_MAX_PREFIX
        || prefix.data[0] == '.') {
        return ct_conf_error(conf,
                             "'%.*s' is not a prefix: it has 1 to %d bytes "
                             "and begins with no dot",
                             CT_STR_ARG(value), CT_METRIC_MAX_PREFIX);
    }
    for (size_t i = 0; i < prefix.len; i++) {
        if (!is_name_byte(prefix.data[i])) {
            return ct_conf_error(conf,
                                 "'%.*s' is not a prefix: it has letters, "
                                 "digits, '.', '_' and '-'",
                                 CT_STR_ARG(value));
        }
    }
    statsd->style.prefix = prefix;
    return CT_OK;
}


/* What would end a tag, or the line, is none of it. */
static bool
is_tag_byte(char byte)
{
    return byte > ' ' && byte <= '~' && strchr("|@#", byte) == NULL;
}


static ct_rc_t
take_tags(ct_conf_t *conf, ct_statsd_conf_t *statsd, ct_str_t value)
{
    char last = ',';

    if (value.len > CT_METRIC_MAX_TAGS) {
        return ct_conf_error(conf, "the tags have more than %d bytes",
                             CT_METRIC_MAX_TAGS);
    }
    for (size_t i = 0; i < value.len; i++) {
        const char byte = value.data[i];

        if (!is_tag_byte(byte) || (last == ',' && (byte == ',' || byte == ':'))
            || (byte == ',' && i + 1 == value.len)) {
            return ct_conf_error(conf,
                                 "'%.*s' are no tags: they look like "
                                 "NAME:VALUE,NAME, without '|', '@', '#' and "
                                 "blanks",
                                 CT_STR_ARG(value));
        }
        last = byte;
    }
    if (value.len == 0) {
        return ct_conf_error(conf, "'tags=' has none");
    }
    statsd->style.tags = value;
    return CT_OK;
}


static ct_rc_t
take_interval(ct_conf_t *conf, ct_statsd_conf_t *statsd, ct_str_t value)
{
    uint64_t ms = 0;

    if (ct_conf_parse_ms(value, &ms) != CT_OK || ms < MIN_INTERVAL_MS
        || ms > MAX_INTERVAL_MS) {
        return ct_conf_error(conf,
                             "'%.*s' is not an interval: it goes from 100ms "
                             "to 1h",
                             CT_STR_ARG(value));
    }
    statsd->interval_ms = ms;
    return CT_OK;
}


static ct_rc_t
take_format(ct_conf_t *conf, ct_statsd_conf_t *statsd, ct_str_t value)
{
    statsd->style.is_tagged = ct_str_eq_c(value, "dogstatsd");
    if (!statsd->style.is_tagged && !ct_str_eq_c(value, "statsd")) {
        return ct_conf_error(conf,
                             "'%.*s' is not a format: it is statsd or "
                             "dogstatsd",
                             CT_STR_ARG(value));
    }
    return CT_OK;
}


static ct_rc_t
take_packet(ct_conf_t *conf, ct_statsd_conf_t *statsd, ct_str_t value)
{
    if (ct_conf_parse_size(value, &statsd->max_packet) != CT_OK
        || statsd->max_packet < MIN_PACKET
        || statsd->max_packet > CT_BATCH_SIZE) {
        return ct_conf_error(conf,
                             "'%.*s' is not a datagram's size: it goes from "
                             "%d to %d",
                             CT_STR_ARG(value), MIN_PACKET, CT_BATCH_SIZE);
    }
    return CT_OK;
}


static ct_rc_t
take_per_method(ct_conf_t *conf, ct_statsd_conf_t *statsd, ct_str_t value)
{
    statsd->by_method = ct_str_eq_c(value, "on");
    if (!statsd->by_method && !ct_str_eq_c(value, "off")) {
        return ct_conf_error(conf, "'per_method=' is on or off, not '%.*s'",
                             CT_STR_ARG(value));
    }
    return CT_OK;
}


static const word_t words[] = {
    { "prefix=", take_prefix },     { "interval=", take_interval },
    { "format=", take_format },     { "tags=", take_tags },
    { "max_packet=", take_packet }, { "per_method=", take_per_method },
};

/* Of a word: its bit among those that were seen. */
#define BIT_PER_METHOD (1u << 5)


static ct_rc_t
take_word(ct_conf_t *conf, ct_statsd_conf_t *statsd, ct_str_t text,
          unsigned *seen)
{
    for (unsigned i = 0; i < CT_ARRAY_LEN(words); i++) {
        const size_t len = strlen(words[i].c_key);

        if (!ct_str_starts_with(text, words[i].c_key)) {
            continue;
        }
        if ((*seen & 1u << i) != 0) {
            return ct_conf_error(conf, "'%s' is given twice", words[i].c_key);
        }
        *seen |= 1u << i;
        return words[i].take(conf, statsd,
                             (ct_str_t){ text.len - len, text.data + len });
    }
    return ct_conf_error(conf,
                         "'%.*s' is nothing that 'statsd' takes, which is "
                         "prefix=, interval=, format=, tags=, max_packet= "
                         "and per_method=",
                         CT_STR_ARG(text));
}


/* What the words mean together. */
static ct_rc_t
check(const ct_conf_t *conf, ct_statsd_conf_t *statsd, unsigned seen)
{
    const ct_metric_style_t *style = &statsd->style;

    if (style->tags.len > 0 && !style->is_tagged) {
        return ct_conf_error(conf, "'tags=' needs 'format=dogstatsd'");
    }
    if ((seen & BIT_PER_METHOD) == 0) {
        statsd->by_method = style->is_tagged;
    }
    /* Any two lines fit beside each other, a newline between them. */
    if (2 * (CT_METRIC_ROOM + style->prefix.len + style->tags.len) + 1
        > statsd->max_packet) {
        return ct_conf_error(conf,
                             "the prefix and the tags are too long for "
                             "datagrams of %zu bytes",
                             statsd->max_packet);
    }
    return CT_OK;
}


static bool
is_digits(ct_str_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return false;
        }
    }
    return true;
}


/* Where an address can be told from a name without asking anybody. */
static bool
names_a_host(ct_str_t text)
{
    return !ct_str_starts_with(text, "unix:") && text.data[0] != '[';
}


/* Its port is put behind a bare host; unix paths are taken from the prefix. */
static ct_str_t
complete(const ct_conf_t *conf, ct_str_t text)
{
    const ct_str_t path = { text.len - 5, text.data + 5 };

    if (!names_a_host(text)) {
        return ct_str_starts_with(text, "unix:") && path.len > 0
                       && path.data[0] != '@'
                   ? ct_str_printf(conf->pool, "unix:%.*s",
                                   CT_STR_ARG(ct_conf_path(conf->cycle, path)))
                   : text;
    }
    return memchr(text.data, ':', text.len) == NULL && !is_digits(text)
               ? ct_str_printf(conf->pool, "%.*s:" DEFAULT_PORT,
                               CT_STR_ARG(text))
               : text;
}


/*
 * Whether all but the host's name is in order: with an address in its place
 * it would be right.
 */
static bool
has_form(const ct_conf_t *conf, ct_str_t text)
{
    const char *colon = memchr(text.data, ':', text.len);
    ct_addr_t   addr;
    const char *c_why = NULL;
    size_t      len;

    if (colon == NULL || colon == text.data) {
        return false;
    }
    len = (size_t) (colon - text.data);
    for (size_t i = 0; i < len; i++) {
        if (!is_name_byte(text.data[i])) {
            return false;
        }
    }
    return ct_addr_parse_numeric(ct_str_printf(conf->pool, "127.0.0.1%.*s",
                                               (int) (text.len - len), colon),
                                 &addr, &c_why)
           == CT_OK;
}


static ct_rc_t
take_address(ct_conf_t *conf, ct_statsd_conf_t *statsd)
{
    const ct_str_t text = complete(conf, conf->args[1]);
    const char    *c_why = "the host is missing";

    statsd->text = text;
    if (names_a_host(text) && (is_digits(text) || text.data[0] == '*')) {
        return ct_conf_error(conf, "'%.*s' is not a receiver: %s",
                             CT_STR_ARG(text), c_why);
    }
    if (ct_str_starts_with(text, "fd:")) {
        return ct_conf_error(conf, "'statsd' takes no 'fd:'");
    }
    statsd->is_found = ct_addr_parse(text, &statsd->addr, &c_why) == CT_OK;
    if (statsd->is_found) {
        return CT_OK;
    }
    if (!names_a_host(text) || !has_form(conf, text)) {
        return ct_conf_error(conf, "'%.*s' is not a receiver: %s",
                             CT_STR_ARG(text), c_why);
    }
    ct_conf_warn(conf,
                 "'%.*s' is not known: %s; statsd waits for the next reload",
                 CT_STR_ARG(text), c_why);
    return CT_OK;
}


static ct_rc_t
set_statsd(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_statsd_conf_t *statsd = field;
    unsigned          seen = 0;

    (void) directive;
    *statsd = (ct_statsd_conf_t){
        .is_set = true,
        .style = { .prefix = CT_STR_INIT(DEFAULT_PREFIX),
                   .tags = CT_STR_INIT("") },
        .interval_ms = DEFAULT_INTERVAL_MS,
        .max_packet = DEFAULT_PACKET,
    };
    if (conf->args[1].len == 0) {
        return ct_conf_error(conf, "'statsd' wants a receiver");
    }
    for (size_t i = 2; i < conf->nargs; i++) {
        if (take_word(conf, statsd, conf->args[i], &seen) != CT_OK) {
            return CT_ERROR;
        }
    }
    if (check(conf, statsd, seen) != CT_OK) {
        return CT_ERROR;
    }
    return take_address(conf, statsd);
}


/* clang-format off */
const ct_conf_type_t ct_statsd_type = {
    .name = "ADDRESS [key=value ...]", .min_args = 1, .max_args = 7,
    .set = set_statsd,
};
/* clang-format on */
