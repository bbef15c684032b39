/*
 * ct_python_home.c -- `python_home`: a virtual environment, and whether its
 * Python is ours.
 *
 * PEP 405: what has a pyvenv.cfg beside its bin is one.  venv writes its
 * version there as `version`, virtualenv and uv as `version_info`.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_home.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "core/ct_file.h"

/* A few lines. */
#define MAX_SIZE 65536


/* What stands behind `version = ` or `version_info = `, or nothing. */
static ct_str_t
version_of(ct_str_t text)
{
    ct_str_t version = CT_STR("");

    while (text.len > 0 && version.len == 0) {
        const char  *end = memchr(text.data, '\n', text.len);
        const size_t len = end != NULL ? (size_t) (end - text.data) : text.len;
        ct_str_t     line = { len, text.data };

        if (ct_str_starts_with(line, "version")) {
            const char *equals = memchr(line.data, '=', len);

            if (equals != NULL) {
                version.data = equals + 1;
                version.len = len - (size_t) (equals + 1 - line.data);
            }
        }
        text.data += end != NULL ? len + 1 : len;
        text.len -= end != NULL ? len + 1 : len;
    }
    while (version.len > 0 && version.data[0] == ' ') {
        version.data++;
        version.len--;
    }
    return version;
}


/* "3.11.2" is of "3.11", "3.1.4" is not. */
static bool
is_ours(ct_str_t version)
{
    char own[16];

    (void) snprintf(own, sizeof(own), "%d.%d.", PY_MAJOR_VERSION,
                    PY_MINOR_VERSION);
    return ct_str_starts_with(version, own);
}


ct_rc_t
ct_python_home_set(ct_conf_t *conf, const ct_directive_t *directive,
                   void *field)
{
    ct_str_t *home = field;
    ct_str_t  text;
    ct_str_t  version;
    ct_str_t  path;

    if (ct_conf_set_str(conf, directive, field) != CT_OK) {
        return CT_ERROR;
    }
    *home = ct_conf_path(conf->cycle, *home);
    path = ct_str_printf(conf->pool, "%.*s/bin/python3", CT_STR_ARG(*home));
    if (access(path.data, X_OK) == -1) {
        return ct_conf_error(conf, "cannot use '%.*s' as python_home: '%s': %s",
                             CT_STR_ARG(*home), path.data, strerror(errno));
    }
    path = ct_str_printf(conf->pool, "%.*s/pyvenv.cfg", CT_STR_ARG(*home));
    if (ct_file_read(conf->pool, path.data, MAX_SIZE, &text) != CT_OK) {
        return ct_conf_error(conf, "'%.*s' is no virtual environment: '%s': %s",
                             CT_STR_ARG(*home), path.data, strerror(errno));
    }
    version = version_of(text);
    if (!is_ours(version)) {
        return ct_conf_error(conf,
                             "'%.*s' is of Python %.*s, and this module is for "
                             "Python %d.%d",
                             CT_STR_ARG(*home), CT_STR_ARG(version),
                             PY_MAJOR_VERSION, PY_MINOR_VERSION);
    }
    return CT_OK;
}
