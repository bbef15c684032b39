/*
 * ct_title.h -- what ps shows.
 *
 * The kernel shows the bytes where argv and the environment were put; the
 * title is written over them.  Both must have been copied before (ct_launch).
 */

#ifndef CT_TITLE_H
#define CT_TITLE_H

#include "core/ct_config.h"

/*
 * Measures the room; once, with main's own argv and environment, before either
 * is changed.  Nothing is written until ct_title_set.
 */
void ct_title_init(int argc, char **argv, char **envp);

/* Sets the title, cut to the room there is; does nothing before init. */
void ct_title_set(const char *fmt, ...) CT_PRINTF(1, 2);

#endif /* CT_TITLE_H */
