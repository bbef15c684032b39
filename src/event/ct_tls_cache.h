/*
 * ct_tls_cache.h -- sessions of TLS for all workers, in shared memory.
 *
 * What is put in may be gone when it is asked for: the oldest makes room, and
 * a cache that is busy for too long is passed over.  Then a handshake is a
 * full one, and nothing worse.
 *
 * Plain bytes by plain bytes; what they mean is ct_tls_session.c's.
 */

#ifndef CT_TLS_CACHE_H
#define CT_TLS_CACHE_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_tls_cache_s ct_tls_cache_t;

/* Longest id, and most bytes of a session that are kept. */
#define CT_TLS_CACHE_ID   32
#define CT_TLS_CACHE_DATA 8192

/* The smallest memory that is worth while. */
#define CT_TLS_CACHE_LEAST ((size_t) 32 * 1024)

/* The cache in `size` bytes of shared memory, zeroed when it was new. */
ct_tls_cache_t *ct_tls_cache_attach(void *addr, size_t size);

/*
 * Keeps the session until `until_s`, a time of the same clock as `now_s` of
 * ct_tls_cache_get.  CT_DECLINED: it is too long, or the cache was busy.
 */
ct_rc_t ct_tls_cache_put(ct_tls_cache_t *cache, const uint8_t *id,
                         size_t id_len, const uint8_t *data, size_t len,
                         uint64_t until_s);

/*
 * Copies the session to `data`, CT_TLS_CACHE_DATA bytes.  CT_DECLINED: it is
 * not there, or not any more.
 */
ct_rc_t ct_tls_cache_get(ct_tls_cache_t *cache, const uint8_t *id,
                         size_t id_len, uint64_t now_s, uint8_t *data,
                         size_t *len);

/* Forgets it, if it is there. */
void ct_tls_cache_remove(ct_tls_cache_t *cache, const uint8_t *id,
                         size_t id_len);

#endif /* CT_TLS_CACHE_H */
