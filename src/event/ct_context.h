/*
 * ct_context.h -- leaving one stack for another.
 *
 * A context is a place where execution was left: all that the ABI wants kept
 * over a call lies on the stack that was left, and the context is the pointer
 * to it.
 *
 * Interface header: ct_context_x86_64.c and ct_context_aarch64.c do it by
 * hand, ct_context_ucontext.c by POSIX, which costs two system calls a switch
 * because it swaps the signal mask too.  configure takes one of the three.
 */

#ifndef CT_CONTEXT_H
#define CT_CONTEXT_H

#include "core/ct_config.h"

/* Of a stack that nobody runs on: where it was left. */
typedef struct ct_context_s {
    void *sp;
} ct_context_t;

/* The first function of a new stack; it must never return. */
typedef void (*ct_context_fn)(void *data);

/*
 * The first switch to it will call fn(data) on the stack [low, low + size),
 * with the modes of floating point that hold now.  `low + size` is aligned to
 * 16.
 */
void ct_context_init(ct_context_t *context, void *low, size_t size,
                     ct_context_fn fn, void *data);

/*
 * Goes on at `to`; returns when somebody switches to `from`.  Keeps what a
 * call keeps: callee-saved registers and the modes of floating point.  Not the
 * signal mask, nor errno.
 */
void ct_context_switch(ct_context_t *from, const ct_context_t *to);

#endif /* CT_CONTEXT_H */
