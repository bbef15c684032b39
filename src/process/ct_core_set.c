/*
 * ct_core_set.c -- the types of values that only the core module takes.
 *
 * Names of users and groups are looked up here, in the master, while the
 * configuration is read: a worker that has dropped its rights might not be
 * able to, and a name that does not exist is an error of the file.
 */

#include "core/ct_config.h"

#include "process/ct_core_set.h"

#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "process/ct_core_module.h"
#include "process/ct_watch.h"

/* Longest name of a variable; setenv gets a copy of it. */
#define ENV_NAME_SIZE 255


/* Whether the value is the table's own, which nobody wrote into a file. */
static bool
is_preset(const ct_conf_t *conf)
{
    return strcmp(conf->node->file, "default") == 0;
}


/* Processors that this process may use, at least 1. */
static unsigned
count_processors(void)
{
#if CT_HAVE_SCHED_AFFINITY
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof(set), &set) == 0) {
        return (unsigned) CPU_COUNT(&set);
    }
#endif
    {
        const long n = sysconf(_SC_NPROCESSORS_ONLN);

        return n > 0 ? (unsigned) n : 1;
    }
}


static ct_rc_t
set_workers(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    uint32_t *workers = field;
    uint64_t  n = 0;

    (void) directive;
    if (ct_str_eq_c(conf->args[1], "auto")) {
        n = count_processors();
        n = n < CT_MAX_WORKERS ? n : CT_MAX_WORKERS;
    } else if (ct_str_to_u64(conf->args[1], &n) != CT_OK || n < 1
               || n > CT_MAX_WORKERS) {
        return ct_conf_error(conf,
                             "'%.*s' is not a number of workers: "
                             "'%.*s' takes 1 to %d, or auto",
                             CT_STR_ARG(conf->args[1]),
                             CT_STR_ARG(conf->args[0]), CT_MAX_WORKERS);
    }
    *workers = (uint32_t) n;
    return CT_OK;
}


static ct_rc_t
set_control(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const ct_str_t value = conf->args[1];
    ct_str_t      *control = field;

    (void) directive;
    if (!ct_str_eq_c(value, "off")
        && (!ct_str_starts_with(value, "unix:")
            || value.len == sizeof("unix:") - 1)) {
        return ct_conf_error(conf,
                             "'%.*s' is no place for the control socket: it "
                             "is unix:PATH, or off",
                             CT_STR_ARG(value));
    }
    if (ct_str_starts_with(value, "unix:@")) {
        return ct_conf_error(conf,
                             "the control socket needs a file, which keeps "
                             "others away: '%.*s' has none",
                             CT_STR_ARG(value));
    }
    *control = value;
    return CT_OK;
}


/* Behind the destination: a level and "json", in any order. */
static ct_rc_t
set_log_words(ct_conf_t *conf, ct_error_log_t *log)
{
    for (size_t i = 2; i < conf->nargs; i++) {
        if (ct_str_eq_c(conf->args[i], "json")) {
            log->is_json = true;
        } else if (ct_log_level_parse(conf->args[i].data, &log->level)
                   != CT_OK) {
            return ct_conf_error(conf,
                                 "'%.*s' is not a level: it is one of debug, "
                                 "info, notice, warn, error, crit, alert, "
                                 "emerg",
                                 CT_STR_ARG(conf->args[i]));
        }
    }
    return CT_OK;
}


/* What it is: a word of syslog's, stderr, or a file. */
static ct_rc_t
set_log_path(ct_conf_t *conf, ct_error_log_t *log)
{
    ct_str_t why;

    if (ct_syslog_is_meant(log->path)) {
        if (ct_syslog_create(conf->pool, &conf->cycle->files, log->path,
                             &log->syslog, &why)
            != CT_OK) {
            return ct_conf_error(conf, "%.*s", CT_STR_ARG(why));
        }
        ct_syslog_set_msgid(log->syslog, "error");
    } else if (!ct_str_eq_c(log->path, "stderr")) {
        log->path = ct_conf_path(conf->cycle, log->path);
    }
    return CT_OK;
}


