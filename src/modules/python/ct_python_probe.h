/*
 * ct_python_probe.h -- what an application offers, asked in a child.
 *
 * The master never runs Python: whatever an import does, leaves behind or
 * breaks stays in a process that ends with the answer.
 */

#ifndef CT_PYTHON_PROBE_H
#define CT_PYTHON_PROBE_H

#include "core/ct_config.h"

#include "modules/python/ct_python_host.h"

#include <jansson.h>

/* What a child is asked. */
typedef struct ct_python_question_s {
    const char      *c_verb;  /* what it does to answer: "import", "read" */
    ct_str_t         subject; /* and what with */
    uint64_t         timeout_ms;
    ct_python_ask_fn ask;
    const void      *data;
} ct_python_question_t;

/*
 * The answer, JSON of the caller's: json_decref ends it.  A member "error" of
 * it, and all else that goes wrong, is CT_ERROR, by ct_conf_error.
 */
ct_rc_t ct_python_probe(ct_conf_t *conf, const ct_python_question_t *question,
                        json_t **told);

/* The files that it names are what `watch` looks at; done for what is asked. */
void ct_python_probe_note_files(const ct_conf_t *conf, const json_t *told);

#endif /* CT_PYTHON_PROBE_H */
