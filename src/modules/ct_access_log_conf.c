/*
 * ct_access_log_conf.c -- `log_format` and `access_log`, as they are read.
 *
 * A format may be used above the line that declares it, so it is made when it
 * is first named, and whether all are declared is asked at the end.  The same
 * file may be named in many places: it is opened once, and in each worker has
 * one buffer, whose size must not be told in two ways.
 *
 * Files are opened while the configuration is read: by the master, which may
 * still have rights that its workers have not.
 */

#include "core/ct_config.h"

#include "modules/ct_access_log_conf.h"

#include <unistd.h>

#include <cthrift.h>

#include "core/ct_file.h"
#include "core/ct_syslog.h"
#include "core/ct_zone.h"

/* Of the text of a format, its values not counted. */
#define MOST_TEXT (CT_ACCESS_LOG_LINE / 4)

/* What `flush=` is where only `buffer=` is given. */
#define FLUSH_MS 5000

/* Beyond that a buffer is a mistake. */
#define MOST_BUFFER ((size_t) 64 * 1024 * 1024)

/* A whole, in ct_access_log_t.share. */
#define WHOLE (UINT64_C(1) << 32)

#define BILLION UINT64_C(1000000000)

#define DEFAULT_FORMAT CT_STR("main")

typedef struct preset_s {
    const char *c_name;
    ct_escape_t escape;
    const char *c_text;
} preset_t;

static const preset_t presets[] = {
    { "main", CT_ESCAPE_TEXT,
      "$remote_addr [$time_iso8601] $service.$method $status $request_time "
      "$request_length $reply_length \"$dialect\" $connection:$seqid" },
    { "json", CT_ESCAPE_JSON,
      "{\"time\":\"$time_iso8601\",\"remote_addr\":\"$remote_addr\","
      "\"service\":\"$service\",\"method\":\"$method\","
      "\"message_type\":\"$message_type\",\"seqid\":\"$seqid\","
      "\"status\":\"$status\",\"exception\":\"$exception\","
      "\"request_time\":$request_time,\"queue_time\":$queue_time,"
      "\"request_length\":$request_length,\"reply_length\":$reply_length,"
      "\"transport\":\"$transport\",\"protocol\":\"$protocol\","
      "\"connection\":\"$connection\",\"request_id\":\"$request_id\","
      "\"worker\":$worker_id}" },
};


static ct_access_log_conf_t *
main_conf(const ct_cycle_t *cycle)
{
    return ct_cycle_conf(cycle, &ct_access_log_module);
}


/* A list of pointers at *list, made when it is first asked for. */
static ct_array_t *
list_of(ct_conf_t *conf, ct_array_t **list)
{
    if (*list == NULL) {
        *list = ct_pool_alloc(conf->pool, sizeof(**list));
        ct_array_init(*list, conf->pool, sizeof(void *));
    }
    return *list;
}


/* ---- Formats. */

static ct_access_format_t *
format_named(ct_conf_t *conf, ct_str_t name)
{
    ct_array_t *formats = list_of(conf, &main_conf(conf->cycle)->formats);
    ct_access_format_t *format;

    for (size_t i = 0; i < formats->n; i++) {
        format = *(ct_access_format_t **) ct_array_at(formats, i);
        if (ct_str_eq(format->name, name)) {
            return format;
        }
    }
    format = ct_pool_zalloc(conf->pool, sizeof(*format));
    format->name = name;
    format->node = conf->node;
    *(ct_access_format_t **) ct_array_push(formats) = format;
    return format;
}


static ct_rc_t
escape_parse(ct_conf_t *conf, ct_str_t word, ct_escape_t *escape)
{
    if (ct_str_eq_c(word, "escape=default")) {
        *escape = CT_ESCAPE_TEXT;
    } else if (ct_str_eq_c(word, "escape=json")) {
        *escape = CT_ESCAPE_JSON;
    } else if (ct_str_eq_c(word, "escape=none")) {
        *escape = CT_ESCAPE_NONE;
    } else {
        return ct_conf_error(conf,
                             "'%.*s' is none of escape=default, escape=json "
                             "and escape=none",
                             CT_STR_ARG(word));
    }
    return CT_OK;
}