static ct_rc_t
set_error_log(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_error_logs_t *logs = field;
    ct_error_log_t   log = { .path = conf->args[1], .level = CT_LOG_ERR };

    (void) directive;
    if (set_log_words(conf, &log) != CT_OK
        || set_log_path(conf, &log) != CT_OK) {
        return CT_ERROR;
    }
    for (size_t i = 0; i < logs->n; i++) {
        if (ct_str_eq(logs->items[i].path, log.path)) {
            return ct_conf_error(conf, "'%.*s' is an error log already",
                                 CT_STR_ARG(log.path));
        }
    }
    if (logs->n == CT_MAX_ERROR_LOGS) {
        return ct_conf_error(conf, "there are %d error logs already",
                             CT_MAX_ERROR_LOGS);
    }
    logs->items[logs->n] = log;
    logs->n++;
    return CT_OK;
}


static ct_rc_t
find_group(ct_conf_t *conf, ct_str_t name, gid_t *gid)
{
    const struct group *group = NULL;
    uint64_t            number = 0;

    if (ct_str_to_u64(name, &number) == CT_OK && number < UINT32_MAX) {
        *gid = (gid_t) number;
        return CT_OK;
    }
    group = getgrnam(name.data);
    if (group == NULL) {
        return ct_conf_error(conf, "there is no group '%.*s'",
                             CT_STR_ARG(name));
    }
    *gid = group->gr_gid;
    return CT_OK;
}


static ct_rc_t
set_user(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_user_t           *user = field;
    const struct passwd *passwd = NULL;
    uint64_t             number = 0;

    (void) directive;
    if (geteuid() != 0) {
        if (!is_preset(conf)) {
            ct_conf_warn(conf, "only root can change the user, "
                               "'user' is ignored");
        }
        return CT_OK;
    }
    if (ct_str_to_u64(conf->args[1], &number) == CT_OK && number < UINT32_MAX) {
        passwd = getpwuid((uid_t) number);
    } else {
        passwd = getpwnam(conf->args[1].data);
    }
    if (passwd == NULL) {
        return ct_conf_error(conf, "there is no user '%.*s'",
                             CT_STR_ARG(conf->args[1]));
    }
    user->uid = passwd->pw_uid;
    user->gid = passwd->pw_gid;
    user->c_name = ct_str_dup_c(conf->pool, ct_str_of(passwd->pw_name));
    user->is_set = true;
    return conf->nargs > 2 ? find_group(conf, conf->args[2], &user->gid)
                           : CT_OK;
}


static ct_rc_t
set_umask(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_setting_t *setting = field;
    const char   *text = conf->args[1].data;
    char         *end = NULL;
    unsigned long value = strtoul(text, &end, 8);

    (void) directive;
    if (text[0] < '0' || text[0] > '7' || *end != '\0' || value > 0777) {
        return ct_conf_error(conf,
                             "'%s' is not a mask: 'umask' takes up to "
                             "four octal digits, such as 027",
                             text);
    }
    *setting = (ct_setting_t){ true, (rlim_t) value };
    return CT_OK;
}


static ct_rc_t
set_limit(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_setting_t *setting = field;
    size_t        value = 0;

    (void) directive;
    if (ct_str_eq_c(conf->args[1], "unlimited")) {
        *setting = (ct_setting_t){ true, RLIM_INFINITY };
        return CT_OK;
    }
    if (ct_conf_parse_size(conf->args[1], &value) != CT_OK) {
        return ct_conf_error(conf,
                             "'%.*s' is not a limit: '%.*s' takes a number, "
                             "also with k, m or g, or unlimited",
                             CT_STR_ARG(conf->args[1]),
                             CT_STR_ARG(conf->args[0]));
    }
    *setting = (ct_setting_t){ true, (rlim_t) value };
    return CT_OK;
}


static ct_rc_t
set_priority(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_priority_t *priority = field;
    int64_t        value = 0;

    (void) directive;
    if (ct_str_to_i64(conf->args[1], &value) != CT_OK || value < -20
        || value > 19) {
        return ct_conf_error(conf,
                             "'%.*s' is not a priority: it goes from -20 "
                             "(first) to 19 (last)",
                             CT_STR_ARG(conf->args[1]));
    }
    *priority = (ct_priority_t){ true, (int) value };
    return CT_OK;
}


