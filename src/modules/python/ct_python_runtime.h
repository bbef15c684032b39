/*
 * ct_python_runtime.h -- the text of ct_python_runtime.py, in the module.
 */

#ifndef CT_PYTHON_RUNTIME_H
#define CT_PYTHON_RUNTIME_H

#include "core/ct_config.h"

extern const uint8_t ct_python_runtime[];
extern const size_t  ct_python_runtime_len;

#endif /* CT_PYTHON_RUNTIME_H */
