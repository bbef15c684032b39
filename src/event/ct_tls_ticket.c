/*
 * ct_tls_ticket.c -- the keys that session tickets are sealed with.
 *
 *   age of a key        | what it does
 *   --------------------+----------------------------------------------
 *   up to a period      | seals and opens
 *   up to two periods   | opens; what it opens is sealed anew
 *   more                | gone, overwritten by a new one
 *
 * Whoever finds that the sealing key is too old makes the next one, under the
 * lock; there is no clock work.  A server that nobody has visited for two
 * periods finds both keys too old and makes one.
 */

#include "core/ct_config.h"

#include "event/ct_tls_ticket.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <string.h>

#include "core/ct_lock.h"

/* The sealing key, and the one before it. */
#define KEPT 2

/* What a file of nginx's forms holds: name, HMAC, AES; or name, AES, HMAC. */
#define SHORT_FILE 48
#define LONG_FILE  80

typedef struct rotating_s {
    ct_tls_ticket_key_t key;
    uint64_t            made_s;
    bool                is_set;
} rotating_t;

/* In shared memory. */
typedef struct ct_tls_rotation_s {
    ct_lock_t  lock;
    rotating_t keys[KEPT]; /* the newest first */
} ct_tls_rotation_t;


size_t
ct_tls_tickets_size(void)
{
    return sizeof(ct_tls_rotation_t);
}


void
ct_tls_tickets_init_shared(ct_tls_tickets_t *tickets, void *addr,
                           uint64_t period_s)
{
    *tickets = (ct_tls_tickets_t){ .rotation = addr, .period_s = period_s };
}


void
ct_tls_tickets_init_given(ct_tls_tickets_t          *tickets,
                          const ct_tls_ticket_key_t *keys, size_t n)
{
    *tickets = (ct_tls_tickets_t){ .keys = keys, .nkeys = n };
}


/* A clock that has gone back (another boot's) makes a key young. */
static bool
is_younger(const rotating_t *rotating, uint64_t now_s, uint64_t age_s)
{
    return rotating->is_set
           && (now_s < rotating->made_s || now_s - rotating->made_s < age_s);
}


static ct_rc_t
make_key(rotating_t *rotating, uint64_t now_s)
{
    ct_tls_ticket_key_t *key = &rotating->key;

    rotating->is_set = false;
    if (RAND_bytes(key->name, sizeof(key->name)) != 1
        || RAND_priv_bytes(key->aes, sizeof(key->aes)) != 1
        || RAND_priv_bytes(key->hmac, sizeof(key->hmac)) != 1) {
        return CT_DECLINED;
    }
    key->aes_len = sizeof(key->aes);
    key->hmac_len = sizeof(key->hmac);
    rotating->made_s = now_s;
    rotating->is_set = true;
    return CT_OK;
}


/* After a death in the middle no key is believed. */
static bool
enter(ct_tls_rotation_t *rotation)
{
    const ct_rc_t rc = ct_lock_take(&rotation->lock);

    if (rc == CT_DECLINED) {
        OPENSSL_cleanse(rotation->keys, sizeof(rotation->keys));
    }
    return rc != CT_AGAIN;
}


static ct_rc_t
seal_rotating(const ct_tls_tickets_t *tickets, uint64_t now_s,
              ct_tls_ticket_key_t *key)
{
    ct_tls_rotation_t *rotation = tickets->rotation;
    ct_rc_t            rc = CT_OK;

    if (!enter(rotation)) {
        return CT_DECLINED;
    }
    if (!is_younger(&rotation->keys[0], now_s, tickets->period_s)) {
        rotation->keys[1] = rotation->keys[0];
        rc = make_key(&rotation->keys[0], now_s);
    }
    if (rc == CT_OK) {
        *key = rotation->keys[0].key;
    }
    ct_lock_give(&rotation->lock);
    return rc;
}


ct_rc_t
ct_tls_tickets_seal(const ct_tls_tickets_t *tickets, uint64_t now_s,
                    ct_tls_ticket_key_t *key)
{
    if (tickets->rotation != NULL) {
        return seal_rotating(tickets, now_s, key);
    }
    *key = tickets->keys[0];
    return CT_OK;
}


static ct_rc_t
open_rotating(const ct_tls_tickets_t *tickets, uint64_t now_s,
              const uint8_t *name, ct_tls_ticket_key_t *key, bool *is_old)
{
    ct_tls_rotation_t *rotation = tickets->rotation;
    ct_rc_t            rc = CT_DECLINED;

    if (!enter(rotation)) {
        return CT_DECLINED;
    }
    for (size_t i = 0; i < KEPT && rc != CT_OK; i++) {
        const rotating_t *rotating = &rotation->keys[i];

        if (is_younger(rotating, now_s, 2 * tickets->period_s)
            && memcmp(rotating->key.name, name, CT_TLS_TICKET_NAME) == 0) {
            *key = rotating->key;
            *is_old = !is_younger(rotating, now_s, tickets->period_s);
            rc = CT_OK;
        }
    }
    ct_lock_give(&rotation->lock);
    return rc;
}


ct_rc_t
ct_tls_tickets_open(const ct_tls_tickets_t *tickets, uint64_t now_s,
                    const uint8_t        name[CT_TLS_TICKET_NAME],
                    ct_tls_ticket_key_t *key, bool *is_old)
{
    if (tickets->rotation != NULL) {
        return open_rotating(tickets, now_s, name, key, is_old);
    }
    for (size_t i = 0; i < tickets->nkeys; i++) {
        if (memcmp(tickets->keys[i].name, name, CT_TLS_TICKET_NAME) == 0) {
            *key = tickets->keys[i];
            *is_old = i > 0;
            return CT_OK;
        }
    }
    return CT_DECLINED;
}


ct_rc_t
ct_tls_ticket_key_read(ct_tls_ticket_key_t *key, const uint8_t *bytes,
                       size_t len)
{
    if (len != SHORT_FILE && len != LONG_FILE) {
        return CT_DECLINED;
    }
    memset(key, 0, sizeof(*key));
    memcpy(key->name, bytes, sizeof(key->name));
    bytes += sizeof(key->name);
    key->aes_len = len == LONG_FILE ? 32 : 16;
    key->hmac_len = key->aes_len;
    if (len == LONG_FILE) {
        memcpy(key->hmac, bytes, 32);
        memcpy(key->aes, bytes + 32, 32);
    } else {
        memcpy(key->aes, bytes, 16);
        memcpy(key->hmac, bytes + 16, 16);
    }
    return CT_OK;
}
