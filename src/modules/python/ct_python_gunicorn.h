/*
 * ct_python_gunicorn.h -- the text of ct_python_gunicorn.py, in the module.
 */

#ifndef CT_PYTHON_GUNICORN_H
#define CT_PYTHON_GUNICORN_H

#include "core/ct_config.h"

extern const uint8_t ct_python_gunicorn[];
extern const size_t  ct_python_gunicorn_len;

#endif /* CT_PYTHON_GUNICORN_H */