/* Binary digits, processor 0 last, as nginx writes them. */
static ct_rc_t
parse_mask(ct_conf_t *conf, ct_str_t text, cpu_set_t *mask)
{
    CPU_ZERO(mask);
    for (size_t i = 0; i < text.len; i++) {
        const char   digit = text.data[text.len - 1 - i];
        const size_t most = CPU_SETSIZE;

        if ((digit != '0' && digit != '1') || i >= most) {
            return ct_conf_error(conf,
                                 "'%.*s' is not a mask of processors: "
                                 "it has a digit 0 or 1 for each",
                                 CT_STR_ARG(text));
        }
        if (digit == '1') {
            CPU_SET(i, mask);
        }
    }
    if (CPU_COUNT(mask) == 0) {
        return ct_conf_error(conf, "the mask '%.*s' has no processor",
                             CT_STR_ARG(text));
    }
    return CT_OK;
}


/* `auto [MASK]`: one processor for each worker, in turn. */
static ct_rc_t
set_affinity_auto(ct_conf_t *conf, ct_affinity_t *affinity)
{
    cpu_set_t  allowed;
    cpu_set_t *masks = NULL;

    if (conf->nargs > 3) {
        return ct_conf_error(conf, "'auto' takes one mask at most");
    }
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
        return ct_conf_error(conf, "the processors cannot be told");
    }
    if (conf->nargs == 3) {
        if (parse_mask(conf, conf->args[2], &allowed) != CT_OK) {
            return CT_ERROR;
        }
    }
    affinity->n = (size_t) CPU_COUNT(&allowed);
    masks = ct_pool_zalloc(conf->pool, affinity->n * sizeof(*masks));
    for (size_t cpu = 0, i = 0; i < affinity->n; cpu++) {
        if (CPU_ISSET(cpu, &allowed)) {
            CPU_SET(cpu, &masks[i]);
            i++;
        }
    }
    affinity->masks = masks;
    return CT_OK;
}


static ct_rc_t
set_affinity(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    ct_affinity_t *affinity = field;
    cpu_set_t     *masks = NULL;

    (void) directive;
    if (!CT_HAVE_SCHED_AFFINITY) {
        return ct_conf_error(conf, "this system does not bind processors");
    }
    if (ct_str_eq_c(conf->args[1], "auto")) {
        return set_affinity_auto(conf, affinity);
    }
    affinity->n = conf->nargs - 1;
    masks = ct_pool_zalloc(conf->pool, affinity->n * sizeof(*masks));
    for (size_t i = 0; i < affinity->n; i++) {
        if (parse_mask(conf, conf->args[i + 1], &masks[i]) != CT_OK) {
            return CT_ERROR;
        }
    }
    affinity->masks = masks;
    return CT_OK;
}


/* One more in a list that repeats; the old items are copied. */
static void
append(ct_pool_t *pool, ct_conf_strs_t *strs, ct_str_t str)
{
    ct_str_t *items = ct_pool_alloc(pool, (strs->n + 1) * sizeof(*items));

    if (strs->n > 0) {
        memcpy(items, strs->items, strs->n * sizeof(*items));
    }
    items[strs->n] = str;
    strs->items = items;
    strs->n++;
}


/*
 * The environment is passed on as it is, so a bare name changes nothing: it
 * asks that the variable be there, and is an error if it is not.
 */
static ct_rc_t
set_env(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const ct_str_t text = conf->args[1];
    const char    *equals = memchr(text.data, '=', text.len);
    const size_t   len =
        equals != NULL ? (size_t) (equals - text.data) : text.len;

    (void) directive;
    if (len == 0 || len > ENV_NAME_SIZE) {
        return ct_conf_error(conf, "'%.*s' is not NAME=VALUE or NAME",
                             CT_STR_ARG(text));
    }
    if (equals != NULL) {
        append(conf->pool, field, text);
        return CT_OK;
    }
    if (getenv(text.data) == NULL) {
        return ct_conf_error(conf, "the environment has no '%.*s'",
                             CT_STR_ARG(text));
    }
    return CT_OK;
}


