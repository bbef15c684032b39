/*
 * ct_command.h -- `cthrift -s WORD`: telling a running server.
 */

#ifndef CT_COMMAND_H
#define CT_COMMAND_H

#include "core/ct_config.h"

typedef struct ct_options_s ct_options_t;

/*
 * Sends the word of the options and waits for the answer, which is printed.
 * Gives back the exit code of the process: 0, or 1 with the reason printed.
 */
int ct_command_run(const ct_options_t *options);

#endif /* CT_COMMAND_H */
