/*
 * ct_enquiry.c -- the master asks its workers for their connections.
 *
 * state of a part | event                   | function  | next
 * ----------------+-------------------------+-----------+--------
 * -               | the worker was asked    | ask       | asked
 * asked           | rows                    | on_rows   | asked
 * asked           | the last row            | on_rows   | done
 * asked           | the socket's end        | on_rows   | lost
 * asked           | CT_ENQUIRY_MS           | on_timer  | silent
 *
 * The client is answered when no part is `asked` any more.  A worker whose
 * heartbeat is old is not even asked: what it does not read would fill the
 * channel, through which it may soon have to be told something else.
 */

#include "core/ct_config.h"

#include "process/ct_enquiry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ct_array.h"
#include "core/ct_clock.h"
#include "core/ct_file.h"
#include "core/ct_pool.h"
#include "event/ct_event.h"
#include "event/ct_loop.h"
#include "event/ct_timer.h"
#include "process/ct_census.h"
#include "process/ct_channel.h"
#include "process/ct_control.h"
#include "process/ct_enquiry_print.h"
#include "process/ct_master.h"
#include "process/ct_request.h"

typedef enum part_state_e {
    PART_ASKED,
    PART_DONE,
    PART_LOST, /* it ended, or had no room for us */
    PART_SILENT,
} part_state_t;

typedef struct enquiry_s enquiry_t;

/* One worker's list. */
typedef struct part_s {
    ct_io_t       io;
    enquiry_t    *enquiry;
    part_state_t  state;
    unsigned      id;
    pid_t         pid;
    size_t        len; /* bytes of `row` that have come */
    ct_conn_row_t row;
} part_t;

struct enquiry_s {
    ct_queue_t           link; /* in master->enquiries */
    ct_master_t         *master;
    ct_control_client_t *client;
    ct_pool_t           *pool; /* of all of it */
    ct_timer_t           timer;
    ct_str_t             method; /* the only one that is asked for; or none */
    size_t               limit;
    bool                 as_json;
    ct_enquiry_answer_t  answer;
    size_t               nparts;
    part_t               parts[CT_BOARD_SLOTS];
};


static void
close_part(part_t *part, part_state_t state)
{
    part->state = state;
    if (part->io.fd != -1) {
        ct_loop_remove_io(part->enquiry->master->loop, &part->io);
        close(part->io.fd);
        part->io.fd = -1;
    }
}


static void
destroy(enquiry_t *enquiry)
{
    ct_timer_stop(enquiry->master->loop, &enquiry->timer);
    ct_queue_remove(&enquiry->link);
    for (size_t i = 0; i < enquiry->nparts; i++) {
        close_part(&enquiry->parts[i], enquiry->parts[i].state);
    }
    ct_pool_destroy(enquiry->pool);
}


static void
on_gone(void *task)
{
    destroy(task);
}


static bool
is_complete(const enquiry_t *enquiry)
{
    for (size_t i = 0; i < enquiry->nparts; i++) {
        if (enquiry->parts[i].state == PART_ASKED) {
            return false;
        }
    }
    return true;
}


static void
note_silent(enquiry_t *enquiry, const part_t *part)
{
    ct_enquiry_silent_t *silent = ct_array_push(&enquiry->answer.silent);

    silent->worker = part->id;
    silent->pid = part->pid;
}


/* Everything has come that will. */
static void
answer_if_complete(enquiry_t *enquiry)
{
    ct_control_client_t *client = enquiry->client;
    ct_str_t             text;

    if (!is_complete(enquiry)) {
        return;
    }
    for (size_t i = 0; i < enquiry->nparts; i++) {
        if (enquiry->parts[i].state != PART_DONE) {
            note_silent(enquiry, &enquiry->parts[i]);
        }
    }
    text = enquiry->as_json ? ct_enquiry_json(&enquiry->answer, enquiry->pool)
                            : ct_enquiry_text(&enquiry->answer, enquiry->pool);
    /* From here the client's going away is no matter of ours. */
    client->task = NULL;
    ct_control_write(client, text);
    ct_control_answer(client, NULL);
    destroy(enquiry);
}


static void
take_row(part_t *part)
{
    enquiry_t           *enquiry = part->enquiry;
    ct_enquiry_answer_t *answer = &enquiry->answer;
    ct_enquiry_row_t    *row = NULL;

    part->len = 0;
    if (part->row.number == CT_CENSUS_END) {
        close_part(part, PART_DONE);
        return;
    }
    if (enquiry->method.data != NULL
        && !ct_str_eq_c(enquiry->method, part->row.method)) {
        return;
    }
    answer->total++;
    if (answer->rows.n < enquiry->limit) {
        row = ct_array_push(&answer->rows);
        row->worker = part->id;
        row->pid = part->pid;
        row->conn = part->row;
    }
}


/* All that has come, so far as this part is still waited for. */
static void
read_rows(part_t *part)
{
    while (part->state == PART_ASKED) {
        const ssize_t n = recv(part->io.fd, (char *) &part->row + part->len,
                               sizeof(part->row) - part->len, 0);

        if (n == -1 && errno == EINTR) {
            continue;
        }
        if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            part->io.readable = false;
            ct_loop_rearm_io(part->enquiry->master->loop, &part->io);
            return;
        }
        if (n <= 0) {
            close_part(part, PART_LOST);
            return;
        }
        part->len += (size_t) n;
        if (part->len == sizeof(part->row)) {
            take_row(part);
        }
    }
}


static void
on_rows(ct_io_t *io)
{
    part_t    *part = io->data;
    enquiry_t *enquiry = part->enquiry;

    read_rows(part);
    answer_if_complete(enquiry);
}


