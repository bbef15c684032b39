/*
 * ct_inherit.c -- what an old master passes to the new binary.
 *
 * The numbers begin with a version, since the two ends are two releases.  The
 * parent's pid makes a value that leaked into some other start harmless: its
 * descriptors would be somebody else's.
 */

#include "core/ct_config.h"

#include "process/ct_inherit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/ct_file.h"
#include "core/ct_pool.h"

/* Changes with the meaning of the numbers. */
#define VERSION         1
#define HANDOFF_VERSION 1


static bool
is_open(int fd)
{
    return fd > STDERR_FILENO && fcntl(fd, F_GETFD) != -1;
}


static ct_rc_t
parse(ct_inherit_t *inherit, const char *c_text)
{
    int  version = 0;
    long parent = 0;
    char rest = 0;

    if (sscanf(c_text, "%d %ld %d %d %u %u%c", &version, &parent,
               &inherit->board_fd, &inherit->report_fd, &inherit->wanted,
               &inherit->configured, &rest)
            != 6
        || version != VERSION || parent != (long) getppid()
        || !is_open(inherit->board_fd) || !is_open(inherit->report_fd)) {
        return CT_DECLINED;
    }
    inherit->parent = (pid_t) parent;
    return CT_OK;
}


/* Only beside numbers that were taken: those say who our parent is. */
static void
parse_handoff(ct_inherit_t *inherit, const char *c_text)
{
    int          version = 0;
    long         parent = 0;
    ct_handoff_t handoff;
    char         rest = 0;

    if (sscanf(c_text, "%d %ld %d %d%c", &version, &parent, &handoff.give_fd,
               &handoff.take_fd, &rest)
            == 4
        && version == HANDOFF_VERSION && parent == (long) inherit->parent
        && is_open(handoff.give_fd) && is_open(handoff.take_fd)) {
        inherit->handoff = handoff;
    }
}


void
ct_inherit_read(ct_inherit_t *inherit, ct_pool_t *pool)
{
    const char  *numbers = getenv(CT_INHERIT_NUMBERS);
    const char  *listens = getenv(CT_INHERIT_LISTENS);
    const char  *handoff = getenv(CT_INHERIT_HANDOFF);
    const char  *activated = getenv(CT_INHERIT_ACTIVATED);
    ct_inherit_t read = { .board_fd = -1, .report_fd = -1 };

    ct_handoff_init(&read.handoff);
    *inherit = read;
    if (numbers != NULL && parse(&read, numbers) == CT_OK) {
        *inherit = read;
        inherit->is_upgrade = true;
        if (listens != NULL) {
            inherit->c_listens = ct_str_dup_c(pool, ct_str_of(listens));
        }
        ct_activated_read(&inherit->activated, pool,
                          activated != NULL ? activated : "");
        if (handoff != NULL) {
            parse_handoff(inherit, handoff);
        }
        (void) ct_file_set_cloexec(inherit->report_fd, true);
    }
    unsetenv(CT_INHERIT_NUMBERS);
    unsetenv(CT_INHERIT_LISTENS);
    unsetenv(CT_INHERIT_HANDOFF);
    unsetenv(CT_INHERIT_ACTIVATED);
}


ct_str_t
ct_inherit_text(const ct_inherit_t *inherit, ct_pool_t *pool)
{
    return ct_str_printf(pool, "%d %ld %d %d %u %u", VERSION,
                         (long) inherit->parent, inherit->board_fd,
                         inherit->report_fd, inherit->wanted,
                         inherit->configured);
}


ct_str_t
ct_inherit_handoff(const ct_inherit_t *inherit, ct_pool_t *pool)
{
    return ct_str_printf(pool, "%d %ld %d %d", HANDOFF_VERSION,
                         (long) inherit->parent, inherit->handoff.give_fd,
                         inherit->handoff.take_fd);
}