/* The words of a format one behind the other, with nothing in between. */
static ct_str_t
joined(const ct_conf_t *conf, size_t first)
{
    size_t len = 0;
    char  *text;

    for (size_t i = first; i < conf->nargs; i++) {
        len += conf->args[i].len;
    }
    text = ct_pool_alloc(conf->pool, len + 1);
    len = 0;
    for (size_t i = first; i < conf->nargs; i++) {
        memcpy(text + len, conf->args[i].data, conf->args[i].len);
        len += conf->args[i].len;
    }
    text[len] = '\0';
    return (ct_str_t){ len, text };
}


static bool
has_newline(ct_str_t text)
{
    return text.len != 0 && memchr(text.data, '\n', text.len) != NULL;
}


/* log_format NAME [escape=default|json|none] TEXT ...; */
static ct_rc_t
format_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
           void *field CT_UNUSED)
{
    ct_access_format_t *format = format_named(conf, conf->args[1]);
    size_t              first = 2;
    ct_str_t            text;

    if (format->template != NULL) {
        return ct_conf_error(conf, "log_format '%.*s' is declared twice",
                             CT_STR_ARG(format->name));
    }
    format->escape = CT_ESCAPE_TEXT;
    if (ct_str_starts_with(conf->args[first], "escape=")) {
        if (escape_parse(conf, conf->args[first], &format->escape) != CT_OK) {
            return CT_ERROR;
        }
        first++;
    }
    text = joined(conf, first);
    if (text.len == 0) {
        return ct_conf_error(conf, "log_format '%.*s' has no text",
                             CT_STR_ARG(format->name));
    }
    if (text.len > MOST_TEXT) {
        return ct_conf_error(conf, "log_format '%.*s' is longer than %zu bytes",
                             CT_STR_ARG(format->name), MOST_TEXT);
    }
    if (has_newline(text)) {
        return ct_conf_error(conf, "log_format '%.*s' has more than one line",
                             CT_STR_ARG(format->name));
    }
    return ct_template_compile(conf, text, &format->template);
}


/*
 * Declared, or one that is there without; those are compiled where they are
 * used, and may be declared as something else in the file's own words.
 */
static ct_rc_t
format_settle(ct_conf_t *conf, ct_access_format_t *format)
{
    for (size_t i = 0; format->template == NULL && i < CT_ARRAY_LEN(presets);
         i++) {
        if (ct_str_eq_c(format->name, presets[i].c_name)) {
            format->escape = presets[i].escape;
            return ct_template_compile(conf, ct_str_of(presets[i].c_text),
                                       &format->template);
        }
    }
    if (format->template == NULL) {
        return ct_conf_error(conf, "there is no log_format '%.*s'",
                             CT_STR_ARG(format->name));
    }
    return CT_OK;
}


/* ---- Targets. */

static ct_access_target_t *
target_named(ct_conf_t *conf, ct_str_t word)
{
    ct_array_t *targets = list_of(conf, &main_conf(conf->cycle)->targets);
    ct_access_target_t *target;

    for (size_t i = 0; i < targets->n; i++) {
        target = *(ct_access_target_t **) ct_array_at(targets, i);
        if (ct_str_eq(target->word, word)) {
            return target;
        }
    }
    target = ct_pool_zalloc(conf->pool, sizeof(*target));
    target->word = word;
    target->node = conf->node;
    target->index = targets->n;
    *(ct_access_target_t **) ct_array_push(targets) = target;
    return target;
}


/* As they are told apart: by where they are, not by how that was written. */
static ct_str_t
target_word(const ct_conf_t *conf, ct_str_t word)
{
    if (ct_str_eq_c(word, "stderr") || ct_syslog_is_meant(word)) {
        return word;
    }
    return ct_conf_path(conf->cycle, word);
}


static ct_rc_t
target_open_file(ct_cycle_t *cycle, ct_access_target_t *target)
{
    const ct_str_t name =
        ct_str_printf(cycle->pool, "access_log:%.*s", CT_STR_ARG(target->word));
    ct_zone_t *zone;

    if (ct_str_eq_c(target->word, "stderr")) {
        target->file = ct_file_find(&cycle->files, cycle->pool, CT_STR(""));
        ct_file_take(target->file, STDERR_FILENO);
    } else {
        target->file = ct_file_find(&cycle->files, cycle->pool, target->word);
    }
    if (ct_zone_take(cycle, name, sizeof(*target->torn), &zone) != CT_OK) {
        return CT_ERROR;
    }
    target->torn = zone->addr;
    return ct_file_open(target->file, &cycle->log);
}


