/*
 * ct_command.c -- `cthrift -s WORD`: telling a running server.
 *
 * The configuration says where the server's socket is: `control`, or beside
 * the pid file.  It is only parsed, not applied: a server must be stopped also
 * when a module of its file can no longer be loaded.  Of a file that cannot
 * even be parsed the beginning is read (guess_places).
 *
 * A server that runs may not have read yet that its socket is to be elsewhere,
 * so the place beside the pid file is tried in any case.  Where there is no
 * control socket (`control off`, `master_process off`), the
 * word is sent as the signal that it stands for, and nobody waits.
 */

#include "core/ct_config.h"

#include "process/ct_command.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_buf.h"
#include "core/ct_conf_lex.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "process/ct_alive.h"
#include "process/ct_control.h"
#include "process/ct_generation.h"
#include "process/ct_options.h"
#include "process/ct_pidfile.h"
#include "process/ct_request.h"
#include "process/ct_words.h"

/* An answer is text; this is more than any status can be. */
#define ANSWER_LIMIT ((size_t) 16 << 20)


/* Where a server is to be found; a NUL follows each. */
typedef struct places_s {
    ct_str_t pid;
    ct_str_t control; /* the directive's value; empty: beside the pid file */
} places_t;


/* {"ok": ...} is the whole answer of a word that has no table. */
static void
show_outcome(const ct_options_t *options, ct_str_t why)
{
    json_t *outcome = NULL;
    char    clean[CT_CONTROL_LINE];

    if (!options->json) {
        return;
    }
    outcome = json_object();
    json_object_set_new(outcome, "ok", json_boolean(why.data == NULL));
    if (why.data != NULL) {
        json_object_set_new(
            outcome, "error",
            json_string(ct_str_printable(why, clean, sizeof(clean))));
    }
    (void) json_dumpf(outcome, stdout, JSON_PRESERVE_ORDER);
    (void) putchar('\n');
    json_decref(outcome);
}


static int
complain(const ct_options_t *options, ct_str_t why, int exit_code)
{
    (void) fprintf(stderr, "cthrift: %.*s failed: %.*s\n",
                   CT_STR_ARG(options->word), CT_STR_ARG(why));
    show_outcome(options, why);
    return exit_code;
}


/* The first one holds: what -g says goes before the file. */
static void
note_place(places_t *places, ct_str_t name, ct_str_t value)
{
    if (ct_str_eq_c(name, "pid") && places->pid.data == NULL) {
        places->pid = value;
    }
    if (ct_str_eq_c(name, "control") && places->control.data == NULL) {
        places->control = value;
    }
}


/*
 * The file cannot be read as a whole, but a server that runs must be found
 * also then: what stands at its top level up to the first mistake of grammar
 * is good enough.  What it includes is not looked at.
 */
static void
guess_places(ct_cycle_t *cycle, places_t *places)
{
    ct_conf_lex_t   lex;
    ct_conf_token_t token;
    ct_str_t        words[2] = { CT_STR_NONE, CT_STR_NONE };
    ct_str_t        text;
    size_t          nwords = 0;
    unsigned        depth = 0;

    if (ct_file_read(cycle->pool, cycle->conf_path.data, CT_CONF_MAX_FILE,
                     &text)
        != CT_OK) {
        return;
    }
    ct_conf_lex_init(&lex, text);
    for (ct_conf_lex_next(&lex, &token);
         token.kind != CT_CONF_END && token.kind != CT_CONF_BAD;
         ct_conf_lex_next(&lex, &token)) {
        if (token.kind == CT_CONF_WORD) {
            words[nwords < 2 ? nwords : 1] = token.raw;
            nwords++;
            continue;
        }
        if (token.kind == CT_CONF_SEMICOLON && depth == 0 && nwords == 2) {
            note_place(places, words[0], ct_str_dup(cycle->pool, words[1]));
        }
        depth += token.kind == CT_CONF_OPEN;
        depth -= token.kind == CT_CONF_CLOSE && depth > 0;
        nwords = 0;
    }
}


