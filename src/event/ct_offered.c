/*
 * ct_offered.c -- what the configuration that serves offers, and where.
 *
 * The numbers are hashes of names.  The two masters of an upgrade may both
 * write them: the last one is who has last begun to serve.  While they are
 * written there are 0 of them, and a reader waits for a moment; a writer that
 * has died there means that nothing moves until another one has written.
 *
 * A reader may have begun before the writer did, and then misses what is there
 * before and after.  So it believes that something is missing only if nothing
 * was written meanwhile: a connection that does not move is one that a client
 * loses.
 */

#include "core/ct_config.h"

#include "event/ct_offered.h"

#include <sched.h>
#include <stdio.h>

#include "core/ct_board.h"
#include "core/ct_hash.h"
#include "event/ct_listen.h"

/* How often a reader looks for the end of a writer's work, or begins anew. */
#define TRIES 100

/* What is about to be published. */
typedef struct offers_s {
    uint64_t hashes[CT_BOARD_OFFERED];
    uint32_t n;
} offers_t;


ct_str_t
ct_offered_name(const ct_listen_t *listen, char out[CT_OFFERED_NAME_SIZE])
{
    char      addr[CT_ADDR_TEXT_SIZE];
    const int len =
        snprintf(out, CT_OFFERED_NAME_SIZE, "%s%s",
                 ct_addr_text(&listen->addr, addr, sizeof(addr)),
                 listen->ssl && !listen->ssl_optional ? " ssl" : "");

    CT_ASSERT(len > 0 && len < CT_OFFERED_NAME_SIZE);
    return (ct_str_t){ (size_t) len, out };
}


const ct_listen_t *
ct_offered_find(const ct_listens_t *listens, ct_str_t name)
{
    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);
        char               text[CT_OFFERED_NAME_SIZE];

        if (ct_str_eq(ct_offered_name(listen, text), name)) {
            return listen;
        }
    }
    return NULL;
}


static uint64_t
hash_of(const ct_listen_t *listen)
{
    char text[CT_OFFERED_NAME_SIZE];

    return ct_hash_of(ct_offered_name(listen, text));
}


/* Mixed so that a service here is not the same service there. */
static uint64_t
hash_at(uint64_t listen, uint64_t service)
{
    return (listen ^ (service >> 32)) * UINT64_C(0x100000001b3) ^ service;
}


/* One more; what is beyond the board's room is not known, and does not move. */
static void
add(offers_t *offers, uint64_t hash)
{
    if (offers->n < CT_BOARD_OFFERED) {
        offers->hashes[offers->n++] = hash;
    }
}


static bool
has_service(const ct_listen_t *listen, uint64_t service)
{
    for (size_t i = 0; i < listen->noffered; i++) {
        if (listen->offered[i] == service) {
            return true;
        }
    }
    return false;
}


/* The listen, and those of its services that `other` (or NULL: any) has. */
static void
add_listen(offers_t *offers, const ct_listen_t *listen,
           const ct_listen_t *other)
{
    const uint64_t hash = hash_of(listen);

    add(offers, hash);
    for (size_t i = 0; i < listen->noffered; i++) {
        if (other == NULL || has_service(other, listen->offered[i])) {
            add(offers, hash_at(hash, listen->offered[i]));
        }
    }
}


static bool
is_published(const ct_board_t *board, const offers_t *offers)
{
    if (atomic_load(&board->noffered) != offers->n) {
        return false;
    }
    for (uint32_t i = 0; i < offers->n; i++) {
        if (atomic_load_explicit(&board->offered[i], memory_order_relaxed)
            != offers->hashes[i]) {
            return false;
        }
    }
    return true;
}


/* Mostly a reload changes nothing of this: then nobody sees us write. */
static void
publish(ct_board_t *board, const offers_t *offers)
{
    if (is_published(board, offers)) {
        return;
    }
    atomic_fetch_add(&board->offers, 1);
    atomic_store(&board->noffered, 0);
    for (uint32_t i = 0; i < offers->n; i++) {
        atomic_store_explicit(&board->offered[i], offers->hashes[i],
                              memory_order_relaxed);
    }
    atomic_store(&board->noffered, offers->n);
    atomic_fetch_add(&board->offers, 1);
}


void
ct_offered_publish(ct_board_t *board, const ct_listens_t *listens)
{
    offers_t offers;

    offers.n = 0;
    for (size_t i = 0; i < listens->list.n; i++) {
        add_listen(&offers, ct_listens_at(listens, i), NULL);
    }
    publish(board, &offers);
}


void
ct_offered_publish_common(ct_board_t *board, const ct_listens_t *listens,
                          const ct_listens_t *others)
{
    offers_t offers;

    offers.n = 0;
    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);
        char               name[CT_OFFERED_NAME_SIZE];
        const ct_listen_t *other =
            ct_offered_find(others, ct_offered_name(listen, name));

        if (other != NULL) {
            add_listen(&offers, listen, other);
        }
    }
    publish(board, &offers);
}


/* How many there are; 0 may be a writer at work, who is soon done. */
static uint32_t
count(const ct_board_t *board)
{
    for (int i = 0; i < TRIES; i++) {
        const uint32_t n = atomic_load(&board->noffered);

        if (n != 0) {
            return n < CT_BOARD_OFFERED ? n : CT_BOARD_OFFERED;
        }
        sched_yield();
    }
    return 0;
}


static bool
has(const ct_board_t *board, uint32_t n, uint64_t hash)
{
    for (uint32_t i = 0; i < n; i++) {
        if (atomic_load_explicit(&board->offered[i], memory_order_relaxed)
            == hash) {
            return true;
        }
    }
    return false;
}


/* The listen and all its services, in what stands there now. */
static bool
has_all(const ct_board_t *board, const ct_listen_t *listen)
{
    const uint64_t hash = hash_of(listen);
    const uint32_t n = count(board);

    if (!has(board, n, hash)) {
        return false;
    }
    for (size_t k = 0; k < listen->noffered; k++) {
        if (!has(board, n, hash_at(hash, listen->offered[k]))) {
            return false;
        }
    }
    return true;
}


bool
ct_offered_has(const ct_board_t *board, const ct_listen_t *listen)
{
    for (int i = 0; i < TRIES; i++) {
        const uint32_t before = atomic_load(&board->offers);

        if (has_all(board, listen)) {
            return true;
        }
        if (atomic_load(&board->offers) == before) {
            return false;
        }
    }
    return false;
}
