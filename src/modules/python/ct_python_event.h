/*
 * ct_python_event.h -- what the master tells the process of hooks.
 *
 * For a cycle that has such a process.
 */

#ifndef CT_PYTHON_EVENT_H
#define CT_PYTHON_EVENT_H

#include "core/ct_config.h"

#include "modules/python/ct_python_module.h"

#include <jansson.h>

/* The number of an event that wants no answer. */
#define CT_PYTHON_NO_ANSWER 0

/* An event of that name, without an answer; the caller's. */
json_t *ct_python_event_create(const char *c_event);

/* The same with all that the file of python_config needs to be read. */
json_t *ct_python_event_of_file(ct_cycle_t *cycle, const char *c_event);

/*
 * The ports where applications listen, as a list.  Unix sockets have none: to
 * other machines their paths say nothing.
 */
json_t *ct_python_event_ports(ct_cycle_t *cycle);

/*
 * Takes the event and sends it.  Never waits: one for which there is no room is
 * lost, which is logged.
 */
void ct_python_event_send(ct_cycle_t *cycle, json_t *event);

/*
 * Takes the event, sends it and waits for its answer, python_hook_timeout at
 * the most.  CT_AGAIN, logged as of `c_what`: it has not come by then;
 * CT_ERROR: the process has ended.
 */
ct_rc_t ct_python_event_ask(ct_cycle_t *cycle, json_t *event,
                            const char *c_what);

/* Waits for the end of the process: CT_ERROR.  CT_AGAIN: it has not come. */
ct_rc_t ct_python_event_end(const ct_python_tie_t *tie, uint64_t timeout_ms);

/* Milliseconds of a clock that nobody sets. */
uint64_t ct_python_event_ms(void);

#endif /* CT_PYTHON_EVENT_H */
