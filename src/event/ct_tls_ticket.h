/*
 * ct_tls_ticket.h -- the keys that session tickets are sealed with.
 *
 * A ticket is a session that the client keeps for us.  All workers, of this
 * generation and the next, must be able to open it.  Keys are either the
 * operator's, from files, or our own: those lie in shared memory and rotate,
 * so that what was sealed long ago cannot be opened with what is there now.
 *
 * Header of the event floor only.
 */

#ifndef CT_TLS_TICKET_H
#define CT_TLS_TICKET_H

#include "core/ct_config.h"

#include "core/ct_rc.h"

typedef struct ct_tls_tickets_s ct_tls_tickets_t;

#define CT_TLS_TICKET_NAME 16

/* A key as it is used; `aes_len` is 16 or 32 bytes. */
typedef struct ct_tls_ticket_key_s {
    uint8_t name[CT_TLS_TICKET_NAME];
    uint8_t aes[32];
    uint8_t hmac[32];
    uint8_t aes_len;
    uint8_t hmac_len;
} ct_tls_ticket_key_t;

/* The shared memory that rotating keys need. */
size_t ct_tls_tickets_size(void);

/*
 * Rotating keys in that memory, zeroed when it was new: one seals for
 * `period_s`, and opens for as long again.
 */
void ct_tls_tickets_init_shared(ct_tls_tickets_t *tickets, void *addr,
                                uint64_t period_s);

/* The given keys: the first one seals, all of them open. */
void ct_tls_tickets_init_given(ct_tls_tickets_t          *tickets,
                               const ct_tls_ticket_key_t *keys, size_t n);

/* The key to seal with now.  CT_DECLINED: none can be had; send no ticket. */
ct_rc_t ct_tls_tickets_seal(const ct_tls_tickets_t *tickets, uint64_t now_s,
                            ct_tls_ticket_key_t *key);

/*
 * The key of that name.  *is_old: the ticket should be replaced.  CT_DECLINED:
 * there is none, or not any more.
 */
ct_rc_t ct_tls_tickets_open(const ct_tls_tickets_t *tickets, uint64_t now_s,
                            const uint8_t        name[CT_TLS_TICKET_NAME],
                            ct_tls_ticket_key_t *key, bool *is_old);

/* Public so that it can stand inside another struct; for ct_tls_ticket.c. */
struct ct_tls_tickets_s {
    struct ct_tls_rotation_s  *rotation; /* or NULL */
    uint64_t                   period_s;
    const ct_tls_ticket_key_t *keys;
    size_t                     nkeys;
};

/* A key from the bytes of a file: 48 or 80 of them.  CT_DECLINED else. */
ct_rc_t ct_tls_ticket_key_read(ct_tls_ticket_key_t *key, const uint8_t *bytes,
                               size_t len);

#endif /* CT_TLS_TICKET_H */