static ct_rc_t
target_open(ct_conf_t *conf, ct_access_target_t *target)
{
    ct_cycle_t *cycle = conf->cycle;
    ct_str_t    why;

    if (!ct_syslog_is_meant(target->word)) {
        return target_open_file(cycle, target);
    }
    if (ct_syslog_create(cycle->pool, &cycle->files, target->word,
                         &target->syslog, &why)
        != CT_OK) {
        return ct_conf_error(conf, "%.*s", CT_STR_ARG(why));
    }
    ct_syslog_set_msgid(target->syslog, "access");
    return CT_OK;
}


/* Options that cannot take effect are refused. */
static ct_rc_t
target_settle(ct_conf_t *conf, ct_access_target_t *target)
{
    if (target->buffer_size == 0 && target->flush_ms != 0) {
        return ct_conf_error(conf, "flush= has no effect without buffer=");
    }
    if (target->buffer_size != 0 && ct_syslog_is_meant(target->word)) {
        return ct_conf_error(conf, "syslog takes no buffer=");
    }
    if (target->buffer_size != 0 && target->flush_ms == 0) {
        target->flush_ms = FLUSH_MS;
    }
    return target_open(conf, target);
}


/* ---- access_log. */

/* Told twice for one file it must be the same. */
static ct_rc_t
buffer_set(ct_conf_t *conf, ct_access_target_t *target, ct_str_t value)
{
    size_t size;

    if (ct_conf_parse_size(value, &size) != CT_OK || size == 0
        || size > MOST_BUFFER) {
        return ct_conf_error(conf, "'%.*s' is no size of a buffer",
                             CT_STR_ARG(value));
    }
    if (target->buffer_size != 0 && target->buffer_size != size) {
        return ct_conf_error(conf, "'%.*s' has another buffer= elsewhere",
                             CT_STR_ARG(target->word));
    }
    target->buffer_size = size;
    return CT_OK;
}


static ct_rc_t
flush_set(ct_conf_t *conf, ct_access_target_t *target, ct_str_t value)
{
    uint64_t time_ms;

    if (ct_conf_parse_ms(value, &time_ms) != CT_OK || time_ms == 0) {
        return ct_conf_error(conf, "'%.*s' is no time to flush a buffer",
                             CT_STR_ARG(value));
    }
    if (target->flush_ms != 0 && target->flush_ms != time_ms) {
        return ct_conf_error(conf, "'%.*s' has another flush= elsewhere",
                             CT_STR_ARG(target->word));
    }
    target->flush_ms = time_ms;
    return CT_OK;
}


/* "12.5" without its '%': of a hundred, in billionths of a whole. */
static ct_rc_t
percent_parse(ct_str_t text, uint64_t *billionths)
{
    uint64_t value = 0;
    uint64_t unit = BILLION / 100;
    bool     behind_point = false;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '.' && !behind_point && i > 0) {
            behind_point = true;
            continue;
        }
        if (text.data[i] < '0' || text.data[i] > '9' || unit == 1
            || value > BILLION) {
            return CT_DECLINED;
        }
        if (behind_point) {
            unit /= 10;
            value += unit * (uint64_t) (text.data[i] - '0');
        } else {
            value = value * 10 + unit * (uint64_t) (text.data[i] - '0');
        }
    }
    *billionths = value;
    return text.len > 0 ? CT_OK : CT_DECLINED;
}


/* sample=N, one call of N, or sample=P%. */
static ct_rc_t
sample_set(ct_conf_t *conf, ct_access_log_t *log, ct_str_t value)
{
    uint64_t n;

    if (ct_str_ends_with(value, "%")) {
        const ct_str_t digits = { value.len - 1, value.data };

        if (percent_parse(digits, &n) == CT_OK && n > 0 && n <= BILLION) {
            n = n * WHOLE / BILLION;
            log->share = n == WHOLE ? 0 : n == 0 ? 1 : (uint32_t) n;
            return CT_OK;
        }
    } else if (ct_str_to_u64(value, &n) == CT_OK && n > 0 && n <= INT32_MAX) {
        log->share = n == 1 ? 0 : (uint32_t) (WHOLE / n);
        return CT_OK;
    }
    return ct_conf_error(conf,
                         "sample=%.*s is neither one call of a number nor a "
                         "share of them in %%",
                         CT_STR_ARG(value));
}


