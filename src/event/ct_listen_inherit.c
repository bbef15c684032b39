/*
 * ct_listen_inherit.c -- handing listening sockets to the next binary.
 *
 * The descriptors stay open over exec under the same numbers; an environment
 * variable says which belongs to which address.  It comes from the older
 * binary, or from whoever else set it, so nothing in it is believed: a
 * descriptor must be a listening socket, bound to the address it stands
 * behind, and named once.  In addresses the four bytes that mean something
 * here, and those that do not print, are written as %XX.
 *
 * A text that is wrong is an error, not a reason to open fresh sockets: two
 * masters that each believe to own an address are worse than one that does
 * not start.
 */

#include "core/ct_config.h"

#include "event/ct_listen_inherit.h"

#include <stdio.h>
#include <string.h>

#include "core/ct_board.h"
#include "core/ct_file.h"
#include "core/ct_log.h"
#include "core/ct_pool.h"
#include "event/ct_listen.h"
#include "event/ct_socket.h"

enum {
    MAX_ENTRIES = 4096,
    MAX_FDS = CT_BOARD_SLOTS, /* of an entry: one a worker */
    MAX_FD = 1 << 20,
    FD_TEXT_SIZE = 9 /* " 1048576" and its NUL */
};


/* Takes what stands before `end` off the text; CT_DECLINED: there is none. */
static ct_rc_t
cut(ct_str_t *text, char end, ct_str_t *part)
{
    const char *found = memchr(text->data, end, text->len);

    if (found == NULL) {
        return CT_DECLINED;
    }
    part->data = text->data;
    part->len = (size_t) (found - text->data);
    text->len -= part->len + 1;
    text->data = found + 1;
    return CT_OK;
}


/* -1: no digit.  Only the letters that write_escaped makes. */
static int
hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}


/* `out` holds text.len bytes at least: the text only grows shorter. */
static ct_rc_t
unescape(ct_str_t text, char *out, size_t *len)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++, n++) {
        int high;
        int low;

        out[n] = text.data[i];
        if (text.data[i] != '%') {
            continue;
        }
        if (text.len - i < 3) {
            return CT_DECLINED;
        }
        high = hex_value(text.data[i + 1]);
        low = hex_value(text.data[i + 2]);
        if (high < 0 || low < 0) {
            return CT_DECLINED;
        }
        out[n] = (char) (high * 16 + low);
        i += 2;
    }
    *len = n;
    return CT_OK;
}


/* The longest address, every byte of it escaped, sets the size. */
static ct_rc_t
read_addr(ct_str_t text, ct_addr_t *addr)
{
    char        bytes[3 * CT_ADDR_TEXT_SIZE];
    const char *c_why;
    size_t      len;

    if (text.len > sizeof(bytes) || unescape(text, bytes, &len) != CT_OK) {
        return CT_DECLINED;
    }
    return ct_addr_parse_numeric((ct_str_t){ len, bytes }, addr, &c_why)
                   == CT_OK
               ? CT_OK
               : CT_DECLINED;
}


static bool
has_fd(const ct_inherited_t *entry, int fd)
{
    for (unsigned i = 0; i < entry->nfds; i++) {
        if (entry->fds[i] == fd) {
            return true;
        }
    }
    return false;
}


/* A descriptor that two listens held would be closed twice. */
static bool
is_taken(const ct_array_t *list, int fd)
{
    for (size_t i = 0; i < list->n; i++) {
        if (has_fd(ct_array_at(list, i), fd)) {
            return true;
        }
    }
    return false;
}


/* What was bound elsewhere would serve clients of another address. */
static bool
belongs(int fd, const ct_addr_t *addr)
{
    ct_addr_t bound;

    if (!ct_socket_is_listening(fd)) {
        return false;
    }
    if (addr->sa.any.sa_family == AF_UNSPEC) {
        return addr->fd == -1 || addr->fd == fd;
    }
    return ct_addr_of_socket(fd, &bound) == CT_OK && ct_addr_eq(&bound, addr);
}


/* exec has cleared close-on-exec; it is set again at once. */
static ct_rc_t
read_fd(ct_str_t text, const ct_array_t *list, ct_inherited_t *entry)
{
    uint64_t number;
    int      fd;

    if (ct_str_to_u64(text, &number) != CT_OK || number < 3
        || number > MAX_FD) {
        return CT_DECLINED;
    }
    fd = (int) number;
    if (entry->nfds == MAX_FDS || has_fd(entry, fd) || is_taken(list, fd)
        || !belongs(fd, &entry->addr)) {
        return CT_DECLINED;
    }
    if (ct_file_set_cloexec(fd, true) != CT_OK
        || ct_file_set_nonblocking(fd, true) != CT_OK) {
        return CT_DECLINED;
    }
    entry->fds[entry->nfds++] = fd;
    return CT_OK;
}


