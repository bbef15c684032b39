/*
 * ct_python_gevent.h -- the text of ct_python_gevent.py, in the module.
 */

#ifndef CT_PYTHON_GEVENT_H
#define CT_PYTHON_GEVENT_H

#include "core/ct_config.h"

extern const uint8_t ct_python_gevent[];
extern const size_t  ct_python_gevent_len;

#endif /* CT_PYTHON_GEVENT_H */
