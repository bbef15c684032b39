/*
 * ct_allocations.c -- stands in front of libc's malloc and counts.
 *
 *     cc -shared -fPIC -o ct_allocations.so ct_allocations.c
 *     CT_ALLOCATIONS=FILE LD_PRELOAD=./ct_allocations.so PROGRAM
 *
 * FILE holds the number in the machine's own eight bytes, to be read at any
 * time by whoever made the file.  What gives memory back does not count.
 *
 * glibc's other names for its functions are called: dlsym() would allocate.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/* Until there is a file. */
static _Atomic uint64_t early;

static _Atomic uint64_t *count = &early;


__attribute__((constructor)) static void
open_file(void)
{
    const char *path = getenv("CT_ALLOCATIONS");
    const int   fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void       *map = MAP_FAILED;

    if (fd != -1 && ftruncate(fd, sizeof(*count)) == 0) {
        map = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
                   0);
    }
    if (map == MAP_FAILED) {
        (void) !write(STDERR_FILENO, "no CT_ALLOCATIONS\n", 18);
        _exit(127);
    }
    close(fd);
    count = map;
    *count += early;
}


void *
malloc(size_t size)
{
    (*count)++;
    return __libc_malloc(size);
}


void *
calloc(size_t n, size_t size)
{
    (*count)++;
    return __libc_calloc(n, size);
}


void *
realloc(void *block, size_t size)
{
    (*count)++;
    return __libc_realloc(block, size);
}


void *
aligned_alloc(size_t alignment, size_t size)
{
    (*count)++;
    return __libc_memalign(alignment, size);
}


int
posix_memalign(void **block, size_t alignment, size_t size)
{
    void *const made = aligned_alloc(alignment, size);

    if (made == NULL) {
        return ENOMEM;
    }
    *block = made;
    return 0;
}
