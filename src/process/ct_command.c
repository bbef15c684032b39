/*
 * ct_command.c -- `cthrift -s WORD`: telling a running server.
 *
 * The pid file says where the server is, and the configuration where the pid
 * file is.  It is only parsed, not applied: a server must be stopped also
 * when a module of its file can no longer be loaded.  A file that cannot even
 * be parsed leaves the default path.
 *
 * Where there is no control socket (`master_process off`), the word is sent as
 * the signal that it stands for, and nobody waits.
 */

#include "core/ct_config.h"

#include "process/ct_command.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_buf.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "process/ct_control.h"
#include "process/ct_generation.h"
#include "process/ct_options.h"
#include "process/ct_pidfile.h"
#include "process/ct_words.h"

/* An answer is text; this is more than any status can be. */
#define ANSWER_LIMIT ((size_t) 16 << 20)


static int
complain(const ct_options_t *options, const char *c_why)
{
    (void) fprintf(stderr, "cthrift: %.*s failed: %s\n",
                   CT_STR_ARG(options->word), c_why);
    return 1;
}


/* The value of `pid` at the top of the tree, or the default. */
static ct_str_t
find_pid_path(ct_cycle_t *cycle, const ct_options_t *options)
{
    ct_conf_node_t *tree = NULL;
    ct_conf_t       conf = { .cycle = cycle,
                             .pool = cycle->pool,
                             .log = &cycle->log };
    ct_str_t        path = CT_STR(CT_PID_PATH);

    if (ct_generation_parse(cycle, options, &tree) != CT_OK) {
        return ct_conf_path(cycle, path);
    }
    for (const ct_conf_node_t *node = tree; node != NULL; node = node->next) {
        conf.node = node;
        if (ct_str_eq_c(node->args[0], "pid") && node->nargs == 2
            && ct_conf_expand(&conf, node->args[1], &path) != CT_OK) {
            path = node->args[1];
        }
    }
    return ct_conf_path(cycle, path);
}


static int
connect_to(const char *c_path)
{
    struct sockaddr_un addr;
    int                dir_fd = -1;
    int                fd = -1;

    if (ct_control_address(c_path, &addr, &dir_fd) != CT_OK) {
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
        if (n == -1) {
            return CT_ERROR;
        }
        if (n == 0) {
            return CT_OK;
        }
        answer->last += n;
    }
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
        return complain(options, "the server went away without an answer");
    }
    len--;
    for (last = len; last > 0 && text[last - 1] != '\n'; last--) {
    }
    (void) fwrite(text, 1, last, stdout);
    outcome = (ct_str_t){ len - last, text + last };
    if (ct_str_eq_c(outcome, "ok")) {
        return fflush(stdout) == 0 ? 0 : 1;
    }
    if (ct_str_starts_with(outcome, "failed: ")) {
        outcome.data += sizeof("failed: ") - 1;
        outcome.len -= sizeof("failed: ") - 1;
    }
    (void) fprintf(stderr, "cthrift: %.*s failed: %.*s\n",
                   CT_STR_ARG(options->word), CT_STR_ARG(outcome));
    return 1;
}


static int
ask(const ct_options_t *options, int fd)
{
    ct_buf_t answer;
    char     request[CT_CONTROL_LINE];
    int      n = 0;
    int      exit_code = 1;

    n = snprintf(request, sizeof(request), "%.*s%s\n",
                 CT_STR_ARG(options->word), options->json ? " json" : "");
    if (n < 0 || ct_file_write_all(fd, request, (size_t) n) != CT_OK) {
        return complain(options, "the server does not listen");
    }
    ct_buf_init(&answer);
    if (read_answer(fd, &answer) == CT_OK) {
        exit_code = show(options, &answer);
    } else {
        exit_code = complain(options, "the answer cannot be read");
    }
    ct_buf_release(&answer);
    return exit_code;
}


/* Without a socket: the signal, and no waiting. */
static int
send_signal(const ct_options_t *options, const char *c_pid_path)
{
    const int   sig = ct_words_signal(options->word);
    const pid_t pid = ct_pidfile_read(c_pid_path);
    char        why[PATH_MAX + 64];

    if (pid == 0) {
        (void) snprintf(why, sizeof(why), "no pid in '%s'", c_pid_path);
        return complain(options, why);
    }
    if (sig == 0) {
        return complain(options, "the server has no control socket");
    }
    if (kill(pid, sig) == -1) {
        (void) snprintf(why, sizeof(why), "process %ld: %s", (long) pid,
                        strerror(errno));
        return complain(options, why);
    }
    if (sig == SIGHUP || sig == SIGUSR2) {
        (void) fprintf(stderr,
                       "cthrift: sent to process %ld; "
                       "the outcome is in its error log\n",
                       (long) pid);
    }
    return 0;
}


static int
tell(const ct_options_t *options, ct_str_t pid_path)
{
    char control[PATH_MAX];
    int  fd = -1;
    int  exit_code = 1;

    if (ct_pidfile_control_path(pid_path.data, control, sizeof(control))
        == CT_OK) {
        fd = connect_to(control);
    }
    if (fd == -1) {
        return send_signal(options, pid_path.data);
    }
    exit_code = ask(options, fd);
    close(fd);
    return exit_code;
}


int
ct_command_run(const ct_options_t *options)
{
    static const ct_module_t *const none[] = { NULL };
    ct_cycle_t                     *cycle = NULL;
    int                             exit_code = 1;

    if (ct_words_signal(options->word) == -1) {
        return complain(options, "unknown word; there are stop, quit, reload, "
                                 "reopen, upgrade, add-worker, remove-worker, "
                                 "status");
    }
    (void) signal(SIGPIPE, SIG_IGN);
    cycle = ct_cycle_create(none, options->prefix, options->conf_path);
    if (cycle == NULL) {
        return 1;
    }
    exit_code = tell(options, find_pid_path(cycle, options));
    ct_cycle_destroy(cycle);
    return exit_code;
}
