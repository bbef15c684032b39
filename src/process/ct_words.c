/*
 * ct_words.c -- what the words of -s mean to the master.
 *
 * Some do what a signal does; reload and upgrade also keep the client until
 * the outcome is known.  `quit` and `stop` are noted like signals, so that the
 * answer is on its way before the end begins.  Others print a table
 * (ct_show.c).  A word stands in the table below once, with all that is to be
 * known of it: what is sent, what is said in `help`, and for whom it is.
 */

#include "core/ct_config.h"

#include "process/ct_words.h"

#include <signal.h>
#include <stdio.h>

#include "core/ct_cycle.h"
#include "core/ct_nearest.h"
#include "core/ct_pool.h"
#include "process/ct_core_module.h"
#include "process/ct_enquiry.h"
#include "process/ct_lines.h"
#include "process/ct_master.h"
#include "process/ct_request.h"
#include "process/ct_show.h"
#include "process/ct_signal.h"

typedef void (*word_fn)(ct_master_t *master, ct_control_client_t *client,
                        const ct_request_t *request);

typedef struct word_s {
    const char *name;
    const char *args; /* as in a synopsis; empty: it takes none */
    const char *help;
    word_fn     fn; /* or it is a table: */
    ct_show_fn  show;
    int         sig; /* that it stands for, or 0 */
} word_t;


static void
show(ct_master_t *master, ct_control_client_t *client, ct_show_fn fn,
     const ct_request_t *request)
{
    ct_pool_t  *pool = ct_pool_create(65536);
    const char *why = NULL;
    ct_str_t    text = CT_STR("");

    why = fn(master, request, pool, &text);
    ct_control_write(client, text);
    ct_control_answer(client, why);
    ct_pool_destroy(pool);
}


static void
take_stop(ct_master_t *master, ct_control_client_t *client,
          const ct_request_t *request)
{
    (void) master;
    (void) request;
    ct_signal_note(SIGINT);
    ct_control_answer(client, NULL);
}


static void
take_quit(ct_master_t *master, ct_control_client_t *client,
          const ct_request_t *request)
{
    (void) master;
    (void) request;
    ct_signal_note(SIGQUIT);
    ct_control_answer(client, NULL);
}


static void
take_reload(ct_master_t *master, ct_control_client_t *client,
            const ct_request_t *request)
{
    (void) request;
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
take_reopen(ct_master_t *master, ct_control_client_t *client,
            const ct_request_t *request)
{
    (void) request;
    ct_master_reopen(master);
    ct_control_answer(client, NULL);
}


static void
take_upgrade(ct_master_t *master, ct_control_client_t *client,
             const ct_request_t *request)
{
    const char *why = ct_upgrade_ask(master, true);

    (void) request;
    if (why != NULL) {
        ct_control_answer(client, why);
        return;
    }
    client->waits = CT_WAITS_FOR_UPGRADE;
    client->ticket = 0;
}


static void
take_add(ct_master_t *master, ct_control_client_t *client,
         const ct_request_t *request)
{
    (void) request;
    ct_control_answer(client, ct_master_add_worker(master));
}


static void
take_remove(ct_master_t *master, ct_control_client_t *client,
            const ct_request_t *request)
{
    (void) request;
    ct_control_answer(client, ct_master_remove_worker(master));
}


/* The worker of that id that is counted on, or else of that pid; or NULL. */
static ct_child_t *
find_worker(ct_master_t *master, uint64_t number)
{
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        ct_child_t *child = &master->children[i];

        if (child->pid != 0 && child->id == number
            && child->state != CT_CHILD_LEAVING
            && child->generation == master->cycle->generation) {
            return child;
        }
    }
    return number > 0 && number <= INT_MAX
               ? ct_spawn_find(master, (pid_t) number)
               : NULL;
}


/* Gracefully: its replacement comes first, as for one that is tired. */
static const char *
replace_worker(ct_master_t *master, ct_child_t *child)
{
    if (master->state != CT_MASTER_SERVING) {
        return "the server is not serving";
    }
    if (child->state == CT_CHILD_LEAVING
        || child->generation != master->cycle->generation) {
        return "it leaves already";
    }
    ct_recycle_ask(child);
    return NULL;
}


