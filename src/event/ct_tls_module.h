/*
 * ct_tls_module.h -- the ssl_ directives.
 *
 * Each `listen` with ssl gets its ct_tls_context_t once the configuration has
 * been read; there is nothing to call.
 */

#ifndef CT_TLS_MODULE_H
#define CT_TLS_MODULE_H

#include "core/ct_config.h"

#include "core/ct_module.h"

extern const ct_module_t ct_tls_module;

#endif /* CT_TLS_MODULE_H */
