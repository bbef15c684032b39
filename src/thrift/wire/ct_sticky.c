/*
 * ct_sticky.c -- headers that last as long as a connection.
 *
 * Setting copies all of them, at most a few times 10 KB, and compares each
 * new name with all there are; both are bounded by the caps.  Clients set
 * rarely and call often.
 */

#include "core/ct_config.h"

#include "thrift/wire/ct_sticky.h"

#include <string.h>
#include <strings.h>

#include "core/ct_buf.h"
#include "core/ct_pool.h"
#include "thrift/wire/ct_bytes.h"

/* The length that stands before each name and each value. */
#define LEN_SIZE 4


static const ct_header_t *
headers_of(const ct_block_t *block)
{
    const void *data = block->data;

    return data;
}


static bool
is_named(const ct_header_t *header, ct_str_t name)
{
    return header->name.len == name.len
           && strncasecmp(header->name.data, name.data, name.len) == 0;
}


/* Puts *header among the *n `all`; false: there is no place left. */
static bool
merge_one(ct_header_t *all, size_t *n, const ct_header_t *header)
{
    size_t i = 0;

    while (i < *n && !is_named(&all[i], header->name)) {
        i++;
    }
    if (i == CT_STICKY_MOST) {
        return false;
    }
    all[i] = *header;
    *n += i == *n;
    return true;
}


static ct_str_t
copy_to(uint8_t **at, ct_str_t str)
{
    const ct_str_t copy = { str.len, (const char *) *at };

    if (str.len > 0) {
        memcpy(*at, str.data, str.len);
    }
    *at += str.len;
    return copy;
}


/* A block that begins with copies of `n` headers, their bytes behind them. */
static ct_block_t *
pack(const ct_header_t *headers, size_t n, size_t bytes)
{
    ct_block_t  *block = ct_block_create(n * sizeof(*headers) + bytes);
    void        *data;
    ct_header_t *copies;
    uint8_t     *at;

    if (block == NULL) {
        return NULL;
    }
    data = block->data;
    copies = data;
    at = block->data + n * sizeof(*headers);
    for (size_t i = 0; i < n; i++) {
        copies[i].name = copy_to(&at, headers[i].name);
        copies[i].value = copy_to(&at, headers[i].value);
    }
    return block;
}


ct_rc_t
ct_sticky_set(ct_sticky_t *sticky, const ct_header_t *headers, size_t n,
              size_t limit)
{
    ct_header_t all[CT_STICKY_MOST];
    ct_block_t *block;
    size_t      nall = sticky->n;
    size_t      bytes = 0;

    if (nall > 0) {
        memcpy(all, headers_of(sticky->block), nall * sizeof(*all));
    }
    for (size_t i = 0; i < n; i++) {
        if (!merge_one(all, &nall, &headers[i])) {
            return CT_DECLINED;
        }
    }
    for (size_t i = 0; i < nall; i++) {
        bytes += all[i].name.len + all[i].value.len;
    }
    if (bytes > limit) {
        return CT_DECLINED;
    }
    block = pack(all, nall, bytes);
    if (block == NULL) {
        return CT_ERROR;
    }
    ct_block_drop(sticky->block);
    sticky->block = block;
    sticky->n = nall;
    return CT_OK;
}


static void
let_go(void *data)
{
    ct_block_drop(data);
}


const ct_header_t *
ct_sticky_hold(const ct_sticky_t *sticky, ct_pool_t *pool, size_t *n)
{
    *n = sticky->n;
    if (sticky->block == NULL) {
        return NULL;
    }
    ct_pool_cleanup_add(pool, let_go, ct_block_hold(sticky->block));
    return headers_of(sticky->block);
}


static ct_rc_t
str_write(ct_buf_t *out, ct_str_t str)
{
    uint8_t head[LEN_SIZE];

    ct_store32(head, (uint32_t) str.len);
    if (ct_buf_append(out, head, sizeof(head)) != CT_OK) {
        return CT_ERROR;
    }
    return str.len == 0 ? CT_OK : ct_buf_append(out, str.data, str.len);
}


ct_rc_t
ct_sticky_write(const ct_sticky_t *sticky, ct_buf_t *out)
{
    for (size_t i = 0; i < sticky->n; i++) {
        const ct_header_t *header = &headers_of(sticky->block)[i];

        if (str_write(out, header->name) != CT_OK
            || str_write(out, header->value) != CT_OK) {
            return CT_ERROR;
        }
    }
    return CT_OK;
}


static bool
str_read(const uint8_t *data, size_t len, size_t *at, ct_str_t *str)
{
    if (len - *at < LEN_SIZE) {
        return false;
    }
    str->len = ct_load32(data + *at);
    *at += LEN_SIZE;
    if (str->len > len - *at) {
        return false;
    }
    str->data = (const char *) data + *at;
    *at += str->len;
    return true;
}


ct_rc_t
ct_sticky_read(ct_sticky_t *sticky, const uint8_t *data, size_t len)
{
    ct_header_t headers[CT_STICKY_MOST];
    size_t      n = 0;
    size_t      at = 0;

    while (at < len) {
        if (n == CT_STICKY_MOST || !str_read(data, len, &at, &headers[n].name)
            || !str_read(data, len, &at, &headers[n].value)) {
            return CT_DECLINED;
        }
        n++;
    }
    return n == 0 ? CT_OK : ct_sticky_set(sticky, headers, n, SIZE_MAX);
}


void
ct_sticky_release(ct_sticky_t *sticky)
{
    ct_block_drop(sticky->block);
    sticky->block = NULL;
    sticky->n = 0;
}
