/*
 * ct_dso.c -- a shared object that may be replaced on disk while it runs.
 *
 * The copy is named /proc/self/fd/N, and the loader takes a name that it has
 * loaded for the same library.  So N must not be given to another copy while
 * this one is loaded: the descriptor stays open until the loader has really
 * let go, which a library may refuse (a C++ template's unique symbol is
 * enough).
 */

#include "core/ct_config.h"

#include "core/ct_dso.h"

#include "core/ct_file.h"
#include "core/ct_pool.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* No module is that large; a device named by mistake is endless. */
#define MAX_SIZE (256 * 1024 * 1024)

/* The kernel takes names of up to 249 bytes. */
#define MEMORY_NAME_SIZE 200

/* Room for "/proc/self/fd/N". */
#define NAME_SIZE 32


static void
fd_name(int fd, char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "/proc/self/fd/%d", fd);
}


/*
 * RTLD_NOW: a symbol that is missing must refuse the configuration, not end a
 * worker at its first call.  RTLD_LOCAL: two modules, or two versions of one,
 * may use the same names inside.
 */
static ct_rc_t
load(ct_dso_t *dso, ct_pool_t *pool, const char *c_name, ct_str_t path,
     ct_str_t *why)
{
    const char *c_error;

    dso->handle = dlopen(c_name, RTLD_NOW | RTLD_LOCAL);
    if (dso->handle != NULL) {
        return CT_OK;
    }
    c_error = dlerror();
    *why = ct_str_printf(pool, "cannot load '%.*s': %s", CT_STR_ARG(path),
                         c_error == NULL ? "unknown error" : c_error);
    return CT_ERROR;
}


#if CT_HAVE_MEMFD

/*
 * A descriptor of a copy of the text, or -1 with errno.  The copy bears the
 * module's name: maps, profilers and our own backtraces show it.
 */
static int
copy_to_memory(const char *c_path, ct_str_t text)
{
    const char *slash = strrchr(c_path, '/');
    char        name[MEMORY_NAME_SIZE];
    int         fd;

    snprintf(name, sizeof(name), "%s", slash != NULL ? slash + 1 : c_path);
    fd = memfd_create(name, MFD_CLOEXEC);

    if (fd != -1 && ct_file_write_all(fd, text.data, text.len) != CT_OK) {
        const int saved_errno = errno;

        (void) close(fd);
        errno = saved_errno;
        return -1;
    }
    return fd;
}


/* Whether a copy could be loaded by its name: chroots often lack /proc. */
static bool
has_fd_names(void)
{
    return access("/proc/self/fd", X_OK) == 0;
}

#else

static int
copy_to_memory(const char *c_path, ct_str_t text)
{
    (void) c_path;
    (void) text;
    errno = ENOSYS;
    return -1;
}


static bool
has_fd_names(void)
{
    return false;
}

#endif


/* Reads the file whole; the text is given back with the scratch pool. */
static ct_rc_t
read_copy(ct_dso_t *dso, ct_pool_t *pool, const char *c_path, ct_str_t *why)
{
    ct_pool_t *scratch = ct_pool_create(0);
    ct_str_t   text;

    if (ct_file_read(scratch, c_path, MAX_SIZE, &text) != CT_OK) {
        goto fail;
    }
    dso->fd = copy_to_memory(c_path, text);
    if (dso->fd == -1) {
        goto fail;
    }
    ct_pool_destroy(scratch);
    return CT_OK;

fail:
    *why = ct_str_printf(pool, "cannot read '%s': %s", c_path, strerror(errno));
    ct_pool_destroy(scratch);
    return CT_ERROR;
}


ct_rc_t
ct_dso_init(ct_dso_t *dso, ct_pool_t *pool, ct_str_t path, ct_str_t *why)
{
    const char *c_path = ct_str_dup_c(pool, path);
    char        name[NAME_SIZE];

    *dso = (ct_dso_t){ NULL, -1 };
    if (!has_fd_names()) {
        return load(dso, pool, c_path, path, why);
    }
    if (read_copy(dso, pool, c_path, why) != CT_OK) {
        return CT_ERROR;
    }
    fd_name(dso->fd, name);
    if (load(dso, pool, name, path, why) != CT_OK) {
        (void) close(dso->fd);
        dso->fd = -1;
        return CT_ERROR;
    }
    return CT_OK;
}


/* Whether the loader still knows the copy behind `fd`. */
static bool
is_still_loaded(int fd)
{
    char  name[NAME_SIZE];
    void *handle;

    fd_name(fd, name);
    handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    if (handle == NULL) {
        return false;
    }
    (void) dlclose(handle);
    return true;
}


void
ct_dso_release(ct_dso_t *dso)
{
    if (dso->handle == NULL) {
        return;
    }
    (void) dlclose(dso->handle);
    if (dso->fd != -1 && !is_still_loaded(dso->fd)) {
        (void) close(dso->fd);
    }
    *dso = (ct_dso_t){ NULL, -1 };
}


void *
ct_dso_symbol(const ct_dso_t *dso, const char *c_name)
{
    return dlsym(dso->handle, c_name);
}