static void
take_kill(ct_master_t *master, ct_control_client_t *client,
          const ct_request_t *request)
{
    const bool is_now =
        request->nargs == 2 && ct_str_eq_c(request->args[1], "now");
    uint64_t    number = 0;
    ct_child_t *child = NULL;

    if (request->nargs == 0 || request->nargs > 2
        || (request->nargs == 2 && !is_now)
        || ct_str_to_u64(request->args[0], &number) != CT_OK) {
        ct_control_answer(client, "kill-worker=ID takes a worker's id or pid, "
                                  "and perhaps 'now'");
        return;
    }
    child = find_worker(master, number);
    if (child == NULL) {
        ct_control_answer(client, "there is no such worker");
        return;
    }
    if (is_now) {
        (void) kill(child->pid, SIGKILL);
        ct_control_answer(client, NULL);
        return;
    }
    ct_control_answer(client, replace_worker(master, child));
}


static void
take_workers(ct_master_t *master, ct_control_client_t *client,
             const ct_request_t *request)
{
    uint64_t n = 0;

    if (request->nargs == 0) {
        show(master, client, ct_show_workers, request);
        return;
    }
    if (request->nargs > 1 || ct_str_to_u64(request->args[0], &n) != CT_OK
        || n < 1 || n > CT_MAX_WORKERS) {
        ct_control_answer(client, "workers=N takes a number from 1 to 127");
        return;
    }
    ct_control_answer(client, ct_master_resize(master, (unsigned) n));
}


static void
take_drain(ct_master_t *master, ct_control_client_t *client,
           const ct_request_t *request)
{
    const bool is_off =
        request->nargs == 1 && ct_str_eq_c(request->args[0], "off");

    if (request->nargs > 1
        || (request->nargs == 1 && !is_off
            && !ct_str_eq_c(request->args[0], "on"))) {
        ct_control_answer(client, "drain takes on, off, or nothing for on");
        return;
    }
    atomic_store(&master->board->draining, is_off ? 0 : 1);
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "drain %s", is_off ? "off" : "on");
    ct_control_answer(client, NULL);
}


static void
tell_level(const ct_master_t *master, ct_control_client_t *client, bool as_json)
{
    const char *c_level = ct_log_level_name(ct_log_level(&master->log));
    const bool  is_said = atomic_load(&master->board->log_level) == 0;

    if (as_json) {
        ct_control_say(client, "{\"log_level\":\"%s\",\"configured\":%s}",
                       c_level, is_said ? "true" : "false");
    } else {
        ct_control_say(client, "%s%s", c_level,
                       is_said ? "" : ", not as configured");
    }
    ct_control_answer(client, NULL);
}


/* Workers see it at their next heartbeat (ct_log_care.c). */
static void
take_log_level(ct_master_t *master, ct_control_client_t *client,
               const ct_request_t *request)
{
    ct_log_level_t level = CT_LOG_INHERIT;
    char           word[16];

    if (request->nargs == 0) {
        tell_level(master, client, request->as_json);
        return;
    }
    (void) snprintf(word, sizeof(word), "%.*s", CT_STR_ARG(request->args[0]));
    if (request->nargs > 1
        || (strcmp(word, "reset") != 0
            && ct_log_level_parse(word, &level) != CT_OK)) {
        ct_control_answer(client, "a level is one of debug, info, notice, "
                                  "warn, error, crit, alert, emerg, or reset");
        return;
    }
    CT_LOG(&master->log, CT_LOG_NOTICE, 0, "log level: %s", word);
    atomic_store(&master->board->log_level, level);
    ct_log_care_turn(&master->log_care, 0);
    ct_control_answer(client, NULL);
}


static void
take_help(ct_master_t *master, ct_control_client_t *client,
          const ct_request_t *request)
{
    ct_pool_t *pool = ct_pool_create(4096);

    (void) master;
    ct_control_write(client, ct_words_help(request->as_json, pool));
    ct_pool_destroy(pool);
    ct_control_answer(client, NULL);
}


