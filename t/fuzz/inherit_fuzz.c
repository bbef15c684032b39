/*
 * inherit_fuzz.c -- the text that names inherited sockets.
 *
 * No text may make it touch a descriptor that does not listen, or look up a
 * host name.  Nothing listens in this process, so every text with a socket in
 * it must be refused, and the empty one taken.
 */

#include "core/ct_config.h"

#include "event/ct_listen_inherit.h"

#include <stdlib.h>

#include "core/ct_log.h"
#include "core/ct_pool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ct_pool_t *pool = ct_pool_create(4096);
    ct_str_t   text = { size, (const char *) data };
    ct_array_t list;
    ct_log_t   log;

    ct_log_init(&log);
    log.level = 0;
    if (ct_listen_inherit(ct_str_dup_c(pool, text), pool, &list, &log) == CT_OK
        && list.n > 0) {
        abort();
    }
    ct_pool_destroy(pool);
    return 0;
}
