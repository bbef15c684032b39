/*
 * ct_crash.c -- the last words of a worker.
 *
 * Everything below runs in a signal handler, on a stack of its own: an
 * overrun stack is one of the causes.  So there is no stdio, no ct_log and no
 * allocation; a line is put together by hand and leaves by write(2).
 *
 * Where lines have another form (JSON, syslog) it is the form's to say how they
 * look, frame by frame.  It knows the time zone's rules, which a crash inside
 * them would wait for in vain; the watchdog is there for that.
 */

#include "core/ct_config.h"

#include "process/ct_crash.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if CT_HAVE_BACKTRACE
#include <execinfo.h>
#endif

#include "core/ct_array.h"
#include "core/ct_board_call.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_module.h"
#include "process/ct_reported.h"

/* Frames of a backtrace; deeper ones are seldom asked about. */
#define FRAMES 64

/* MINSIGSTKSZ and the sinks of a backtrace fit well. */
#define STACK_SIZE (64 * 1024)

#define LINE_SIZE (256 + CT_BOARD_METHOD_NAME + CT_BOARD_CALLS_TEXT)

/* Rule 30: a handler has no argument.  Set once, before the handlers are. */
static ct_worker_t *crash_worker;
static long         crash_utc_offset_s;
static char         crash_stack[STACK_SIZE];
static int          crash_captured = -1;

/* Of a frame's text: module, function, address; and of what was printed. */
#define FRAME_SIZE 512

/* Lines of what was printed last. */
#define PRINTED_LINES 32

/* Lines of modules: all that a pipe of 64 KB holds. */
#define MODULE_LINES 2000

/* Invariant: len <= LINE_SIZE. */
typedef struct line_s {
    char   text[LINE_SIZE];
    size_t len;
} line_t;


static void
add(line_t *line, const char *c_text)
{
    while (*c_text != '\0' && line->len < LINE_SIZE) {
        line->text[line->len] = *c_text;
        line->len++;
        c_text++;
    }
}


/* A number with at least `width` digits. */
static void
add_number(line_t *line, unsigned long n, int width)
{
    char  digits[24];
    char *p = digits + sizeof(digits) - 1;

    *p = '\0';
    while (n > 0 || width > 0 || *p == '\0') {
        p--;
        *p = (char) ('0' + n % 10);
        n /= 10;
        width--;
    }
    add(line, p);
}