/* clang-format off */
static const word_t words[] = {
    { "stop", "", "end now", take_stop, NULL, SIGINT },
    { "quit", "", "end when the calls in flight are answered", take_quit,
      NULL, SIGQUIT },
    { "reload", "", "read the configuration anew; waits for the outcome",
      take_reload, NULL, SIGHUP },
    { "reopen", "", "open the logs anew", take_reopen, NULL, SIGUSR1 },
    { "upgrade", "", "execute the binary anew; waits for the outcome",
      take_upgrade, NULL, SIGUSR2 },
    { "add-worker", "", "one worker more", take_add, NULL, SIGTTIN },
    { "remove-worker", "", "one worker fewer", take_remove, NULL, SIGTTOU },
    { "workers", "[=N]", "a table of them; or how many there are to be",
      take_workers, NULL, 0 },
    { "kill-worker", "=ID [now]", "replace a worker; 'now': do not ask it",
      take_kill, NULL, 0 },
    { "drain", "[on|off]", "tell balancers to stay away, and go on serving",
      take_drain, NULL, 0 },
    { "log-level", "[LEVEL | reset]", "how much is logged, until a reload",
      take_log_level, NULL, 0 },
    { "status", "", "the whole scoreboard", NULL, ct_show_status, 0 },
    { "methods", "", "calls and latencies of each, the busiest first", NULL,
      ct_show_methods, 0 },
    { "connections", "[worker=ID] [method=NAME] [limit=N]",
      "a row for each", ct_enquiry_begin, NULL, 0 },
    { "listeners", "", "addresses, options, who waits there", NULL,
      ct_show_listeners, 0 },
    { "config", "[changes]", "the files as read, or what has changed since",
      NULL, ct_show_config, 0 },
    { "help", "", "this list", take_help, NULL, 0 },
};
/* clang-format on */


static const word_t *
find(ct_str_t name)
{
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        if (ct_str_eq_c(name, words[i].name)) {
            return &words[i];
        }
    }
    return NULL;
}


int
ct_words_signal(ct_str_t word)
{
    const word_t *found = find(word);

    return found != NULL ? found->sig : -1;
}


const char *
ct_words_check(const ct_request_t *request, char out[CT_WORDS_WHY])
{
    const word_t *word = find(request->word);
    ct_nearest_t  nearest;
    char          hint[CT_NEAREST_TEXT_SIZE];
    char          name[64];

    if (word != NULL && word->args[0] == '\0' && request->nargs > 0) {
        (void) snprintf(out, CT_WORDS_WHY, "'%s' takes no argument",
                        word->name);
        return out;
    }
    if (word != NULL) {
        return NULL;
    }
    ct_nearest_init(&nearest, request->word);
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        ct_nearest_offer(&nearest, ct_str_of(words[i].name));
    }
    (void) snprintf(out, CT_WORDS_WHY, "'%s' is no word%s",
                    ct_str_printable(request->word, name, sizeof(name)),
                    nearest.best.data != NULL ? ct_nearest_text(&nearest, hint)
                                              : "; 'help' lists them");
    return out;
}


/* The arguments of some stand behind a "=". */
static ct_str_t
usage_of(const word_t *word, ct_pool_t *pool)
{
    const bool is_apart = word->args[0] != '\0'
                          && strncmp(word->args, "=", 1) != 0
                          && strncmp(word->args, "[=", 2) != 0;

    return ct_str_printf(pool, "%s%s%s", word->name, is_apart ? " " : "",
                         word->args);
}


static ct_str_t
help_json(ct_pool_t *pool)
{
    json_t *root = json_object();
    json_t *list = json_array();

    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        json_t *word = json_object();

        ct_lines_string(word, "word", ct_str_of(words[i].name));
        ct_lines_string(word, "usage", usage_of(&words[i], pool));
        ct_lines_string(word, "help", ct_str_of(words[i].help));
        json_array_append_new(list, word);
    }
    json_object_set_new(root, "words", list);
    return ct_lines_json(root, pool);
}


ct_str_t
ct_words_help(bool as_json, ct_pool_t *pool)
{
    ct_buf_t buf;

    if (as_json) {
        return help_json(pool);
    }
    ct_buf_init(&buf);
    for (size_t i = 0; i < CT_ARRAY_LEN(words); i++) {
        const ct_str_t usage = usage_of(&words[i], pool);

        /* A long one has a line of its own. */
        ct_lines_add(&buf, "%-26.*s%s%s\n", CT_STR_ARG(usage),
                     usage.len > 25 ? "\n                          " : "",
                     words[i].help);
    }
    return ct_lines_text(&buf, pool);
}


void
ct_words_take(ct_control_client_t *client, ct_str_t line, void *data)
{
    ct_request_t  request;
    const word_t *word = NULL;
    const char   *why = NULL;
    char          text[CT_WORDS_WHY];

    if (ct_request_parse(line, &request) != CT_OK) {
        ct_control_answer(client, "a line is WORD [ARGUMENT...] [json]");
        return;
    }
    why = ct_words_check(&request, text);
    if (why != NULL) {
        ct_control_answer(client, why);
        return;
    }
    word = find(request.word);
    if (word->show != NULL) {
        show(data, client, word->show, &request);
        return;
    }
    word->fn(data, client, &request);
}
