/*
 * ct_naive_client.c -- the life of a naive client.
 *
 * client  | event                    | function     | next
 * --------+--------------------------+--------------+---------------------
 * waiting | act_ns has come          | act          | calling
 * calling | the socket takes it      | flush        | calling
 * calling | the first part has gone  | flush        | torn, for a moment
 * torn    | act_ns has come          | act          | calling
 * calling | the bytes that are due   | take         | calling, or waiting
 * any     | other bytes, end, errors | ..._lose     | over
 *
 * What a call says follows from the client's index and the call's number, so
 * that a reply can be written again when it is due and need not be kept.  No
 * two calls have the same text.
 */

#define _GNU_SOURCE

#include "ct_naive_client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_MS 1000000ULL
#define NS_PER_US 1000ULL

/* Texts are short, but for every 64th of a client that does not rest. */
#define SHORT_TEXT  16
#define SHORT_STEPS 48
#define LONG_TEXT   40000
#define LONG_EVERY  64

/* Every so many calls of a habit are slow, or ask for a header. */
#define SLOW_EVERY       4
#define PIPED_SLOW_EVERY 256
#define STICKY_EVERY     3

/* A torn message's rest follows after up to so long. */
#define TORN_MS 20

/* Errors told in words. */
#define TOLD_ERRORS 20

/* Number, dash, number, dash: in front of a text. */
#define PREFIX_SIZE 32

/* What a call asks for, besides its text. */
typedef struct {
    bool is_slow;
    bool is_sticky;
} kind_t;

static const char *const habits[] = { "quiet", "steady", "slow", "torn",
                                      "piped" };


size_t
ct_naive_message_size(void)
{
    return PREFIX_SIZE + LONG_TEXT + CT_NAIVE_AROUND;
}


/* Scattered, but the same every time. */
static uint32_t
mixed(uint32_t index, uint32_t number)
{
    uint32_t x = index * 0x9e3779b1U ^ number * 0x85ebca6bU;

    x ^= x >> 15;
    x *= 0x2c1b3c6dU;
    return x ^ x >> 13;
}


static kind_t
kind_of(const ct_naive_client_t *client, uint32_t number)
{
    kind_t kind = { false, false };

    if (client->habit == CT_NAIVE_QUIET || client->habit == CT_NAIVE_SLOW) {
        kind.is_slow = number % SLOW_EVERY == SLOW_EVERY - 1;
    } else if (client->habit == CT_NAIVE_PIPED) {
        kind.is_slow = number % PIPED_SLOW_EVERY == PIPED_SLOW_EVERY - 1;
    }
    kind.is_sticky = ct_naive_dialect_has_headers(client->dialect)
                     && !kind.is_slow && number % STICKY_EVERY == 1;
    return kind;
}


static size_t
depth_of(const ct_naive_client_t *client)
{
    return client->habit == CT_NAIVE_PIPED ? CT_NAIVE_DEPTH : 1;
}


/* The text of an echo, in the room that all clients share. */
static const char *
text_of(const ct_naive_client_t *client, uint32_t number)
{
    char    *text = client->naive->text;
    uint32_t mix = mixed(client->index, number);
    size_t   len = SHORT_TEXT + mix % SHORT_STEPS;
    int      at;

    if (client->habit != CT_NAIVE_QUIET && number % LONG_EVERY == 0
        && number != 0) {
        len = LONG_TEXT;
    }
    at = snprintf(text, PREFIX_SIZE, "%u-%u-", client->index, number);
    memset(text + at, 'a' + (int) (mix % 26), len);
    text[(size_t) at + len] = '\0';
    return text;
}


/* Writes call `number`, or its reply; `sticky` has room for its texts. */
static size_t
write_message(const ct_naive_client_t *client, uint32_t number, bool is_reply,
              uint8_t *out)
{
    const kind_t    kind = kind_of(client, number);
    char            sticky[PREFIX_SIZE];
    ct_naive_call_t call = { .method = "echo", .seqid = number };

    snprintf(sticky, sizeof(sticky), "client-%u", client->index);
    call.sticky = number == 0 ? sticky : NULL;
    if (kind.is_sticky) {
        call.method = "header";
        call.arg = CT_NAIVE_STICKY;
        call.success = sticky;
    } else {
        call.arg = text_of(client, number);
        call.success = call.arg;
    }
    if (kind.is_slow) {
        call.method = "later";
        call.delay_ms = client->naive->conf->delay_ms;
    }
    return is_reply ? ct_naive_write_reply(client->dialect, &call, out)
                    : ct_naive_write_call(client->dialect, &call, out);
}