static void
read_places(ct_cycle_t *cycle, const ct_options_t *options, places_t *places)
{
    ct_conf_node_t *tree = NULL;
    ct_conf_t       conf = { .cycle = cycle,
                             .pool = cycle->pool,
                             .log = &cycle->log };
    const ct_rc_t   rc = ct_generation_parse(cycle, options, &tree);

    for (const ct_conf_node_t *node = tree; node != NULL; node = node->next) {
        ct_str_t value = CT_STR_NONE;

        conf.node = node;
        if (node->nargs != 2) {
            continue;
        }
        if (ct_conf_expand(&conf, node->args[1], &value) != CT_OK) {
            value = node->args[1];
        }
        note_place(places, node->args[0], value);
    }
    if (rc != CT_OK) {
        guess_places(cycle, places);
    }
    if (places->pid.data == NULL) {
        places->pid = CT_STR(CT_PID_PATH);
    }
}


static int
connect_to(const char *c_path)
{
    struct sockaddr_un addr;
    int                dir_fd = -1;
    int                fd = -1;

    if (ct_control_file_address(c_path, &addr, &dir_fd) != CT_OK) {
        return -1;
    }
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd != -1
        && connect(fd, (const struct sockaddr *) &addr, sizeof(addr)) == -1) {
        close(fd);
        fd = -1;
    }
    if (dir_fd != -1) {
        close(dir_fd);
    }
    return fd;
}


int
ct_command_connect(const ct_server_place_t *place)
{
    int fd = -1;

    if (place->control[0] != '\0') {
        fd = connect_to(place->control);
    }
    if (fd == -1 && place->beside[0] != '\0') {
        fd = connect_to(place->beside);
    }
    return fd;
}


/* All that the server says until it closes. */
static ct_rc_t
read_answer(int fd, ct_buf_t *answer)
{
    for (;;) {
        ssize_t n = 0;

        if (ct_buf_len(answer) > ANSWER_LIMIT
            || ct_buf_reserve(answer, 4096) != CT_OK) {
            return CT_ERROR;
        }
        n = read(fd, answer->last, ct_buf_room(answer));
        if (n == -1 && errno == EINTR) {
            continue;
        }
        /* Who turns us away does so with our words unread: a reset. */
        if (n == -1 && errno == ECONNRESET && ct_buf_len(answer) > 0) {
            return CT_OK;
        }
        if (n == -1) {
            return CT_ERROR;
        }
        if (n == 0) {
            return CT_OK;
        }
        answer->last += n;
    }
}


ct_rc_t
ct_command_ask(int fd, ct_str_t line, bool as_json, ct_buf_t *answer)
{
    char      request[CT_CONTROL_LINE];
    const int n = snprintf(request, sizeof(request), "%.*s%s\n",
                           CT_STR_ARG(line), as_json ? " json" : "");

    if (n < 0 || (size_t) n >= sizeof(request)) {
        return CT_ERROR;
    }
    /* Who turns us away may not read this, and has said why. */
    (void) ct_file_write_all(fd, request, (size_t) n);
    return read_answer(fd, answer);
}


/* Prints all lines but the last, which says how it went. */
static int
show(const ct_options_t *options, const ct_buf_t *answer)
{
    const char *text = (const char *) answer->pos;
    size_t      len = ct_buf_len(answer);
    size_t      last = 0;
    ct_str_t    outcome;

    if (len == 0 || text[len - 1] != '\n') {
        return complain(options,
                        CT_STR("the server went away without an answer"),
                        CT_COMMAND_FAILED);
    }
    len--;
    for (last = len; last > 0 && text[last - 1] != '\n'; last--) {
    }
    (void) fwrite(text, 1, last, stdout);
    outcome = (ct_str_t){ len - last, text + last };
    if (ct_str_eq_c(outcome, "ok")) {
        if (last == 0) {
            show_outcome(options, CT_STR_NONE);
        }
        return fflush(stdout) == 0 ? CT_COMMAND_DONE : CT_COMMAND_FAILED;
    }
    if (ct_str_starts_with(outcome, "failed: ")) {
        outcome.data += sizeof("failed: ") - 1;
        outcome.len -= sizeof("failed: ") - 1;
    }
    return complain(options, outcome, CT_COMMAND_FAILED);
}


static int
ask(const ct_options_t *options, int fd)
{
    ct_buf_t answer;
    int      exit_code = CT_COMMAND_FAILED;

    ct_buf_init(&answer);
    if (ct_command_ask(fd, options->word, options->json, &answer) == CT_OK) {
        exit_code = show(options, &answer);
    } else {
        exit_code =
            complain(options, CT_STR("the answer cannot be read"), exit_code);
    }
    ct_buf_release(&answer);
    return exit_code;
}