static ct_rc_t
set_load(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    (void) directive;
    append(conf->pool, field, conf->args[1]);
    return CT_OK;
}


/* A file of its own, or each that a pattern matches, and the pattern. */
static ct_rc_t
note_file(const ct_conf_t *conf, ct_str_t path)
{
    ct_array_t *stamps = &conf->cycle->stamps;
    glob_t      found;
    int         answer;

    path = ct_conf_path(conf->cycle, path);
    ct_file_note(stamps, path);
    if (!ct_file_is_pattern(path.data)) {
        return CT_OK;
    }
    answer = glob(path.data, 0, NULL, &found);
    if (answer == GLOB_NOMATCH) {
        return CT_OK;
    }
    if (answer != 0) {
        return ct_conf_error(conf, "cannot look for '%.*s'", CT_STR_ARG(path));
    }
    for (size_t i = 0; i < found.gl_pathc; i++) {
        ct_file_note(stamps, ct_str_of(found.gl_pathv[i]));
    }
    globfree(&found);
    return CT_OK;
}


static ct_rc_t
set_watch(ct_conf_t *conf, const ct_directive_t *directive, void *field)
{
    const int *mode = field;

    if (ct_conf_set_word(conf, directive, field) != CT_OK) {
        return CT_ERROR;
    }
    if (conf->nargs > 2 && *mode == CT_WATCH_OFF) {
        return ct_conf_error(conf, "'watch off' looks at no file");
    }
    for (size_t i = 2; i < conf->nargs; i++) {
        if (note_file(conf, conf->args[i]) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static const ct_conf_word_t watch_words[] = {
    { "on", CT_WATCH_ON },
    { "off", CT_WATCH_OFF },
    { "poll", CT_WATCH_POLL },
    { NULL, 0 },
};


/* clang-format off */
const ct_conf_type_t ct_core_type_workers = {
    .name = "number | auto", .min_args = 1, .max_args = 1, .set = set_workers,
};

const ct_conf_type_t ct_core_type_control = {
    .name = "unix:PATH | off", .min_args = 1, .max_args = 1, .set = set_control,
};

const ct_conf_type_t ct_core_type_error_log = {
    .name = "FILE | stderr | syslog:... [LEVEL] [json]",
    .min_args = 1, .max_args = 3,
    .flags = CT_CONF_MANY, .set = set_error_log,
};
const ct_conf_type_t ct_core_type_user = {
    .name = "USER [GROUP]", .min_args = 1, .max_args = 2, .set = set_user,
};
const ct_conf_type_t ct_core_type_umask = {
    .name = "octal", .min_args = 1, .max_args = 1, .set = set_umask,
};
const ct_conf_type_t ct_core_type_limit = {
    .name = "number | unlimited", .min_args = 1, .max_args = 1,
    .set = set_limit,
};
const ct_conf_type_t ct_core_type_priority = {
    .name = "-20 .. 19", .min_args = 1, .max_args = 1, .set = set_priority,
};
const ct_conf_type_t ct_core_type_affinity = {
    .name = "auto [MASK] | MASK ...", .min_args = 1,
    .max_args = CT_MAX_WORKERS, .set = set_affinity,
};
const ct_conf_type_t ct_core_type_env = {
    .name = "NAME[=VALUE]", .min_args = 1, .max_args = 1,
    .flags = CT_CONF_MANY, .set = set_env,
};
const ct_conf_type_t ct_core_type_load = {
    .name = "FILE", .min_args = 1, .max_args = 1, .flags = CT_CONF_MANY,
    .set = set_load,
};
const ct_conf_type_t ct_core_type_watch = {
    .name = "on | off | poll [FILE ...]", .min_args = 1,
    .max_args = CT_CONF_MAX_ARGS, .set = set_watch, .words = watch_words,
};
/* clang-format on */
