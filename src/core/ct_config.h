/*
 * ct_config.h -- what every source includes first: the probes' answers and
 * the few words that the language lacks.
 *
 * ct_auto_config.h is written by ./configure into objs/.  Nothing in it may
 * change the layout of a public struct.
 */

#ifndef CT_CONFIG_H
#define CT_CONFIG_H

#include <ct_auto_config.h>

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_VERSION "0.1.0"
#define CT_NAME    "cthrift"

/* What a module may call; everything else stays hidden in the executable. */
#define CT_API __attribute__((visibility("default")))

/* The compiler reads the format; `first` is 0 for a va_list. */
#define CT_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

/*
 * On the way of every call.  The kernel's work between two calls leaves little
 * of a processor's caches: what stands together is fetched together.
 */
#define CT_HOT __attribute__((hot))

/* Seldom called; what leads to it stands aside, out of the way of the rest. */
#define CT_COLD __attribute__((cold))

#define CT_NORETURN    __attribute__((noreturn))
#define CT_UNUSED      __attribute__((unused))
#define CT_LIKELY(x)   __builtin_expect(!!(x), 1)
#define CT_UNLIKELY(x) __builtin_expect(!!(x), 0)

/* For what only a bug can break; never for what the world can send. */
#define CT_ASSERT(x) assert(x)

/* Whether allocations should stay apart, so that an overrun is seen. */
#if defined(__SANITIZE_ADDRESS__)
#define CT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CT_SANITIZED 1
#endif
#endif
#ifndef CT_SANITIZED
#define CT_SANITIZED 0
#endif

#define CT_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* The struct that holds `member` at `ptr`. */
#define CT_CONTAINER_OF(ptr, type, member)                                     \
    ((type *) (void *) ((char *) (ptr) -offsetof(type, member)))

#endif /* CT_CONFIG_H */
