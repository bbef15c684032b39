/*
 * ct_symbol.h -- addresses of code become names for people.
 *
 * Handlers are static functions, most of the time, of modules that run from
 * a copy in memory: the loader knows neither.  Where libdw is built in, the
 * symbol tables and the debugging information of what is loaded are read;
 * elsewhere the loader's few names and offsets must do.
 *
 * It reads files and allocates: not for handlers of signals.
 */

#ifndef CT_SYMBOL_H
#define CT_SYMBOL_H

#include "core/ct_config.h"

/* Room for any text; longer ones are cut. */
#define CT_SYMBOL_TEXT 768

typedef struct ct_symbols_s ct_symbols_t;

/* What is read stays read until it is destroyed; one thread's.  Not NULL. */
ct_symbols_t *ct_symbols_create(void);
void          ct_symbols_destroy(ct_symbols_t *symbols);

/*
 * "hold at probe_module.c:210 in probe.so" for an address of code; of what is
 * not known the end is left out, "probe.so+0x1a2b", "0x7f0123456789".  Of a
 * return address the call before it is what is meant.  Gives back `out`.
 */
const char *ct_symbols_text(ct_symbols_t *symbols, const void *address,
                            bool is_return, char out[CT_SYMBOL_TEXT]);

#endif /* CT_SYMBOL_H */