/* For a log: when, who, what. */
static void
tell(const ct_naive_client_t *client, const char *word, const char *what)
{
    struct timespec now;
    struct tm       local;

    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    printf("%s %02d:%02d:%02d.%03ld client %u %s %s call %u, %u under way,"
           " last answer %llu ms ago: %s\n",
           word, local.tm_hour, local.tm_min, local.tm_sec,
           now.tv_nsec / (long) NS_PER_MS, client->index,
           ct_naive_dialect_name(client->dialect), habits[client->habit],
           client->taken, client->begun - client->taken,
           (unsigned long long) ((client->naive->now_ns - client->answered_ns)
                                 / NS_PER_MS),
           what);
}


static void
end(ct_naive_client_t *client)
{
    close(client->fd);
    client->fd = -1;
    client->act_ns = 0;
    client->taken = client->begun;
}


void
ct_naive_client_lose(ct_naive_client_t *client, const char *reason)
{
    if (client->naive->ntold++ < TOLD_ERRORS) {
        tell(client, "error", reason);
    }
    client->naive->ndisconnects++;
    client->naive->nlost += client->begun - client->taken;
    end(client);
}


static void
begin(ct_naive_client_t *client)
{
    const uint64_t now_ns = client->naive->now_ns;
    const size_t   len = write_message(client, client->begun, false,
                                       client->out + client->out_len);

    client->out_len += len;
    if (client->habit == CT_NAIVE_TORN) {
        client->out_cut = 1 + mixed(client->begun, client->index) % (len - 1);
    }
    client->started_ns[client->begun % CT_NAIVE_DEPTH] = now_ns;
    client->begun++;
}


/* Asks to be told of room only while there is none. */
static void
wait_for_room(ct_naive_client_t *client, bool waits)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

    if (client->waits_for_room == waits) {
        return;
    }
    client->waits_for_room = waits;
    event.events |= waits ? EPOLLOUT : 0;
    epoll_ctl(client->naive->epoll_fd, EPOLL_CTL_MOD, client->fd, &event);
}


/* Sends what may go.  The client may be over behind it. */
static void
flush(ct_naive_client_t *client)
{
    const size_t end_at =
        client->out_cut != 0 ? client->out_cut : client->out_len;
    ssize_t n;

    while (client->out_sent < end_at) {
        n = send(client->fd, client->out + client->out_sent,
                 end_at - client->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN) {
            wait_for_room(client, true);
            return;
        }
        if (n < 0) {
            ct_naive_client_lose(client, strerror(errno));
            return;
        }
        client->out_sent += (size_t) n;
    }
    wait_for_room(client, false);
    if (client->out_cut != 0) {
        client->act_ns = client->naive->now_ns
                         + NS_PER_MS * (1 + mixed(client->begun, 1) % TORN_MS);
        return;
    }
    client->out_len = 0;
    client->out_sent = 0;
}


void
ct_naive_client_act(ct_naive_client_t *client)
{
    const size_t depth = depth_of(client);

    client->act_ns = 0;
    if (client->out_cut != 0) {
        /* The server can answer from now on. */
        client->out_cut = 0;
        client->started_ns[client->taken % CT_NAIVE_DEPTH] =
            client->naive->now_ns;
    } else if (!client->naive->stopping && client->out_len == 0) {
        while (client->begun - client->taken < depth) {
            begin(client);
        }
    }
    flush(client);
}


/*
 * How long a reply takes is counted from its call, or from the reply before
 * it where that came later, and without the time that the method takes.
 */
static uint64_t
wait_of(const ct_naive_client_t *client, uint64_t now_ns)
{
    const uint32_t number = client->taken;
    uint64_t       from_ns = client->started_ns[number % CT_NAIVE_DEPTH];

    if (from_ns < client->answered_ns) {
        from_ns = client->answered_ns;
    }
    if (kind_of(client, number).is_slow) {
        from_ns += (uint64_t) client->naive->conf->delay_ms * NS_PER_MS;
    }
    return now_ns > from_ns ? now_ns - from_ns : 0;
}


uint64_t
ct_naive_client_waits_ns(const ct_naive_client_t *client)
{
    if (client->begun == client->taken || client->out_cut != 0) {
        return 0;
    }
    return wait_of(client, client->naive->now_ns);
}


