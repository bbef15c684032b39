/*
 * ct_python_apache.h -- the text of ct_python_apache.py, in the module.
 */

#ifndef CT_PYTHON_APACHE_H
#define CT_PYTHON_APACHE_H

#include "core/ct_config.h"

extern const uint8_t ct_python_apache[];
extern const size_t  ct_python_apache_len;

#endif /* CT_PYTHON_APACHE_H */
