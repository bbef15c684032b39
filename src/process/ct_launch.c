/*
 * ct_launch.c -- how this process was started, so that it can be again.
 *
 * Two copies of the environment are needed: setenv(3) changes entries of the
 * array that it finds, so the kept one is never given to libc.
 */

#include "core/ct_config.h"

#include "process/ct_launch.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ct_pool.h"

extern char **environ;


/* A copy of a NULL-terminated list, or of none; *n is its length. */
static char **
copy_list(ct_pool_t *pool, char *const *list, size_t *n)
{
    char **copy = NULL;

    for (*n = 0; list != NULL && list[*n] != NULL; (*n)++) {
    }
    copy = ct_pool_zalloc(pool, (*n + 1) * sizeof(char *));
    for (size_t i = 0; i < *n; i++) {
        copy[i] = ct_str_dup_c(pool, ct_str_of(list[i]));
    }
    return copy;
}


/* The place of a bare name on PATH, or NULL. */
static const char *
search_path(ct_pool_t *pool, const char *c_name)
{
    const char *path = getenv("PATH");

    while (path != NULL && *path != '\0') {
        const size_t len = strcspn(path, ":");
        const char  *full =
            ct_str_printf(pool, "%.*s/%s", (int) len, path, c_name).data;

        if (len != 0 && access(full, X_OK) == 0) {
            return full;
        }
        path += len;
        path += *path == ':' ? 1 : 0;
    }
    return NULL;
}


static const char *
find_binary(ct_pool_t *pool, const char *c_name)
{
    char        cwd[PATH_MAX];
    const char *found = NULL;

    if (c_name == NULL || c_name[0] == '/') {
        return c_name;
    }
    if (strchr(c_name, '/') == NULL) {
        found = search_path(pool, c_name);
        return found != NULL ? found : c_name;
    }
    if (getcwd(cwd, sizeof(cwd)) == NULL) {
        return c_name;
    }
    return ct_str_printf(pool, "%s/%s", cwd, c_name).data;
}


void
ct_launch_init(ct_launch_t *launch, ct_pool_t *pool, int argc,
               char *const *argv)
{
    size_t n = 0;

    CT_ASSERT(argc >= 0 && argv[argc] == NULL);
    (void) argc;
    ct_notify_init(&launch->notify, pool);
    ct_activated_init(&launch->activated, pool);
    launch->argv = copy_list(pool, argv, &n);
    launch->envp = copy_list(pool, environ, &launch->nenv);
    launch->c_binary = find_binary(pool, launch->argv[0]);
    ct_launch_set_environ(launch, NULL);
}


void
ct_launch_set_environ(const ct_launch_t *launch, const ct_conf_strs_t *extra)
{
    clearenv();
    for (size_t i = 0; i < launch->nenv; i++) {
        putenv(launch->envp[i]);
    }
    for (size_t i = 0; extra != NULL && i < extra->n; i++) {
        char  *value = strchr(extra->items[i].data, '=');
        char   name[256];
        size_t len;

        /* setenv copies: what a module keeps of getenv must not go with the
         * cycle that brought it. */
        CT_ASSERT(value != NULL);
        len = (size_t) (value - extra->items[i].data);
        CT_ASSERT(len < sizeof(name));
        memcpy(name, extra->items[i].data, len);
        name[len] = '\0';
        setenv(name, value + 1, 1);
    }
}
