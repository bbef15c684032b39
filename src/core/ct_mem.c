/*
 * ct_mem.c -- the only door to the allocator of libc.
 *
 * Two kinds of callers come here.  Who holds a cap (a buffer that grows with
 * a message) may be refused and uses the try_ calls; everybody else cannot go
 * on without the memory, so the process ends and its master replaces it.
 * Only the try_ calls fail in a build with CT_FAULTS: the others would end
 * the test, not try it.
 */

#include "core/ct_config.h"

#include "core/ct_mem.h"

#include <stdio.h>
#include <stdlib.h>


#if CT_FAULTS

/* Calls still to succeed; 0: no fault is armed.  Listed in t/arch.t. */
static size_t faults_left;


void
ct_mem_fail_after(size_t n)
{
    faults_left = n + 1;
}


static bool
fault_is_due(void)
{
    if (faults_left == 0) {
        return false;
    }
    faults_left--;
    return faults_left == 0;
}

#else

static bool
fault_is_due(void)
{
    return false;
}

#endif


/* malloc(0) may answer NULL, which here would look like a refusal. */
static size_t
at_least_one(size_t size)
{
    return size == 0 ? 1 : size;
}


/* No object can be that large; a sanitizer would end the process for it. */
static bool
is_refused(size_t size)
{
    return size > PTRDIFF_MAX || fault_is_due();
}


void *
ct_mem_try_alloc(size_t size)
{
    return is_refused(size) ? NULL : malloc(at_least_one(size));
}


void *
ct_mem_alloc(size_t size)
{
    void *data = size > PTRDIFF_MAX ? NULL : malloc(at_least_one(size));

    if (data == NULL) {
        fprintf(stderr, CT_NAME ": out of memory for %zu bytes\n", size);
        abort();
    }
    return data;
}


void *
ct_mem_try_realloc(void *data, size_t size)
{
    return is_refused(size) ? NULL : realloc(data, at_least_one(size));
}


void
ct_mem_release(void *data)
{
    free(data);
}
