/*
 * ct_python_probe.c -- what an application offers, asked in a child.
 *
 * The child becomes what a worker is before it imports anything, writes one
 * JSON text into a pipe and ends without any farewell: threads that the import
 * has started, and what it registered for the end, are not waited for.  The
 * text ends with a newline, its only one: processes that the import has
 * started may hold the pipe open.
 */

#include "core/ct_config.h"

#include "modules/python/ct_python_probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#if CT_HAVE_PRCTL
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/ct_clock.h"
#include "core/ct_file.h"

#include "modules/python/ct_python_fork.h"

/* Descriptions of a service with some thousand methods take a few MB. */
#define MAX_ANSWER (64 * 1024 * 1024)

/* Bytes asked for at once. */
#define READ_SIZE 65536


/*
 * It leads a group of its own, so that what its import has started ends with
 * it, and does not outlive who asked: a trial is killed when it is late.
 */
static ct_rc_t
ties_make(pid_t parent)
{
    (void) setpgid(0, 0);
#if CT_HAVE_PRCTL
    /* A change of user would undo this. */
    (void) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
    return getppid() == parent ? CT_OK : CT_ERROR;
}


/*
 * Nothing of the master's is left in it but its log.  What an import prints
 * must not come between the words of `cthrift -T`.
 */
static void
child_run(ct_conf_t *conf, const ct_python_question_t *question, pid_t parent,
          int fd)
{
    ct_python_host_t host;
    ct_str_t         told;

    ct_python_fork_reset();
    (void) dup2(STDERR_FILENO, STDOUT_FILENO);
    if ((conf->cycle->become_worker != NULL
         && conf->cycle->become_worker(conf->cycle, conf->cycle->become_data,
                                       fd)
                != CT_OK)
        || ties_make(parent) != CT_OK
        || ct_python_host_init(&host, conf->cycle, conf->pool, conf->log)
               != CT_OK
        || (ct_python_conf_main(conf->cycle)->gevent
            && ct_python_host_use_gevent(&host) != CT_OK)
        || ct_python_host_ask(&host, question->ask, question->data, conf->pool,
                              &told)
               != CT_OK) {
        _exit(1);
    }
    _exit(ct_file_write_all(fd, told.data, told.len) == CT_OK ? 0 : 1);
}


/* CT_DECLINED: there is more to come. */
static ct_rc_t
answer_read(int fd, ct_buf_t *answer)
{
    ssize_t n;

    if (ct_buf_len(answer) > MAX_ANSWER
        || ct_buf_reserve(answer, READ_SIZE) != CT_OK) {
        return CT_ERROR;
    }
    n = read(fd, answer->last, READ_SIZE);
    if (n == 0) {
        return CT_OK;
    }
    if (n == -1 && errno != EINTR) {
        return CT_ERROR;
    }
    answer->last += n > 0 ? n : 0;
    return n > 0 && answer->last[-1] == '\n' ? CT_OK : CT_DECLINED;
}


/* All of it, to the end of the pipe.  CT_AGAIN: not in time. */
static ct_rc_t
answer_await(int fd, uint64_t end_ms, ct_buf_t *answer)
{
    struct pollfd waits = { .fd = fd, .events = POLLIN };
    ct_rc_t       rc = CT_DECLINED;

    while (rc == CT_DECLINED) {
        const uint64_t at_ms = ct_clock_ms();

        if (at_ms >= end_ms) {
            return CT_AGAIN;
        }
        if (poll(&waits, 1, (int) (end_ms - at_ms)) > 0) {
            rc = answer_read(fd, answer);
        }
    }
    return rc;
}


/* `watch` looks at what was read. */
void
ct_python_probe_note_files(const ct_conf_t *conf, const json_t *told)
{
    const json_t *files = json_object_get(told, "files");

    for (size_t i = 0; i < json_array_size(files); i++) {
        const char *c_path = json_string_value(json_array_get(files, i));

        if (c_path != NULL) {
            ct_file_note(&conf->cycle->stamps, ct_str_of(c_path));
        }
    }
}


/* What the child has said, or how it ended without a word. */
static ct_rc_t
answer_take(ct_conf_t *conf, const ct_python_question_t *question,
            const ct_buf_t *answer, int status, json_t **told)
{
    const json_t *error;
    ct_rc_t       rc;

    if (WIFSIGNALED(status)) {
        return ct_conf_error(conf, "%sing '%.*s' ended by signal %d (%s)",
                             question->c_verb, CT_STR_ARG(question->subject),
                             WTERMSIG(status), strsignal(WTERMSIG(status)));
    }
    *told = json_loadb((const char *) answer->pos, ct_buf_len(answer), 0, NULL);
    if (*told == NULL) {
        return ct_conf_error(conf, "%sing '%.*s' ended the process, status %d",
                             question->c_verb, CT_STR_ARG(question->subject),
                             WIFEXITED(status) ? WEXITSTATUS(status) : status);
    }
    error = json_object_get(*told, "error");
    if (error == NULL) {
        ct_python_probe_note_files(conf, *told);
        return CT_OK;
    }
    rc = ct_conf_error(conf, "cannot %s '%.*s': %s", question->c_verb,
                       CT_STR_ARG(question->subject), json_string_value(error));
    json_decref(*told);
    return rc;
}


/*
 * The child's end, which its last word need not be: the import may have closed
 * the pipe.  Whatever it has started goes with it.
 */
static int
child_end(pid_t pid, uint64_t end_ms, bool *is_late)
{
    const struct timespec step = { 0, 5000000 };
    int                   status = 0;
    pid_t                 ended;

    while (!*is_late && (ended = waitpid(pid, &status, WNOHANG)) != pid) {
        *is_late = ct_clock_ms() >= end_ms || (ended == -1 && errno != EINTR);
        (void) nanosleep(&step, NULL);
    }
    (void) kill(-pid, SIGKILL);
    if (*is_late) {
        (void) kill(pid, SIGKILL);
        while (waitpid(pid, &status, 0) == -1 && errno == EINTR) {
        }
    }
    return status;
}


ct_rc_t
ct_python_probe(ct_conf_t *conf, const ct_python_question_t *question,
                json_t **told)
{
    const pid_t    parent = getpid();
    const uint64_t end_ms = ct_clock_ms() + question->timeout_ms;
    ct_buf_t       answer;
    ct_rc_t        rc;
    bool           is_late;
    int            fds[2];
    int            status;
    pid_t          pid;

    if (pipe(fds) == -1) {
        return ct_conf_error(conf, "cannot make a pipe: %s", strerror(errno));
    }
    (void) ct_file_set_cloexec(fds[1], true);
    pid = fork();
    if (pid == 0) {
        (void) close(fds[0]);
        child_run(conf, question, parent, fds[1]);
    }
    (void) close(fds[1]);
    if (pid == -1) {
        (void) close(fds[0]);
        return ct_conf_error(conf, "cannot fork: %s", strerror(errno));
    }
    ct_buf_init(&answer);
    rc = answer_await(fds[0], end_ms, &answer);
    (void) close(fds[0]);
    is_late = rc == CT_AGAIN;
    status = child_end(pid, end_ms, &is_late);
    if (is_late) {
        rc = ct_conf_error(conf,
                           "%sing '%.*s' took more than %llu ms "
                           "(python_import_timeout)",
                           question->c_verb, CT_STR_ARG(question->subject),
                           (unsigned long long) question->timeout_ms);
    } else {
        rc = answer_take(conf, question, &answer, status, told);
    }
    ct_buf_release(&answer);
    return rc;
}
