/*
 * ct_usdt.h -- places that tracers may look at while the server runs.
 *
 * With <sys/sdt.h> a probe is one instruction that does nothing, and a note in
 * the binary that says where it stands and where its arguments are; a tracer
 * (bpftrace, perf, SystemTap) puts a breakpoint there.  Without it there is
 * nothing.  Arguments are values that stand ready, since they are there even
 * when nobody traces.  docs/operation.md lists the probes.
 */

#ifndef CT_USDT_H
#define CT_USDT_H

#include "core/ct_config.h"

#if CT_HAVE_USDT

#include <sys/sdt.h>

#define CT_USDT2(name, a, b)       STAP_PROBE2(cthrift, name, a, b)
#define CT_USDT4(name, a, b, c, d) STAP_PROBE4(cthrift, name, a, b, c, d)
#define CT_USDT6(name, a, b, c, d, e, f)                                       \
    STAP_PROBE6(cthrift, name, a, b, c, d, e, f)

#else

#define CT_USDT2(name, a, b)                                                   \
    do {                                                                       \
        (void) (a);                                                            \
        (void) (b);                                                            \
    } while (0)
#define CT_USDT4(name, a, b, c, d)                                             \
    do {                                                                       \
        CT_USDT2(name, a, b);                                                  \
        CT_USDT2(name, c, d);                                                  \
    } while (0)
#define CT_USDT6(name, a, b, c, d, e, f)                                       \
    do {                                                                       \
        CT_USDT4(name, a, b, c, d);                                            \
        CT_USDT2(name, e, f);                                                  \
    } while (0)

#endif

#endif /* CT_USDT_H */