static ct_rc_t
option_set(ct_conf_t *conf, ct_access_log_t *log, ct_str_t word)
{
    const char    *c_equals = memchr(word.data, '=', word.len);
    const size_t   n = c_equals == NULL ? 0 : (size_t) (c_equals - word.data);
    const ct_str_t name = { n, word.data };
    ct_str_t       value;

    if (n == 0) {
        return ct_conf_error(conf, "access_log has one format, not '%.*s' too",
                             CT_STR_ARG(word));
    }
    value = (ct_str_t){ word.len - n - 1, c_equals + 1 };
    if (ct_str_eq_c(name, "buffer")) {
        return buffer_set(conf, log->target, value);
    }
    if (ct_str_eq_c(name, "flush")) {
        return flush_set(conf, log->target, value);
    }
    if (ct_str_eq_c(name, "sample")) {
        return sample_set(conf, log, value);
    }
    if (ct_str_eq_c(name, "if")) {
        if (value.len == 0) {
            return ct_conf_error(conf, "if= wants a variable");
        }
        return ct_template_compile(conf, value, &log->condition);
    }
    return ct_conf_error(conf, "'%.*s' is no option of access_log",
                         CT_STR_ARG(word));
}


/* Everything behind the target. */
static ct_rc_t
options_set(ct_conf_t *conf, ct_access_log_t *log)
{
    ct_str_t format = DEFAULT_FORMAT;
    size_t   i = 2;

    if (conf->nargs > 2
        && memchr(conf->args[2].data, '=', conf->args[2].len) == NULL) {
        format = conf->args[2];
        i++;
    }
    for (; i < conf->nargs; i++) {
        if (option_set(conf, log, conf->args[i]) != CT_OK) {
            return CT_ERROR;
        }
    }
    log->format = format_named(conf, format);
    return CT_OK;
}


static ct_rc_t
target_check(ct_conf_t *conf, ct_str_t word)
{
    if (word.len == 0) {
        return ct_conf_error(conf, "access_log wants a path");
    }
    if (!ct_syslog_is_meant(word) && memchr(word.data, '$', word.len) != NULL) {
        return ct_conf_error(conf, "there are no variables in a log's path");
    }
    return CT_OK;
}


/* access_log off | TARGET [FORMAT] [buffer=] [flush=] [if=] [sample=]; */
static ct_rc_t
log_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED, void *field)
{
    ct_access_log_conf_t *own = field;
    ct_access_log_t      *log;

    if (!conf->is_repeat) {
        ct_array_init(&own->logs, conf->pool, sizeof(ct_access_log_t));
        own->is_off = false;
    }
    if (own->is_off || (conf->is_repeat && ct_str_eq_c(conf->args[1], "off"))) {
        return ct_conf_error(conf, "'access_log off' stands beside another");
    }
    if (ct_str_eq_c(conf->args[1], "off")) {
        own->is_off = true;
        return conf->nargs == 2
                   ? CT_OK
                   : ct_conf_error(conf, "'access_log off' takes no options");
    }
    if (target_check(conf, conf->args[1]) != CT_OK) {
        return CT_ERROR;
    }
    log = ct_array_push(&own->logs);
    log->target = target_named(conf, target_word(conf, conf->args[1]));
    return options_set(conf, log);
}


/* ---- When all is read. */

ct_rc_t
ct_access_log_conf_settle(ct_cycle_t *cycle)
{
    ct_access_log_conf_t *conf = main_conf(cycle);
    ct_conf_t             at = { .cycle = cycle,
                                 .pool = cycle->pool,
                                 .log = &cycle->log,
                                 .block = cycle->main };

    for (size_t i = 0; conf->formats != NULL && i < conf->formats->n; i++) {
        ct_access_format_t *format =
            *(ct_access_format_t **) ct_array_at(conf->formats, i);

        at.node = format->node;
        if (format_settle(&at, format) != CT_OK) {
            return CT_ERROR;
        }
    }
    for (size_t i = 0; conf->targets != NULL && i < conf->targets->n; i++) {
        ct_access_target_t *target =
            *(ct_access_target_t **) ct_array_at(conf->targets, i);

        at.node = target->node;
        if (target_settle(&at, target) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


const ct_conf_type_t ct_access_log_format_type = {
    .name = "name [escape=default|json|none] text ...",
    .min_args = 2,
    .max_args = CT_CONF_MAX_ARGS - 1,
    .flags = CT_CONF_MANY,
    .set = format_set,
};

const ct_conf_type_t ct_access_log_type = {
    .name = "off | path | stderr | syslog:... [format] [option ...]",
    .min_args = 1,
    .max_args = 6,
    .flags = CT_CONF_MANY,
    .set = log_set,
};
