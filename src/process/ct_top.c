/*
 * ct_top.c -- `cthrift top`: a running server, as it runs.
 *
 * A client of the control socket like any other: each interval it asks for
 * the status, and shows what has changed since the last time.  A server that
 * goes away is waited for.
 *
 * The terminal is given back on every way out: signals that end us only end
 * the loop, and ^Z gives it back before we sleep.
 */

#include "core/ct_config.h"

#include "process/ct_top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/ct_buf.h"
#include "core/ct_clock.h"
#include "core/ct_cycle.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "process/ct_command.h"
#include "process/ct_options.h"
#include "process/ct_signal.h"
#include "process/ct_top_draw.h"
#include "process/ct_top_sample.h"
#include "process/ct_top_term.h"

/* A server that does not answer for so long is shown as one that is away. */
#define ANSWER_S 5

/* How late a signal may be seen that came just before we waited. */
#define MAX_WAIT_MS 200

/* A sample and the memory it is in. */
typedef struct taken_s {
    ct_pool_t      *pool; /* NULL: none */
    ct_top_sample_t sample;
} taken_t;

typedef struct top_s {
    const ct_options_t *options;
    ct_server_place_t   place;
    taken_t             before;
    taken_t             now;
    ct_top_canvas_t     canvas;
    ct_top_term_t       term;
    bool                is_over;
} top_t;


static void
release(taken_t *taken)
{
    if (taken->pool != NULL) {
        ct_pool_destroy(taken->pool);
        taken->pool = NULL;
    }
}


/* The status without its last line, "ok"; none without it. */
static ct_str_t
status_in(const ct_buf_t *answer)
{
    ct_str_t text = { ct_buf_len(answer), (const char *) answer->pos };

    if (text.len == 0 || !ct_str_ends_with(text, "\nok\n")) {
        return CT_STR_NONE;
    }
    text.len -= sizeof("ok\n") - 1;
    return text;
}


static ct_rc_t
ask(const top_t *top, taken_t *taken)
{
    const struct timeval patience = { .tv_sec = ANSWER_S };
    const int            fd = ct_command_connect(&top->place);
    ct_buf_t             answer;
    ct_rc_t              rc = CT_ERROR;

    if (fd == -1) {
        return CT_ERROR;
    }
    (void) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ct_buf_init(&answer);
    if (ct_command_ask(fd, CT_STR("status"), true, &answer) == CT_OK) {
        rc =
            ct_top_sample_read(&taken->sample, status_in(&answer), taken->pool);
    }
    ct_buf_release(&answer);
    close(fd);
    return rc;
}


/* The last one becomes the one before.  CT_ERROR: nobody answers. */
static ct_rc_t
take_sample(top_t *top)
{
    taken_t fresh = { .pool = ct_pool_create(65536) };

    if (ask(top, &fresh) != CT_OK) {
        release(&fresh);
        return CT_ERROR;
    }
    release(&top->before);
    top->before = top->now;
    top->now = fresh;
    return CT_OK;
}


static void
draw(const top_t *top)
{
    ct_pool_t             *pool = ct_pool_create(65536);
    const ct_top_sample_t *view = NULL;
    ct_buf_t               picture;

    if (top->now.pool != NULL) {
        view = ct_top_sample_compare(
            top->before.pool != NULL ? &top->before.sample : NULL,
            &top->now.sample, top->canvas.key, pool);
    }
    ct_buf_init(&picture);
    ct_top_draw(&top->canvas, view, &picture);
    (void) ct_file_write_all(STDOUT_FILENO, picture.pos, ct_buf_len(&picture));
    ct_buf_release(&picture);
    ct_pool_destroy(pool);
}


static void
sleep_ms(uint64_t ms)
{
    const uint64_t end_ms = ct_clock_ms() + ms;

    for (uint64_t now_ms = ct_clock_ms(); now_ms < end_ms;
         now_ms = ct_clock_ms()) {
        (void) poll(NULL, 0, (int) (end_ms - now_ms));
    }
}


static int
show_once(top_t *top)
{
    if (take_sample(top) != CT_OK) {
        (void) fprintf(stderr, "cthrift: top: no server answers at '%s'\n",
                       top->place.control);
        return CT_COMMAND_NO_SERVER;
    }
    sleep_ms(top->options->interval_ms);
    if (take_sample(top) != CT_OK) {
        (void) fprintf(stderr, "cthrift: top: the server went away\n");
        return CT_COMMAND_FAILED;
    }
    draw(top);
    return CT_COMMAND_DONE;
}


