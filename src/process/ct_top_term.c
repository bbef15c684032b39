/*
 * ct_top_term.c -- the terminal of `top`.
 *
 * No library: a terminal that is no "dumb" one knows the four sequences here,
 * and the kernel knows its size.
 */

#include "core/ct_config.h"

#include "process/ct_top_term.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/ct_file.h"

/* The other screen, and no cursor on it; and back. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"


bool
ct_top_term_is_there(void)
{
    const char *kind = getenv("TERM");

    return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0
           && kind != NULL && kind[0] != '\0' && strcmp(kind, "dumb") != 0;
}


ct_rc_t
ct_top_term_take(ct_top_term_t *term)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &term->before) == -1) {
        return CT_ERROR;
    }
    raw = term->before;
    /* Signals stay: ^C and ^Z do what they always do. */
    raw.c_lflag &= ~(tcflag_t) (ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) == -1) {
        return CT_ERROR;
    }
    term->is_taken = true;
    (void) ct_file_write_all(STDOUT_FILENO, ENTER, sizeof(ENTER) - 1);
    return CT_OK;
}


void
ct_top_term_give_back(ct_top_term_t *term)
{
    if (!term->is_taken) {
        return;
    }
    term->is_taken = false;
    (void) ct_file_write_all(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1);
    (void) tcsetattr(STDIN_FILENO, TCSANOW, &term->before);
}


void
ct_top_term_size(unsigned *width, unsigned *height)
{
    struct winsize size;

    *width = 80;
    *height = 24;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0
        && size.ws_row > 0) {
        *width = size.ws_col;
        *height = size.ws_row;
    }
}