/* Days since 1970-01-01 as a date; H. Hinnant's civil_from_days. */
static void
add_date(line_t *line, unsigned long days)
{
    const unsigned long z = days + 719468;
    const unsigned long era_day = z % 146097;
    const unsigned long era_year =
        (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    const unsigned long year_day =
        era_day - (365 * era_year + era_year / 4 - era_year / 100);
    const unsigned long m = (5 * year_day + 2) / 153;
    const unsigned long month = m < 10 ? m + 3 : m - 9;

    add_number(line, era_year + z / 146097 * 400 + (month <= 2 ? 1 : 0), 4);
    add(line, "/");
    add_number(line, month, 2);
    add(line, "/");
    add_number(line, year_day - (153 * m + 2) / 5 + 1, 2);
}


/* As ct_log begins a line; localtime(3) may not be called here. */
static void
begin_line(line_t *line)
{
    struct timespec now;
    unsigned long   s = 0;

    clock_gettime(CLOCK_REALTIME, &now);
    s = (unsigned long) (now.tv_sec + crash_utc_offset_s);
    line->len = 0;
    add_date(line, s / 86400);
    add(line, " ");
    add_number(line, s / 3600 % 24, 2);
    add(line, ":");
    add_number(line, s / 60 % 60, 2);
    add(line, ":");
    add_number(line, s % 60, 2);
}


/* What was being run, and what else was not answered yet. */
static void
add_calls(line_t *line, const ct_worker_t *worker)
{
    const ct_board_t *board = worker->cycle->board;
    const uint64_t    now_ns = ct_clock_ns();
    char              text[CT_BOARD_CALLS_TEXT];

    if (ct_board_running_text(board, worker->slot, now_ns, text, sizeof(text))
        > 0) {
        add(line, " in ");
        add(line, text);
    } else {
        add(line, " outside of any method");
    }
    if (ct_board_calls_text(board, worker->slot, now_ns, text, sizeof(text))
        > 0) {
        add(line, ", calls in flight: ");
        add(line, text);
    }
}


/* One line to a sink, or to all of a log. */
static void
say(const ct_log_t *log, const ct_log_sink_t *sink, ct_log_level_t level,
    ct_str_t text)
{
    if (sink != NULL) {
        ct_log_sink_write(sink, level, text);
        return;
    }
    for (size_t i = 0; i < log->nsinks; i++) {
        ct_log_sink_write(&log->sinks[i], level, text);
    }
}


static void
write_backtrace(int fd)
{
#if CT_HAVE_BACKTRACE
    void     *frames[FRAMES];
    const int n = backtrace(frames, FRAMES);

    backtrace_symbols_fd(frames, n, fd);
#else
    (void) fd;
#endif
}


/* What can be read from `fd`, a line each, `most` at the most, to one sink. */
static void
say_lines(const ct_log_t *log, const ct_log_sink_t *sink, ct_log_level_t level,
          int fd, unsigned most)
{
    char   text[FRAME_SIZE];
    size_t len = 0;
    char   letter;

    while (most > 0 && read(fd, &letter, 1) == 1) {
        if (letter != '\n' && len < sizeof(text)) {
            text[len++] = letter;
        }
        if (letter == '\n') {
            say(log, sink, level, (ct_str_t){ len, text });
            len = 0;
            most--;
        }
    }
    if (len > 0) {
        say(log, sink, level, (ct_str_t){ len, text });
    }
}


/* The frames: what a pipe holds is more than they take. */
static void
say_backtrace(const ct_log_sink_t *sink, ct_log_level_t level)
{
    int ends[2];

    if (pipe(ends) != 0) {
        return;
    }
    write_backtrace(ends[1]);
    close(ends[1]);
    say_lines(NULL, sink, level, ends[0], FRAMES);
    close(ends[0]);
}


static void
write_words(const ct_worker_t *worker, int sig)
{
    /* The watchdog's ABRT is a slow handler's fault; the rest is a bug. */
    const ct_log_level_t level = sig == SIGABRT ? CT_LOG_CRIT : CT_LOG_ALERT;
    const ct_log_t      *log = &worker->cycle->log;
    line_t               line;
    size_t               start;

    if (crash_captured != -1) {
        say_lines(log, NULL, level, crash_captured, PRINTED_LINES);
    }
    begin_line(&line);
    add(&line, sig == SIGABRT ? " [crit] " : " [alert] ");
    add_number(&line, (unsigned long) getpid(), 1);
    add(&line, ": ");
    start = line.len;
    add(&line, "worker got signal ");
    add_number(&line, (unsigned long) sig, 1);
    add_calls(&line, worker);
    add(&line, ", backtrace:\n");
    for (size_t i = 0; i < log->nsinks; i++) {
        const ct_log_sink_t *sink = &log->sinks[i];

        if (sink->form != NULL || sink->send != NULL) {
            ct_log_sink_write(
                sink, level,
                (ct_str_t){ line.len - 1 - start, line.text + start });
            say_backtrace(sink, level);
            continue;
        }
        (void) ct_file_write_all(sink->file->fd, line.text, line.len);
        write_backtrace(sink->file->fd);
    }
}


/* What modules know of this thread, behind the backtrace. */
static void
write_modules(ct_worker_t *worker, int sig)
{
    const ct_log_level_t level = sig == SIGABRT ? CT_LOG_CRIT : CT_LOG_ALERT;
    int                  ends[2];

    if (ct_reported_open(worker, ends) != CT_OK) {
        return;
    }
    ct_reported_write(worker, ends[1], true);
    close(ends[1]);
    say_lines(&worker->cycle->log, NULL, level, ends[0], MODULE_LINES);
    close(ends[0]);
}


static void
run_aborted(ct_worker_t *worker)
{
    const ct_array_t *modules = &worker->cycle->modules;

    for (size_t i = 0; i < modules->n; i++) {
        const ct_module_t *module =
            *(const ct_module_t **) ct_array_at(modules, i);

        if (module->aborted != NULL) {
            module->aborted(worker, worker->states[i]);
        }
    }
}


/* SA_RESETHAND has put the default back: raising ends the process. */
static void
on_crash(int sig)
{
    if (crash_worker != NULL) {
        write_words(crash_worker, sig);
        write_modules(crash_worker, sig);
    }
    if (crash_worker != NULL && sig == SIGABRT) {
        run_aborted(crash_worker);
    }
    raise(sig);
}


/* backtrace(3) loads a library on its first call: not in a handler. */
static void
load_backtrace(void)
{
#if CT_HAVE_BACKTRACE
    void *frame[1];

    (void) backtrace(frame, 1);
#endif
}


void
ct_crash_unwatch(void)
{
    crash_worker = NULL;
}


void
ct_crash_captured(int fd)
{
    crash_captured = fd;
}


void
ct_crash_watch(ct_worker_t *worker)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    const stack_t    stack = { .ss_sp = crash_stack, .ss_size = STACK_SIZE };
    const time_t     now = time(NULL);
    struct tm        local;
    struct sigaction action;

    crash_worker = worker;
    crash_utc_offset_s =
        localtime_r(&now, &local) != NULL ? local.tm_gmtoff : 0;
    load_backtrace();
    (void) sigaltstack(&stack, NULL);
    memset(&action, 0, sizeof(action));
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK | (int) SA_RESETHAND | SA_NODEFER;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < CT_ARRAY_LEN(signals); i++) {
        struct sigaction old;

        /* A sanitizer that watches already knows more than we can say. */
        if (signals[i] != SIGABRT && sigaction(signals[i], NULL, &old) == 0
            && old.sa_handler != SIG_DFL) {
            continue;
        }
        sigaction(signals[i], &action, NULL);
    }
}
