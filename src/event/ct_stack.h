/*
 * ct_stack.h -- memory to run on.
 *
 * A stack is a mapping of its own with a guard below: who needs more than
 * there is meets SIGSEGV there and not somebody else's bytes.  The kernel gives
 * a page when it is first touched, so a stack costs what was used of it.
 *
 * Header of the event floor only.
 */

#ifndef CT_STACK_H
#define CT_STACK_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

/*
 * Invariants: [low, low + size) can be read and written, and is whole pages;
 * the guard ends at `low`.
 */
typedef struct ct_stack_s {
    uint8_t *low;
    size_t   size;
    unsigned valgrind_id; /* its name for it */
} ct_stack_t;

/*
 * At least `size` bytes.  CT_ERROR sets errno and is not logged: ENOMEM is also
 * what a process with too many mappings hears (vm.max_map_count).
 */
ct_rc_t ct_stack_map(size_t size, ct_stack_t *stack);

/* Gives it back; nobody runs on it. */
void ct_stack_unmap(ct_stack_t *stack);

/*
 * How much of it, from its top, has been touched since it was mapped or
 * trimmed: whole pages.  A system call, a microsecond.
 */
size_t ct_stack_used(const ct_stack_t *stack);

/* Gives pages back to the kernel, but for `keep` bytes at the top. */
void ct_stack_trim(const ct_stack_t *stack, size_t keep);

#endif /* CT_STACK_H */