/* Whether the key changes the picture. */
static bool
take_key(top_t *top, char key)
{
    switch (key) {
    case 'q':
    case 'Q':
        top->is_over = true;
        return false;
    case 'c':
        top->canvas.key = CT_TOP_BY_CALLS;
        return true;
    case 'p':
        top->canvas.key = CT_TOP_BY_P99;
        return true;
    case 'e':
        top->canvas.key = CT_TOP_BY_ERRORS;
        return true;
    case 'n':
        top->canvas.key = CT_TOP_BY_NAME;
        return true;
    case ' ':
        top->canvas.is_paused = !top->canvas.is_paused;
        return true;
    }
    return false;
}


/* The end of what we read keys from is the end of us too. */
static bool
take_keys(top_t *top)
{
    char          keys[64];
    const ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));
    bool          is_news = false;

    if (n == 0 || (n == -1 && errno != EINTR && errno != EAGAIN)) {
        top->is_over = true;
    }
    for (ssize_t i = 0; i < n; i++) {
        is_news = take_key(top, keys[i]) || is_news;
    }
    return is_news;
}


/* Until somebody lets us go on. */
static void
suspend(top_t *top)
{
    ct_top_term_give_back(&top->term);
    (void) raise(SIGSTOP);
    if (ct_top_term_take(&top->term) != CT_OK) {
        top->is_over = true;
    }
}


/* Whether there is something to be drawn anew. */
static bool
take_signals(top_t *top)
{
    static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
    bool             is_news = false;

    for (size_t i = 0; i < CT_ARRAY_LEN(ends); i++) {
        if (ct_signal_take(ends[i]) != 0) {
            top->is_over = true;
        }
    }
    if (ct_signal_take(SIGTSTP) != 0) {
        suspend(top);
        is_news = true;
    }
    if (ct_signal_take(SIGWINCH) != 0) {
        is_news = true;
    }
    ct_top_term_size(&top->canvas.width, &top->canvas.height);
    return is_news;
}


static void
take_turn(top_t *top)
{
    if (!top->canvas.is_paused) {
        top->canvas.c_notice =
            take_sample(top) == CT_OK
                ? NULL
                : "no server answers; this is the last that was seen";
    }
    draw(top);
}


/* Keys and signals, until the next sample is due. */
static void
wait_until(top_t *top, uint64_t due_ms)
{
    struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

    for (;;) {
        const uint64_t now_ms = ct_clock_ms();
        const uint64_t left_ms = due_ms > now_ms ? due_ms - now_ms : 0;
        bool           is_news = take_signals(top);

        if (top->is_over || left_ms == 0) {
            return;
        }
        if (poll(&input, 1,
                 (int) (left_ms < MAX_WAIT_MS ? left_ms : MAX_WAIT_MS))
            > 0) {
            is_news = take_keys(top) || is_news;
        }
        if (is_news && !top->is_over) {
            draw(top);
        }
    }
}


static int
show_live(top_t *top)
{
    if (ct_top_term_take(&top->term) != CT_OK) {
        return CT_COMMAND_FAILED;
    }
    ct_signal_install_terminal();
    top->canvas.has_ansi = true;
    (void) take_signals(top);
    while (!top->is_over) {
        const uint64_t due_ms = ct_clock_ms() + top->options->interval_ms;

        take_turn(top);
        wait_until(top, due_ms);
    }
    ct_top_term_give_back(&top->term);
    return CT_COMMAND_DONE;
}


int
ct_top_run(const ct_options_t *options)
{
    static const ct_module_t *const none[] = { NULL };
    ct_cycle_t                     *cycle =
        ct_cycle_create(none, options->prefix, options->conf_path);
    top_t top = { .options = options };
    int   exit_code = CT_COMMAND_FAILED;

    if (cycle == NULL) {
        return CT_COMMAND_FAILED;
    }
    (void) signal(SIGPIPE, SIG_IGN);
    ct_command_find(cycle, options, &top.place);
    exit_code = options->once || !ct_top_term_is_there() ? show_once(&top)
                                                         : show_live(&top);
    release(&top.before);
    release(&top.now);
    ct_cycle_destroy(cycle);
    return exit_code;
}
