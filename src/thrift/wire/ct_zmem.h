/*
 * ct_zmem.h -- memory for zlib, from the one door to the allocator.
 *
 * Private to the sources that call zlib.
 */

#ifndef CT_ZMEM_H
#define CT_ZMEM_H

#include "core/ct_config.h"

/* zlib then promises not to write to its input. */
#define ZLIB_CONST
#include <zlib.h>

#include "core/ct_mem.h"

static inline void *
ct_zmem_alloc(void *opaque CT_UNUSED, uInt n, uInt size)
{
    size_t total;

    if (__builtin_mul_overflow((size_t) n, (size_t) size, &total)) {
        return NULL;
    }
    return ct_mem_try_alloc(total);
}


static inline void
ct_zmem_release(void *opaque CT_UNUSED, void *data)
{
    ct_mem_release(data);
}


/* To be called before zlib's own initialisation of `stream`. */
static inline void
ct_zmem_use(z_stream *stream)
{
    stream->zalloc = ct_zmem_alloc;
    stream->zfree = ct_zmem_release;
    stream->opaque = NULL;
}

#endif /* CT_ZMEM_H */