/* A quiet client keeps to its times, however long the reply took. */
static void
plan_next(ct_naive_client_t *client)
{
    const ct_naive_conf_t *conf = client->naive->conf;
    const uint64_t         now_ns = client->naive->now_ns;
    const uint64_t         period_ns = conf->period_ms * NS_PER_MS;
    uint64_t               last_ns;

    if (client->habit != CT_NAIVE_QUIET) {
        client->act_ns = now_ns + conf->pause_us * NS_PER_US;
        return;
    }
    last_ns = client->started_ns[(client->taken - 1) % CT_NAIVE_DEPTH];
    client->act_ns =
        last_ns + period_ns > now_ns ? last_ns + period_ns : now_ns;
}


static void
take(ct_naive_client_t *client)
{
    ct_naive_t    *naive = client->naive;
    const uint64_t took_ns = wait_of(client, naive->now_ns);

    ct_histogram_add(&naive->took_ns, took_ns);
    if (took_ns > naive->longest_ns) {
        naive->longest_ns = took_ns;
    }
    if (naive->conf->tell_ms != 0
        && took_ns > naive->conf->tell_ms * NS_PER_MS) {
        tell(client, "slow", "the reply has come late");
    }
    client->answered_ns = naive->now_ns;
    client->taken++;
    plan_next(client);
}


/* Takes the first reply; false while it is not whole, or if it is not due. */
static bool
take_one(ct_naive_client_t *client)
{
    uint8_t     *due = client->naive->due;
    const size_t len = client->begun == client->taken
                           ? 0
                           : write_message(client, client->taken, true, due);
    const size_t have = client->in_len < len ? client->in_len : len;

    if (client->in_len > 0
        && (len == 0 || memcmp(client->in, due, have) != 0)) {
        client->naive->nwrong++;
        ct_naive_client_lose(client, "not the reply that is due");
        return false;
    }
    if (len == 0 || have < len) {
        return false;
    }
    client->in_len -= len;
    memmove(client->in, client->in + len, client->in_len);
    take(client);
    return true;
}


static void
receive(ct_naive_client_t *client)
{
    const size_t room = ct_naive_message_size() - client->in_len;
    ssize_t      n =
        recv(client->fd, client->in + client->in_len, room, MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN) {
        return;
    }
    if (n <= 0) {
        ct_naive_client_lose(client,
                             n == 0 ? "closed by the server" : strerror(errno));
        return;
    }
    client->in_len += (size_t) n;
    while (take_one(client)) {
        continue;
    }
}


void
ct_naive_client_ready(ct_naive_client_t *client, uint32_t events)
{
    if (events & ~(uint32_t) EPOLLOUT) {
        receive(client);
    }
    if (client->fd != -1 && client->waits_for_room) {
        flush(client);
    }
}


bool
ct_naive_client_init(ct_naive_client_t *client, ct_naive_t *naive,
                     uint32_t index)
{
    const ct_naive_conf_t *conf = naive->conf;
    const size_t           combination = index / conf->ndialects;
    const size_t           turn = combination / conf->naddresses;
    const ct_address_t    *address =
        &conf->addresses[combination % conf->naddresses];
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
    const int          on = 1;

    *client = (ct_naive_client_t){
        .naive = naive,
        .index = index,
        .dialect = conf->dialects[index % conf->ndialects],
        .habit = CT_NAIVE_QUIET,
        .fd = socket(address->storage.ss_family, SOCK_STREAM, 0),
        .in = malloc(ct_naive_message_size()),
        .answered_ns = naive->now_ns,
        .act_ns = naive->now_ns,
    };
    if (turn % 2 == 0 && !conf->quiet) {
        client->habit = CT_NAIVE_STEADY + (ct_naive_habit_e) (turn / 2 % 4);
    } else {
        client->act_ns +=
            mixed(index, 0) % (conf->period_ms * (uint32_t) 1000) * NS_PER_US;
    }
    client->out = malloc(depth_of(client) * ct_naive_message_size());
    if (client->fd < 0 || client->in == NULL || client->out == NULL
        || connect(client->fd, (const struct sockaddr *) &address->storage,
                   address->len)
               < 0
        || epoll_ctl(naive->epoll_fd, EPOLL_CTL_ADD, client->fd, &event) < 0) {
        return false;
    }
    if (ct_address_is_tcp(address)) {
        setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    return true;
}


void
ct_naive_client_release(ct_naive_client_t *client)
{
    if (client->fd != -1) {
        close(client->fd);
    }
    free(client->in);
    free(client->out);
}
