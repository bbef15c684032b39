/*
 * ct_options.c -- the command line, understood.
 *
 * nginx's manner: one-letter options may stand together (-tq) and take their
 * value from the same word or from the next (-cFILE, -c FILE).  Words with two
 * dashes are cthrift's own.  Relative paths: -p from the current directory,
 * -c and -e from the prefix.
 */

#include "core/ct_config.h"

#include "process/ct_options.h"

#include <limits.h>
#include <unistd.h>

#include "core/ct_conf.h"
#include "core/ct_pool.h"

#define INTERVAL "--interval="

/* Of `top`. */
#define MIN_INTERVAL_MS     100
#define DEFAULT_INTERVAL_MS 1000
#define MAX_INTERVAL_MS     3600000

/* What the options leave to be worked out. */
typedef struct raw_s {
    ct_options_t *options;
    ct_pool_t    *pool;
    int           argc;
    char *const  *argv;
    int           i; /* the word being read */
    const char   *c_prefix;
    const char   *c_conf;
    const char   *c_error_log;
    const char  **c_why;
} raw_t;


/* The reason is made in the pool, which the caller ends. */
static ct_rc_t
refuse(const raw_t *raw, const char *c_what, const char *c_word)
{
    *raw->c_why = ct_str_printf(raw->pool, "%s \"%s\"", c_what, c_word).data;
    return CT_ERROR;
}


/* The first action given stays: "-v -t" says the version and ends. */
static void
act(raw_t *raw, ct_action_t action)
{
    if (raw->options->action == CT_ACTION_SERVE) {
        raw->options->action = action;
    }
}


/* The value of an option: the rest of this word, or all of the next. */
static const char *
value_of(raw_t *raw, const char *c_rest)
{
    if (*c_rest != '\0') {
        return c_rest;
    }
    if (raw->i + 1 >= raw->argc) {
        return NULL;
    }
    raw->i++;
    return raw->argv[raw->i];
}


/* An option with a value; it ends its word. */
static ct_rc_t
read_valued(raw_t *raw, char letter, const char *c_rest)
{
    const char *value = value_of(raw, c_rest);

    if (value == NULL || *value == '\0') {
        return refuse(raw, "a value is missing for option",
                      (char[]){ '-', letter, '\0' });
    }
    switch (letter) {
    case 'p':
        raw->c_prefix = value;
        break;
    case 'c':
        raw->c_conf = value;
        break;
    case 'e':
        raw->c_error_log = value;
        break;
    case 'g':
        raw->options->directives = ct_str_of(value);
        break;
    case 's':
        act(raw, CT_ACTION_COMMAND);
        raw->options->word = ct_str_of(value);
        break;
    }
    return CT_OK;
}


/* An option without a value; CT_DECLINED for another letter. */
static ct_rc_t
read_plain(raw_t *raw, char letter)
{
    switch (letter) {
    case 'h':
    case '?':
        act(raw, CT_ACTION_HELP);
        return CT_OK;
    case 'v':
        act(raw, CT_ACTION_VERSION);
        return CT_OK;
    case 'V':
        /* It says all that -v says and more. */
        raw->options->action = CT_ACTION_BUILD;
        return CT_OK;
    case 't':
        act(raw, CT_ACTION_TEST);
        return CT_OK;
    case 'T':
        raw->options->action = CT_ACTION_DUMP;
        return CT_OK;
    case 'q':
        raw->options->quiet = true;
        return CT_OK;
    }
    return CT_DECLINED;
}


/* A word of letters behind one dash. */
static ct_rc_t
read_letters(raw_t *raw, const char *c_word)
{
    for (const char *p = c_word + 1; *p != '\0'; p++) {
        if (strchr("pcegs", *p) != NULL) {
            return read_valued(raw, *p, p + 1);
        }
        if (read_plain(raw, *p) != CT_OK) {
            return refuse(raw, "unknown option", c_word);
        }
    }
    return CT_OK;
}


static ct_rc_t
read_interval(raw_t *raw, const char *c_word)
{
    uint64_t *ms = &raw->options->interval_ms;

    if (ct_conf_parse_ms(ct_str_of(c_word + sizeof(INTERVAL) - 1), ms) != CT_OK
        || *ms < MIN_INTERVAL_MS || *ms > MAX_INTERVAL_MS) {
        return refuse(raw, "no time from 100ms to 1h", c_word);
    }
    return CT_OK;
}


static ct_rc_t
read_long(raw_t *raw, const char *c_word)
{
    static const struct {
        const char *name;
        ct_action_t action;
    } longs[] = {
        { "--directives", CT_ACTION_DIRECTIVES },
        { "--module-mk", CT_ACTION_MODULE_MK },
        { "--help", CT_ACTION_HELP },
        { "--version", CT_ACTION_VERSION },
    };

    if (strcmp(c_word, "--json") == 0) {
        raw->options->json = true;
        return CT_OK;
    }
    if (strcmp(c_word, "--once") == 0) {
        raw->options->once = true;
        return CT_OK;
    }
    if (ct_str_starts_with(ct_str_of(c_word), INTERVAL)) {
        return read_interval(raw, c_word);
    }
    for (size_t i = 0; i < CT_ARRAY_LEN(longs); i++) {
        if (strcmp(c_word, longs[i].name) == 0) {
            act(raw, longs[i].action);
            return CT_OK;
        }
    }
    return refuse(raw, "unknown option", c_word);
}