/* Without a socket: the signal, and no waiting. */
static int
send_signal(const ct_options_t *options, int sig, const char *c_pid_path,
            ct_pool_t *pool)
{
    const pid_t pid = ct_pidfile_read(c_pid_path);

    if (pid == 0) {
        return complain(options,
                        ct_str_printf(pool,
                                      "no server is running: no pid in '%s'",
                                      c_pid_path),
                        CT_COMMAND_NO_SERVER);
    }
    if (!ct_alive(pid)) {
        return complain(options,
                        ct_str_printf(pool,
                                      "no server is running: '%s' names "
                                      "process %ld, which has ended",
                                      c_pid_path, (long) pid),
                        CT_COMMAND_NO_SERVER);
    }
    if (sig == 0) {
        return complain(options,
                        CT_STR("the server's control socket cannot be reached"),
                        CT_COMMAND_FAILED);
    }
    if (kill(pid, sig) == -1) {
        return complain(
            options,
            ct_str_printf(pool, "process %ld: %s", (long) pid, strerror(errno)),
            CT_COMMAND_FAILED);
    }
    if (sig == SIGHUP || sig == SIGUSR2) {
        (void) fprintf(stderr,
                       "cthrift: sent to process %ld; "
                       "the outcome is in its error log\n",
                       (long) pid);
    }
    show_outcome(options, CT_STR_NONE);
    return CT_COMMAND_DONE;
}


void
ct_command_find(ct_cycle_t *cycle, const ct_options_t *options,
                ct_server_place_t *place)
{
    places_t places = { CT_STR_NONE, CT_STR_NONE };

    read_places(cycle, options, &places);
    place->pid = ct_conf_path(cycle, places.pid);
    if (ct_control_file_place(cycle->prefix, places.control, place->pid.data,
                              place->control, sizeof(place->control))
        != CT_OK) {
        place->control[0] = '\0';
    }
    if (ct_control_file_place(cycle->prefix, CT_STR(""), place->pid.data,
                              place->beside, sizeof(place->beside))
        != CT_OK) {
        place->beside[0] = '\0';
    }
}


static int
tell(const ct_options_t *options, ct_cycle_t *cycle, int sig)
{
    ct_server_place_t place;
    int               fd = -1;
    int               exit_code = CT_COMMAND_FAILED;

    ct_command_find(cycle, options, &place);
    fd = ct_command_connect(&place);
    if (fd == -1) {
        return send_signal(options, sig, place.pid.data, cycle->pool);
    }
    exit_code = ask(options, fd);
    close(fd);
    return exit_code;
}


/* What needs no server: a mistake, and the list of words. */
static bool
is_local(const ct_options_t *options, const ct_request_t *request,
         ct_pool_t *pool, int *exit_code)
{
    char        text[CT_WORDS_WHY];
    const char *why = ct_words_check(request, text);

    if (why != NULL) {
        *exit_code = complain(options, ct_str_of(why), CT_COMMAND_MISTAKE);
        return true;
    }
    if (ct_str_eq_c(request->word, "help")) {
        (void) printf("%.*s", CT_STR_ARG(ct_words_help(options->json, pool)));
        *exit_code = CT_COMMAND_DONE;
        return true;
    }
    return false;
}


int
ct_command_run(const ct_options_t *options)
{
    static const ct_module_t *const none[] = { NULL };
    ct_cycle_t                     *cycle = NULL;
    ct_request_t                    request;
    int                             exit_code = CT_COMMAND_FAILED;

    if (ct_request_parse(options->word, &request) != CT_OK
        || options->word.len > CT_CONTROL_LINE - sizeof(" json\n")) {
        return complain(options, CT_STR("a word and a few arguments are taken"),
                        CT_COMMAND_MISTAKE);
    }
    (void) signal(SIGPIPE, SIG_IGN);
    cycle = ct_cycle_create(none, options->prefix, options->conf_path);
    if (cycle == NULL) {
        return CT_COMMAND_FAILED;
    }
    if (!is_local(options, &request, cycle->pool, &exit_code)) {
        exit_code = tell(options, cycle, ct_words_signal(request.word));
    }
    ct_cycle_destroy(cycle);
    return exit_code;
}