/* "ADDRESS=FD FD", the ';' taken off. */
static ct_rc_t
read_entry(ct_str_t text, ct_pool_t *pool, ct_array_t *list)
{
    ct_inherited_t entry = { .nfds = 0 };
    ct_str_t       addr;
    ct_str_t       fd;

    if (list->n == MAX_ENTRIES || cut(&text, '=', &addr) != CT_OK
        || read_addr(addr, &entry.addr) != CT_OK
        || ct_listen_inherited(list, &entry.addr) != NULL) {
        return CT_DECLINED;
    }

    entry.fds = ct_pool_alloc(pool, MAX_FDS * sizeof(*entry.fds));
    while (cut(&text, ' ', &fd) == CT_OK) {
        if (read_fd(fd, list, &entry) != CT_OK) {
            return CT_DECLINED;
        }
    }
    if (read_fd(text, list, &entry) != CT_OK) {
        return CT_DECLINED;
    }
    *(ct_inherited_t *) ct_array_push(list) = entry;
    return CT_OK;
}


ct_rc_t
ct_listen_inherit(const char *c_text, ct_pool_t *pool, ct_array_t *list,
                  ct_log_t *log)
{
    ct_str_t text = ct_str_of(c_text);
    ct_str_t entry = text;
    char     shown[256];

    ct_array_init(list, pool, sizeof(ct_inherited_t));
    while (cut(&text, ';', &entry) == CT_OK) {
        if (read_entry(entry, pool, list) != CT_OK) {
            CT_LOG(log, CT_LOG_EMERG, 0, "cannot inherit the sockets '%s'",
                   ct_str_printable(entry, shown, sizeof(shown)));
            return CT_ERROR;
        }
    }
    if (text.len > 0) {
        CT_LOG(log, CT_LOG_EMERG, 0, "cannot inherit the sockets '%s'",
               ct_str_printable(text, shown, sizeof(shown)));
        return CT_ERROR;
    }
    return CT_OK;
}


ct_inherited_t *
ct_listen_inherited(const ct_array_t *list, const ct_addr_t *addr)
{
    for (size_t i = 0; i < list->n; i++) {
        ct_inherited_t *entry = ct_array_at(list, i);

        if (ct_addr_eq(&entry->addr, addr)) {
            return entry;
        }
    }
    return NULL;
}


/* Gives back the end of what was written; no NUL follows it. */
static char *
write_escaped(char *out, const char *c_text)
{
    static const char digits[] = "0123456789ABCDEF";

    for (const char *i = c_text; *i != '\0'; i++) {
        const unsigned char byte = (unsigned char) *i;

        if (byte > ' ' && byte < 0x7f && strchr("%;=", byte) == NULL) {
            *out++ = *i;
            continue;
        }
        *out++ = '%';
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
    return out;
}


/*
 * The kernel is asked which sockets listen: a generation that was given up
 * may have begun to use more than this one knows of, and clients wait there.
 */
static char *
write_entry(char *out, const ct_listen_t *listen)
{
    char addr[CT_ADDR_TEXT_SIZE];

    ct_addr_text(&listen->addr, addr, sizeof(addr));
    out = write_escaped(out, addr);
    for (unsigned i = 0; i < listen->nbound; i++) {
        if (ct_socket_is_listening(listen->fds[i])) {
            out += snprintf(out, FD_TEXT_SIZE, "%c%d", i == 0 ? '=' : ' ',
                            listen->fds[i]);
        }
    }
    *out++ = ';';
    return out;
}


ct_str_t
ct_listens_text(const ct_listens_t *listens, ct_pool_t *pool)
{
    size_t size = 1;
    char  *text;
    char  *end;

    for (size_t i = 0; i < listens->list.n; i++) {
        size += 3 * CT_ADDR_TEXT_SIZE
                + ct_listens_at(listens, i)->nbound * FD_TEXT_SIZE + 1;
    }
    text = ct_pool_alloc(pool, size);
    end = text;
    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);

        if (listen->nfds > 0) {
            end = write_entry(end, listen);
        }
    }
    *end = '\0';
    return (ct_str_t){ (size_t) (end - text), text };
}


/* Between fork and exec: only calls that are safe there. */
void
ct_listens_keep_over_exec(const ct_listens_t *listens)
{
    for (size_t i = 0; i < listens->list.n; i++) {
        const ct_listen_t *listen = ct_listens_at(listens, i);

        for (unsigned j = 0; j < listen->nbound; j++) {
            if (ct_socket_is_listening(listen->fds[j])) {
                (void) ct_file_set_cloexec(listen->fds[j], false);
            }
        }
    }
}
