/*
 * ct_alive.c -- whether a process that is not our child still runs.
 *
 * kill(2) with signal 0 takes a zombie for alive, and the first process of a
 * container often never reaps: a pid file or a slot of the scoreboard would
 * then stay taken for ever.  /proc tells; where there is none, kill decides.
 */

#include "core/ct_config.h"

#include "process/ct_alive.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>


/* "4711 (name) Z ..."; the name may hold anything, brackets too. */
static bool
is_zombie(pid_t pid)
{
    char        path[32];
    char        text[512];
    const char *name_end = NULL;
    ssize_t     n = 0;
    int         fd = -1;

    (void) snprintf(path, sizeof(path), "/proc/%ld/stat", (long) pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1) {
        return false;
    }
    n = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    name_end = strrchr(text, ')');
    return name_end != NULL && strncmp(name_end, ") Z", 3) == 0;
}


bool
ct_alive(pid_t pid)
{
    return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) && !is_zombie(pid);
}