/* Arguments of -s: they make one line with its word. */
static ct_rc_t
read_bare(raw_t *raw, const char *c_word)
{
    ct_options_t *options = raw->options;

    if (options->action == CT_ACTION_SERVE && strcmp(c_word, "top") == 0) {
        options->action = CT_ACTION_TOP;
        return CT_OK;
    }
    if (options->action != CT_ACTION_COMMAND || strchr(c_word, '\n') != NULL) {
        return refuse(raw, "unexpected word", c_word);
    }
    options->word =
        ct_str_printf(raw->pool, "%.*s %s", CT_STR_ARG(options->word), c_word);
    return CT_OK;
}


static ct_rc_t
read_word(raw_t *raw, const char *c_word)
{
    if (c_word[0] != '-' || c_word[1] == '\0') {
        return read_bare(raw, c_word);
    }
    return c_word[1] == '-' ? read_long(raw, c_word)
                            : read_letters(raw, c_word);
}


static ct_rc_t
read_words(raw_t *raw)
{
    for (raw->i = 1; raw->i < raw->argc; raw->i++) {
        const ct_rc_t rc = read_word(raw, raw->argv[raw->i]);

        if (rc != CT_OK) {
            return rc;
        }
    }
    return CT_OK;
}


/* `c_path` taken from `base`, which ends with '/'. */
static ct_str_t
from_base(ct_pool_t *pool, ct_str_t base, const char *c_path)
{
    if (c_path[0] == '/') {
        return ct_str_of(c_path);
    }
    return ct_str_printf(pool, "%.*s%s", CT_STR_ARG(base), c_path);
}


static ct_rc_t
resolve_prefix(raw_t *raw)
{
    const char *prefix = raw->c_prefix != NULL ? raw->c_prefix : CT_PREFIX;
    char        cwd[PATH_MAX];
    size_t      len = strlen(prefix);

    while (len > 1 && prefix[len - 1] == '/') {
        len--;
    }
    if (prefix[0] == '/') {
        raw->options->prefix = ct_str_printf(raw->pool, "%.*s%s", (int) len,
                                             prefix, len == 1 ? "" : "/");
        return CT_OK;
    }
    if (getcwd(cwd, sizeof(cwd)) == NULL) {
        return refuse(raw, "no current directory to take -p from:", prefix);
    }
    raw->options->prefix =
        ct_str_printf(raw->pool, "%s/%.*s/", cwd, (int) len, prefix);
    return CT_OK;
}


static ct_rc_t
check(const raw_t *raw)
{
    const ct_options_t *options = raw->options;

    if (options->json && options->action != CT_ACTION_COMMAND) {
        return refuse(raw, "only -s takes", "--json");
    }
    if (options->action == CT_ACTION_TOP) {
        return CT_OK;
    }
    if (options->once) {
        return refuse(raw, "only top takes", "--once");
    }
    if (options->interval_ms != DEFAULT_INTERVAL_MS) {
        return refuse(raw, "only top takes", "--interval");
    }
    return CT_OK;
}


ct_rc_t
ct_options_parse(ct_options_t *options, ct_pool_t *pool, int argc,
                 char *const *argv, const char **c_why)
{
    raw_t raw = {
        .options = options,
        .pool = pool,
        .argc = argc,
        .argv = argv,
        .c_conf = CT_CONF_PATH,
        .c_error_log = CT_ERROR_LOG_PATH,
        .c_why = c_why,
    };

    memset(options, 0, sizeof(*options));
    options->directives = CT_STR("");
    options->word = CT_STR("");
    options->interval_ms = DEFAULT_INTERVAL_MS;
    if (read_words(&raw) != CT_OK || check(&raw) != CT_OK
        || resolve_prefix(&raw) != CT_OK) {
        return CT_ERROR;
    }
    options->conf_path = from_base(pool, options->prefix, raw.c_conf);
    options->error_log =
        strcmp(raw.c_error_log, "stderr") == 0
            ? CT_STR("stderr")
            : from_base(pool, options->prefix, raw.c_error_log);
    return CT_OK;
}


void
ct_options_print_help(FILE *out)
{
    fputs(
        "cthrift " CT_VERSION ": a server for Thrift services\n"
        "Usage: cthrift [-?hvVtTq] [-s WORD [ARGUMENT...] [--json]]\n"
        "               [-p PREFIX] [-c FILE] [-e FILE] [-g DIRECTIVES]\n"
        "       cthrift top [--interval=TIME] [--once] [-p PREFIX] [-c FILE]\n"
        "       cthrift --directives | --module-mk\n"
        "\n"
        "  -?, -h         this help\n"
        "  -v             the version\n"
        "  -V             the version, the compiler, configure's arguments\n"
        "  -t             test the configuration and leave\n"
        "  -T             test it and print the files as they were read\n"
        "  -q             say nothing when a test succeeds\n"
        "  -s WORD        tell or ask a running server; -s help lists the "
        "words\n"
        "  --json         with -s: answer in JSON\n"
        "  top            show a running server, live where there is a "
        "terminal\n"
        "  --interval=1s  with top: how often it looks\n"
        "  --once         with top: one picture, as text\n"
        "  -p PREFIX      where relative paths begin (" CT_PREFIX ")\n"
        "  -c FILE        the configuration (" CT_CONF_PATH ")\n"
        "  -e FILE        the error log until the file names one\n"
        "                 (" CT_ERROR_LOG_PATH ")\n"
        "  -g DIRECTIVES  directives beside those of the file\n"
        "  --directives   every directive, its places, type and default\n"
        "  --module-mk    the path of the make file for modules\n",
        out);
}