static void
on_timer(ct_timer_t *timer)
{
    enquiry_t *enquiry = timer->data;

    for (size_t i = 0; i < enquiry->nparts; i++) {
        if (enquiry->parts[i].state == PART_ASKED) {
            close_part(&enquiry->parts[i], PART_SILENT);
        }
    }
    answer_if_complete(enquiry);
}


static bool
is_stuck(const ct_child_t *child)
{
    const uint64_t beat_ms = atomic_load(&child->slot->heartbeat_ms);

    return beat_ms != 0 && ct_clock_ms() > beat_ms + CT_ENQUIRY_MS;
}


/* One end for the worker, the other for us. */
static ct_rc_t
pass_socket(part_t *part, const ct_child_t *child)
{
    int     fds[2];
    ct_rc_t rc = CT_ERROR;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == -1) {
        return CT_ERROR;
    }
    for (int i = 0; i < 2; i++) {
        (void) ct_file_set_nonblocking(fds[i], true);
        (void) ct_file_set_cloexec(fds[i], true);
    }
    part->io.fd = fds[0];
    part->io.fn = on_rows;
    part->io.data = part;
    rc = ct_channel_pass(child->io.fd, CT_WORD_CENSUS, fds[1]);
    close(fds[1]);
    if (rc != CT_OK) {
        close(fds[0]);
        part->io.fd = -1;
        return rc;
    }
    return ct_loop_add_io(part->enquiry->master->loop, &part->io, CT_IO_READ);
}


static void
ask(enquiry_t *enquiry, const ct_child_t *child)
{
    part_t *part = &enquiry->parts[enquiry->nparts];

    enquiry->nparts++;
    part->enquiry = enquiry;
    part->state = PART_ASKED;
    part->id = child->id;
    part->pid = child->pid;
    part->io.fd = -1;
    if (is_stuck(child) || pass_socket(part, child) != CT_OK) {
        close_part(part, PART_SILENT);
    }
}


/* NULL, or which argument is none. */
static const char *
read_arguments(enquiry_t *enquiry, const ct_request_t *request,
               uint64_t *worker)
{
    const ct_str_t limit = ct_request_value(request, "limit");
    const ct_str_t id = ct_request_value(request, "worker");
    const ct_str_t method = ct_request_value(request, "method");
    uint64_t       n = CT_ENQUIRY_ROWS;

    if (request->nargs
        != (size_t) (limit.data != NULL) + (id.data != NULL)
               + (method.data != NULL)) {
        return "the arguments are worker=ID, method=SERVICE.METHOD, limit=N";
    }
    if (limit.data != NULL
        && (ct_str_to_u64(limit, &n) != CT_OK || n > CT_ENQUIRY_MAX_ROWS)) {
        return "limit=N takes a number up to 20000";
    }
    if (id.data != NULL && ct_str_to_u64(id, worker) != CT_OK) {
        return "worker=ID takes a number";
    }
    enquiry->limit = (size_t) n;
    if (method.data != NULL) {
        enquiry->method = ct_str_dup(enquiry->pool, method);
    }
    return NULL;
}


static enquiry_t *
create(ct_master_t *master, ct_control_client_t *client, bool as_json)
{
    ct_pool_t *pool = ct_pool_create(65536);
    enquiry_t *enquiry = ct_pool_zalloc(pool, sizeof(*enquiry));

    ct_queue_push(&master->enquiries, &enquiry->link);
    enquiry->master = master;
    enquiry->client = client;
    enquiry->pool = pool;
    enquiry->as_json = as_json;
    enquiry->timer.fn = on_timer;
    enquiry->timer.data = enquiry;
    ct_array_init(&enquiry->answer.rows, pool, sizeof(ct_enquiry_row_t));
    ct_array_init(&enquiry->answer.silent, pool, sizeof(ct_enquiry_silent_t));
    return enquiry;
}


void
ct_enquiry_begin(ct_master_t *master, ct_control_client_t *client,
                 const ct_request_t *request)
{
    enquiry_t  *enquiry = create(master, client, request->as_json);
    uint64_t    worker = UINT64_MAX;
    const char *why = read_arguments(enquiry, request, &worker);

    if (why != NULL) {
        destroy(enquiry);
        ct_control_answer(client, why);
        return;
    }
    for (size_t i = 0; i < CT_BOARD_SLOTS; i++) {
        const ct_child_t *child = &master->children[i];

        if ((child->state == CT_CHILD_SERVING
             || child->state == CT_CHILD_LEAVING)
            && (worker == UINT64_MAX || worker == child->id)) {
            ask(enquiry, child);
        }
    }
    if (worker != UINT64_MAX && enquiry->nparts == 0) {
        destroy(enquiry);
        ct_control_answer(client, "there is no such worker");
        return;
    }
    client->task = enquiry;
    client->on_gone = on_gone;
    ct_timer_start(master->loop, &enquiry->timer, CT_ENQUIRY_MS);
    answer_if_complete(enquiry);
}


/* Only descriptors: the loop is the parent's. */
void
ct_enquiry_forget_all(ct_master_t *master)
{
    ct_queue_t *link;

    while ((link = ct_queue_pop(&master->enquiries)) != NULL) {
        enquiry_t *enquiry = CT_QUEUE_ENTRY(link, enquiry_t, link);

        for (size_t i = 0; i < enquiry->nparts; i++) {
            if (enquiry->parts[i].io.fd != -1) {
                close(enquiry->parts[i].io.fd);
            }
        }
        ct_pool_destroy(enquiry->pool);
    }
}
