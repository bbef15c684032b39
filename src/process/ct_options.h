/*
 * ct_options.h -- the command line, understood.
 */

#ifndef CT_OPTIONS_H
#define CT_OPTIONS_H

#include "core/ct_config.h"

#include "core/ct_rc.h"
#include "core/ct_str.h"

#include <stdio.h>

typedef struct ct_pool_s ct_pool_t;

/* What is to be done; one of them a call. */
typedef enum ct_action_e {
    CT_ACTION_SERVE,
    CT_ACTION_TEST,       /* -t */
    CT_ACTION_DUMP,       /* -T: -t, then the files as they were read */
    CT_ACTION_COMMAND,    /* -s WORD */
    CT_ACTION_TOP,        /* top */
    CT_ACTION_HELP,       /* -h, -? */
    CT_ACTION_VERSION,    /* -v */
    CT_ACTION_BUILD,      /* -V */
    CT_ACTION_DIRECTIVES, /* --directives */
    CT_ACTION_MODULE_MK,  /* --module-mk */
} ct_action_t;

/* Strings point into argv or into the pool; a NUL follows each. */
typedef struct ct_options_s {
    ct_action_t action;
    bool        quiet;       /* -q: no word on success */
    bool        json;        /* --json, with -s */
    bool        once;        /* --once, with top */
    uint64_t    interval_ms; /* --interval, with top */
    ct_str_t    word;        /* of -s, and what stands behind it: one line */
    ct_str_t    prefix;      /* absolute, ends with '/' */
    ct_str_t    conf_path;   /* absolute */
    ct_str_t    directives;  /* of -g; may be empty */
    ct_str_t    error_log;   /* of -e or built in; absolute, or "stderr" */
} ct_options_t;

/*
 * Reads argv.  CT_ERROR: *c_why is one line about what is wrong; nothing was
 * printed.  What has to be made absolute lives in `pool`.
 */
ct_rc_t ct_options_parse(ct_options_t *options, ct_pool_t *pool, int argc,
                         char *const *argv, const char **c_why);

/* The text of -h. */
void ct_options_print_help(FILE *out);

#endif /* CT_OPTIONS_H */
