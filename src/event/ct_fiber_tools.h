/*
 * ct_fiber_tools.h -- what sanitizers want to know of a change of stacks.
 *
 * They keep books on the stack that a thread runs on, and take a change that
 * nobody told them of for a bug.  All of it must become part of the function
 * that changes stacks: one that was entered on one stack and left on the other
 * would confuse TSan's books.
 *
 * Header of the event floor only; without a sanitizer it is nothing.
 */

#ifndef CT_FIBER_TOOLS_H
#define CT_FIBER_TOOLS_H

#include "core/ct_config.h"

#if CT_SANITIZED
#include <sanitizer/common_interface_defs.h>
#endif

/* gcc says it one way, clang the other. */
#if defined(__SANITIZE_THREAD__)
#define CT_FIBER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CT_FIBER_TSAN 1
#endif
#endif
#ifndef CT_FIBER_TSAN
#define CT_FIBER_TSAN 0
#endif

#if CT_FIBER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

#define CT_FIBER_INLINE static inline __attribute__((always_inline))

/* One of the two stacks of a change.  `low` and `size` as ct_stack_t's. */
typedef struct ct_fiber_side_s {
    const void *low;
    size_t      size;
    void       *fake; /* ASan's: frames that it keeps elsewhere */
    void       *tsan; /* TSan's: the fiber as it knows it */
} ct_fiber_side_t;

/* A stack on which somebody will begin; `low` and `size` are set. */
CT_FIBER_INLINE void
ct_fiber_tools_begin(ct_fiber_side_t *side)
{
    side->fake = NULL;
    side->tsan = NULL;
#if CT_FIBER_TSAN
    side->tsan = __tsan_create_fiber(0);
#endif
}


/* Who ran on it does so no more. */
CT_FIBER_INLINE void
ct_fiber_tools_end(ct_fiber_side_t *side)
{
#if CT_FIBER_TSAN
    __tsan_destroy_fiber(side->tsan);
#endif
    side->tsan = NULL;
}


/*
 * Right before the change; `is_last`: the stack that is left will not be gone
 * on with.
 */
CT_FIBER_INLINE void
ct_fiber_tools_leave(ct_fiber_side_t *from, const ct_fiber_side_t *to,
                     bool is_last)
{
    (void) from;
    (void) to;
    (void) is_last;
#if CT_SANITIZED
    __sanitizer_start_switch_fiber(is_last ? NULL : &from->fake, to->low,
                                   to->size);
#endif
#if CT_FIBER_TSAN
    from->tsan = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to->tsan, 0);
#endif
}


/*
 * Right behind it, on the stack that was left before or has just begun.  Where
 * the other one lies is stored there.
 */
CT_FIBER_INLINE void
ct_fiber_tools_arrive(const ct_fiber_side_t *self, ct_fiber_side_t *other)
{
    (void) self;
    (void) other;
#if CT_SANITIZED
    __sanitizer_finish_switch_fiber(self->fake, &other->low, &other->size);
#endif
}

#endif /* CT_FIBER_TOOLS_H */
