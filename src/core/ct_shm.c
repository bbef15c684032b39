/*
 * ct_shm.c -- memory that several processes see.
 *
 * The mapping is sparse: pages that nobody writes cost nothing, so the whole
 * scoreboard is mapped at once whatever its size.
 */

#include "core/ct_config.h"

#include "core/ct_shm.h"

#include "core/ct_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>


#if CT_HAVE_MEMFD

int
ct_shm_open_file(const char *c_name)
{
    return memfd_create(c_name, MFD_CLOEXEC);
}

#else

/* A file that loses its name at once is as good, on a disk's cache. */
int
ct_shm_open_file(const char *c_name)
{
    char c_path[] = "/tmp/cthrift.XXXXXX";
    int  fd = mkstemp(c_path);

    (void) c_name;
    if (fd == -1) {
        return -1;
    }
    (void) unlink(c_path);
    (void) fcntl(fd, F_SETFD, FD_CLOEXEC);
    return fd;
}

#endif


static ct_rc_t
map(ct_shm_t *shm, int fd, size_t size, ct_log_t *log)
{
    void *addr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (addr == MAP_FAILED) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot map %zu shared bytes", size);
        return CT_ERROR;
    }
    *shm = (ct_shm_t){ addr, size, fd };
    return CT_OK;
}


ct_rc_t
ct_shm_init(ct_shm_t *shm, const char *c_name, size_t size, ct_log_t *log)
{
    int fd;

    *shm = (ct_shm_t){ NULL, 0, -1 };
    fd = ct_shm_open_file(c_name);
    if (fd == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot open shared memory '%s'",
               c_name);
        return CT_ERROR;
    }
    if (ftruncate(fd, (off_t) size) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot make '%s' %zu bytes long",
               c_name, size);
        goto fail;
    }
    if (map(shm, fd, size, log) != CT_OK) {
        goto fail;
    }
    return CT_OK;

fail:
    (void) close(fd);
    return CT_ERROR;
}


/*
 * The size is the descriptor's, not what this binary would have chosen: an
 * upgraded one must see the old layout whole before it can refuse it.
 */
ct_rc_t
ct_shm_attach(ct_shm_t *shm, int fd, ct_log_t *log)
{
    struct stat status;

    *shm = (ct_shm_t){ NULL, 0, -1 };
    if (fstat(fd, &status) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot stat shared descriptor %d",
               fd);
        return CT_ERROR;
    }
    if (status.st_size <= 0) {
        CT_LOG(log, CT_LOG_EMERG, 0, "shared descriptor %d is empty", fd);
        goto fail;
    }
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) {
        CT_LOG(log, CT_LOG_EMERG, errno, "cannot set close-on-exec on %d", fd);
        goto fail;
    }
    if (map(shm, fd, (size_t) status.st_size, log) != CT_OK) {
        goto fail;
    }
    return CT_OK;

fail:
    (void) close(fd);
    return CT_ERROR;
}


void
ct_shm_release(ct_shm_t *shm)
{
    if (shm->addr == NULL) {
        return;
    }
    (void) munmap(shm->addr, shm->size);
    (void) close(shm->fd);
    *shm = (ct_shm_t){ NULL, 0, -1 };
}
