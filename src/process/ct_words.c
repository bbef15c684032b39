/*
 * ct_words.c -- what the words of -s mean to the master.
 *
 * Each does what its signal does; reload and upgrade also keep the client
 * until the outcome is known.  `quit` and `stop` are noted like signals, so
 * that the answer is on its way before the end begins.
 */

#include "core/ct_config.h"

#include "process/ct_words.h"

#include <signal.h>

#include "core/ct_pool.h"
#include "process/ct_master.h"
#include "process/ct_signal.h"
#include "process/ct_status.h"

typedef void (*word_fn)(ct_master_t *master, ct_control_client_t *client);


static void
take_stop(ct_master_t *master, ct_control_client_t *client)
{
    (void) master;
    ct_signal_note(SIGINT);
    ct_control_answer(client, NULL);
}


static void
take_quit(ct_master_t *master, ct_control_client_t *client)
{
    (void) master;
    ct_signal_note(SIGQUIT);
    ct_control_answer(client, NULL);
}


static void
take_reload(ct_master_t *master, ct_control_client_t *client)
{
    if (master->state == CT_MASTER_RETIRED) {
        ct_master_serve_again(master);
        ct_control_answer(client, NULL);
        return;
    }
    if (master->state != CT_MASTER_SERVING
        && master->state != CT_MASTER_STARTING) {
        ct_control_answer(client, "the server is ending");
        return;
    }
    /* Before asking: the run may fail at once and answer who waits. */
    client->waits = CT_WAITS_FOR_RELOAD;
    client->ticket = master->reload.asked + 1;
    (void) ct_reload_ask(master);
}


static void
take_reopen(ct_master_t *master, ct_control_client_t *client)
{
    ct_master_reopen(master);
    ct_control_answer(client, NULL);
}


static void
take_upgrade(ct_master_t *master, ct_control_client_t *client)
{
    const char *why = ct_upgrade_ask(master, true);

    if (why != NULL) {
        ct_control_answer(client, why);
        return;
    }
    client->waits = CT_WAITS_FOR_UPGRADE;
    client->ticket = 0;
}


static void
take_add(ct_master_t *master, ct_control_client_t *client)
{
    ct_control_answer(client, ct_master_add_worker(master));
}


static void
take_remove(ct_master_t *master, ct_control_client_t *client)
{
    ct_control_answer(client, ct_master_remove_worker(master));
}


static void
give_status(ct_master_t *master, ct_control_client_t *client, bool as_json)
{
    ct_pool_t *pool = ct_pool_create(65536);

    ct_control_write(client, as_json ? ct_status_json(master->board, pool)
                                     : ct_status_text(master->board, pool));
    ct_pool_destroy(pool);
    ct_control_answer(client, NULL);
}


static void
take_status(ct_master_t *master, ct_control_client_t *client)
{
    give_status(master, client, false);
}


static void
take_status_json(ct_master_t *master, ct_control_client_t *client)
{
    give_status(master, client, true);
}


static const struct {
    const char *word;
    word_fn     fn;
    int         sig;
} words[] = {
    { "stop", take_stop, SIGINT },
    { "quit", take_quit, SIGQUIT },
    { "reload", take_reload, SIGHUP },
    { "reopen", take_reopen, SIGUSR1 },
    { "upgrade", take_upgrade, SIGUSR2 },
    { "add-worker", take_add, SIGTTIN },
    { "remove-worker", take_remove, SIGTTOU },
    { "status", take_status, 0 },
    { "status json", take_status_json, 0 },
};


int
ct_words_signal(ct_str_t word)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        if (ct_str_eq_c(word, words[i].word)) {
            return words[i].sig;
        }
    }
    return -1;
}


void
ct_words_take(ct_control_client_t *client, ct_str_t request, void *data)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        if (ct_str_eq_c(request, words[i].word)) {
            words[i].fn(data, client);
            return;
        }
    }
    ct_control_answer(client, "unknown word");
}
