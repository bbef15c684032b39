/*
 * ct_stack.c -- memory to run on.
 *
 * The guard is wider than a page because compilers need not touch every page
 * of a large frame (-fstack-clash-protection does, and not everybody sets it):
 * a handler with a buffer of 60 KB must not jump over it.  It costs addresses
 * and nothing else.
 */

#include "core/ct_config.h"

#include "event/ct_stack.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#if CT_SANITIZED
#include <sanitizer/asan_interface.h>
#endif

#if CT_HAVE_VALGRIND
#include <valgrind/valgrind.h>
#endif

/* What a system may lack; both are wishes. */
#ifndef MAP_STACK
#define MAP_STACK 0
#endif
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

#define GUARD_SIZE ((size_t) 64 * 1024)

/* The smallest of the huge pages that processors have. */
#define HUGE_SIZE ((size_t) 2 * 1024 * 1024)

/* Asked about in one call of mincore(2). */
#define PAGES_AT_ONCE 256


static size_t
page_size(void)
{
    return (size_t) sysconf(_SC_PAGESIZE);
}


static size_t
whole_pages(size_t size)
{
    const size_t page = page_size();

    return (size + page - 1) / page * page;
}


/* valgrind guesses stacks by how far the pointer jumps; this it need not. */
static void
announce(ct_stack_t *stack)
{
#if CT_HAVE_VALGRIND
    stack->valgrind_id =
        VALGRIND_STACK_REGISTER(stack->low, stack->low + stack->size);
#else
    stack->valgrind_id = 0;
#endif
}


/*
 * One page of a large stack would bring two megabytes along where the kernel
 * likes huge ones.  In a small one no huge page has room.
 */
static void
want_small_pages(const ct_stack_t *stack)
{
#ifdef MADV_NOHUGEPAGE
    if (stack->size >= HUGE_SIZE) {
        (void) madvise(stack->low, stack->size, MADV_NOHUGEPAGE);
    }
#else
    (void) stack;
#endif
}


ct_rc_t
ct_stack_map(size_t size, ct_stack_t *stack)
{
    const size_t guard = whole_pages(GUARD_SIZE);
    const size_t all = guard + whole_pages(size);
    uint8_t     *map;

    CT_ASSERT(size > 0);
    map = mmap(NULL, all, PROT_NONE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (map == MAP_FAILED) {
        return CT_ERROR;
    }
    stack->low = map + guard;
    stack->size = all - guard;
    if (mprotect(stack->low, stack->size, PROT_READ | PROT_WRITE) != 0) {
        const int err = errno;

        (void) munmap(map, all);
        errno = err;
        return CT_ERROR;
    }
    want_small_pages(stack);
    announce(stack);
    return CT_OK;
}


/*
 * A stack that was never left in order is full of ASan's marks, which the next
 * one at the same address would run into.
 */
void
ct_stack_unmap(ct_stack_t *stack)
{
    const size_t guard = whole_pages(GUARD_SIZE);

#if CT_HAVE_VALGRIND
    VALGRIND_STACK_DEREGISTER(stack->valgrind_id);
#endif
#if CT_SANITIZED
    ASAN_UNPOISON_MEMORY_REGION(stack->low, stack->size);
#endif
    (void) munmap(stack->low - guard, guard + stack->size);
    stack->low = NULL;
    stack->size = 0;
}


/*
 * Asked from below upward: the deepest page counts, also where one above it has
 * not been touched, and pages that were swapped out do not.
 */
size_t
ct_stack_used(const ct_stack_t *stack)
{
    const size_t  page = page_size();
    unsigned char is_there[PAGES_AT_ONCE];

    for (size_t at = 0; at < stack->size; at += sizeof(is_there) * page) {
        size_t n = (stack->size - at) / page;

        if (n > sizeof(is_there)) {
            n = sizeof(is_there);
        }
        if (mincore(stack->low + at, n * page, (void *) is_there) != 0) {
            return 0;
        }
        for (size_t i = 0; i < n; i++) {
            if (is_there[i] & 1) {
                return stack->size - at - i * page;
            }
        }
    }
    return 0;
}


void
ct_stack_trim(const ct_stack_t *stack, size_t keep)
{
    keep = whole_pages(keep);
    if (keep < stack->size) {
        (void) madvise(stack->low, stack->size - keep, MADV_DONTNEED);
    }
}
