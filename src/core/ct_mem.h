/*
 * ct_mem.h -- the only door to the allocator of libc.
 *
 * Rule 28 asks that malloc be called in one place; this is the place.  Pools
 * and buffers stand on it.  The test harness makes the Nth call fail through
 * ct_mem_fail_after (a build with CT_FAULTS only).
 */

#ifndef CT_MEM_H
#define CT_MEM_H

#include "core/ct_config.h"

/*
 * `size` bytes aligned for any type, or NULL.  For what can live with a
 * refusal; the sizes come from limits, not from peers.
 */
void *ct_mem_try_alloc(size_t size);

/* The same, never NULL: out of memory writes one line to stderr and aborts. */
void *ct_mem_alloc(size_t size);

/* Grows or shrinks like realloc; NULL leaves `data` as it was. */
void *ct_mem_try_realloc(void *data, size_t size);

/* Gives back what the three above gave; NULL is allowed. */
void ct_mem_release(void *data);

/*
 * Of the calls of both try_ functions, `n` more succeed and the one behind
 * them fails, once.  Exists only in a build with CT_FAULTS.
 */
#if CT_FAULTS
CT_API void ct_mem_fail_after(size_t n);
#endif

#endif /* CT_MEM_H */
