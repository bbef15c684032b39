/*
 * ct_python_frames.h -- where Python code stands, told in a signal handler.
 */

#ifndef CT_PYTHON_FRAMES_H
#define CT_PYTHON_FRAMES_H

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

/*
 * From now on ct_python_frames_write can tell; without it, it says nothing.
 * The thread is inside.  CT_ERROR: an exception is raised.
 */
ct_rc_t ct_python_frames_init(ct_python_frames_t *frames);

/*
 * Into `fd`, lines of "python: ...": where this thread stands, which may be
 * outside; and the other threads, if it waits to come in, or if the process
 * is `ending`.  Only what may run in a signal handler is done.
 */
void ct_python_frames_write(const ct_python_host_t *host, int fd, bool ending);

#endif /* CT_PYTHON_FRAMES_H */
