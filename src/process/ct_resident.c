/*
 * ct_resident.c -- how much memory a process takes.
 */

#include "core/ct_config.h"

#include "process/ct_resident.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>


size_t
ct_resident_bytes(void)
{
    struct rusage usage;
    char          text[128];
    size_t        pages = 0;
    ssize_t       n = -1;
    const int     fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    if (fd != -1) {
        n = read(fd, text, sizeof(text) - 1);
        close(fd);
    }
    if (n > 0) {
        text[n] = '\0';
        if (sscanf(text, "%*u %zu", &pages) == 1) {
            return pages * (size_t) sysconf(_SC_PAGESIZE);
        }
    }
    memset(&usage, 0, sizeof(usage));
    (void) getrusage(RUSAGE_SELF, &usage);
    return (size_t) usage.ru_maxrss * 1024;
}
