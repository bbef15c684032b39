/*
 * ct_top.h -- `cthrift top`: a running server, as it runs.
 */

#ifndef CT_TOP_H
#define CT_TOP_H

#include "core/ct_config.h"

typedef struct ct_options_s ct_options_t;

/*
 * Shows the server of the options until somebody quits: on a terminal live,
 * elsewhere, or if that is asked for, one picture.  Gives back the exit code
 * of the process, as ct_command_run.
 */
int ct_top_run(const ct_options_t *options);

#endif /* CT_TOP_H */
