/*
 * ct_backlog.c -- who waits at a listening socket.
 *
 * Linux tells it of a TCP socket by TCP_INFO, in two fields that mean
 * something else once it is connected.  Of a unix socket it tells only by
 * netlink, where one is asked for by the inode of its descriptor; ss(8) does
 * the same.  Rule 42: the #if of socket options stand here, as in
 * ct_socket.c.
 */

#include "core/ct_config.h"

#include "event/ct_backlog.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#endif

#include "core/ct_pool.h"
#include "core/ct_status.h"
#include "event/ct_listen.h"


#ifdef __linux__

/* One answer of a few attributes. */
enum {
    ANSWER_SIZE = 1024
};

typedef struct question_s {
    struct nlmsghdr      head;
    struct unix_diag_req body;
} question_t;


static ct_rc_t
read_tcp(int fd, ct_backlog_t *backlog)
{
    struct tcp_info info = { 0 };
    socklen_t       len = sizeof(info);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0
        || info.tcpi_state != TCP_LISTEN) {
        return CT_DECLINED;
    }
    backlog->waiting = info.tcpi_unacked;
    backlog->room = info.tcpi_sacked;
    return CT_OK;
}


/* The lengths of the queue among the attributes of an answer. */
static ct_rc_t
find_lengths(void *answer, size_t len, ct_backlog_t *backlog)
{
    const struct nlmsghdr *head = answer;
    struct rtattr         *attr = NULL; /* the kernel's macros drop const */
    size_t                 left = 0;

    if (!NLMSG_OK(head, len) || head->nlmsg_type != SOCK_DIAG_BY_FAMILY
        || head->nlmsg_len < NLMSG_LENGTH(sizeof(struct unix_diag_msg))) {
        return CT_DECLINED;
    }
    attr =
        (void *) ((char *) answer + NLMSG_SPACE(sizeof(struct unix_diag_msg)));
    left = head->nlmsg_len - NLMSG_LENGTH(sizeof(struct unix_diag_msg));
    for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left)) {
        struct unix_diag_rqlen lens;

        if (attr->rta_type == UNIX_DIAG_RQLEN
            && RTA_PAYLOAD(attr) >= sizeof(lens)) {
            memcpy(&lens, RTA_DATA(attr), sizeof(lens));
            backlog->waiting = lens.udiag_rqueue;
            backlog->room = lens.udiag_wqueue;
            return CT_OK;
        }
    }
    return CT_DECLINED;
}


/* The kernel answers within the send, so there is nothing to wait for. */
static ct_rc_t
ask(int netlink, ino_t inode, ct_backlog_t *backlog)
{
    const question_t question = {
        .head = { .nlmsg_len = sizeof(question),
                  .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                  .nlmsg_flags = NLM_F_REQUEST },
        .body = { .sdiag_family = AF_UNIX,
                  .udiag_states = ~0U,
                  .udiag_ino = (uint32_t) inode,
                  .udiag_show = UDIAG_SHOW_RQLEN,
                  .udiag_cookie = { ~0U, ~0U } },
    };
    _Alignas(struct nlmsghdr) char answer[ANSWER_SIZE];
    ssize_t                        n = 0;

    if (send(netlink, &question, sizeof(question), 0) == -1) {
        return CT_DECLINED;
    }
    n = recv(netlink, answer, sizeof(answer), MSG_DONTWAIT);
    return n > 0 ? find_lengths(answer, (size_t) n, backlog) : CT_DECLINED;
}


static ct_rc_t
read_unix(int fd, ct_backlog_t *backlog)
{
    struct stat about;
    int         netlink = -1;
    ct_rc_t     rc = CT_DECLINED;

    if (fstat(fd, &about) != 0) {
        return CT_DECLINED;
    }
    netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink == -1) {
        return CT_DECLINED;
    }
    rc = ask(netlink, about.st_ino, backlog);
    close(netlink);
    return rc;
}

#else

static ct_rc_t
read_tcp(int fd, ct_backlog_t *backlog)
{
    (void) fd;
    (void) backlog;
    return CT_DECLINED;
}


static ct_rc_t
read_unix(int fd, ct_backlog_t *backlog)
{
    return read_tcp(fd, backlog);
}

#endif


ct_rc_t
ct_backlog_read(int fd, ct_backlog_t *backlog)
{
    struct sockaddr_storage addr = { 0 };
    socklen_t               len = sizeof(addr);

    if (getsockname(fd, (struct sockaddr *) &addr, &len) != 0) {
        return CT_DECLINED;
    }
    return addr.ss_family == AF_UNIX ? read_unix(fd, backlog)
                                     : read_tcp(fd, backlog);
}


ct_rc_t
ct_backlog_read_listen(const ct_listen_t *listen, ct_backlog_t *backlog)
{
    ct_backlog_t sum = { 0, 0 };

    *backlog = sum;
    for (unsigned i = 0; i < listen->nfds; i++) {
        ct_backlog_t one = { 0, 0 };

        if (ct_backlog_read(listen->fds[i], &one) != CT_OK) {
            return CT_DECLINED;
        }
        sum.waiting += one.waiting;
        sum.room += one.room;
    }
    *backlog = sum;
    return CT_OK;
}


size_t
ct_backlog_list(const ct_listens_t *listens, ct_pool_t *pool,
                const ct_status_listen_t **list)
{
    const size_t        n = listens->list.n;
    ct_status_listen_t *made = ct_pool_alloc(pool, (n + 1) * sizeof(*made));

    for (size_t i = 0; i < n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);
        ct_backlog_t       backlog;

        made[i].address = listen->text;
        made[i].is_known = ct_backlog_read_listen(listen, &backlog) == CT_OK;
        made[i].waiting = backlog.waiting;
        made[i].room = backlog.room;
    }
    *list = made;
    return n;
}
