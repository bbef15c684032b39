/*
 * ct_context_ucontext.c -- leaving one stack for another as POSIX once wrote
 * it, where nobody has written it by hand.
 *
 * The ucontext_t, a kilobyte, lies on the stack that is left, like the
 * registers that the other backends push.
 */

#include "core/ct_config.h"

#include "event/ct_context.h"

#include <stdlib.h>
#include <ucontext.h>

/* makecontext(3) hands on ints: a pointer goes as two of them. */
#define HALF_BITS 32

/* At the top of a new stack, until its first switch. */
typedef struct start_s {
    ucontext_t    ucontext;
    ct_context_fn fn;
    void         *data;
} start_t;


static void
begin(unsigned high, unsigned low)
{
    const uintptr_t address =
        (uintptr_t) ((uint64_t) high << HALF_BITS | (uint64_t) low);
    const start_t *const start = (const void *) address;

    start->fn(start->data);
    abort(); /* see ct_context_fn */
}


void
ct_context_init(ct_context_t *context, void *low, size_t size, ct_context_fn fn,
                void *data)
{
    const size_t   room = (sizeof(start_t) + 15) / 16 * 16;
    start_t *const start = (void *) ((uint8_t *) low + size - room);
    const uint64_t address = (uintptr_t) start;

    if (getcontext(&start->ucontext) != 0) {
        abort(); /* it cannot fail on a system where it is more than a stub */
    }
    start->fn = fn;
    start->data = data;
    start->ucontext.uc_link = NULL;
    start->ucontext.uc_stack.ss_sp = low;
    start->ucontext.uc_stack.ss_size = size - room;
    makecontext(&start->ucontext, (void (*)(void)) begin, 2,
                (unsigned) (address >> HALF_BITS), (unsigned) address);
    context->sp = &start->ucontext;
}


void
ct_context_switch(ct_context_t *from, const ct_context_t *to)
{
    ucontext_t here;

    /* cppcheck-suppress autoVariables ; this frame is what is switched */
    from->sp = &here;
    (void) swapcontext(&here, to->sp);
}
