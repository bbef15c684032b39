/*
 * proxy_fuzz.c -- any bytes as a PROXY header.
 *
 * Beside not crashing: what is a header is one whatever follows it, every
 * part of it asks for more, and nothing is one that is too long.
 */

#include "core/ct_config.h"

#include "event/ct_proxy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);


static void
must(bool holds)
{
    if (!holds) {
        abort();
    }
}


/* A copy of its exact size, so that a byte too many is seen. */
static ct_rc_t
parse(const uint8_t *data, size_t len, ct_proxy_t *proxy, size_t *used)
{
    const char *c_why = NULL;
    uint8_t    *copy = malloc(len + 1);
    ct_rc_t     rc;

    must(copy != NULL);
    memcpy(copy + 1, data, len);
    rc = ct_proxy_parse(copy + 1, len, proxy, used, &c_why);
    must((rc == CT_ERROR) == (c_why != NULL));
    free(copy);
    return rc;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ct_proxy_t proxy;
    size_t     used = 0;
    size_t     again = 0;
    char       text[CT_ADDR_TEXT_SIZE];
    ct_rc_t    rc;

    if (len == 0) {
        return 0;
    }
    rc = parse(data, len, &proxy, &used);
    if (rc == CT_AGAIN) {
        must(len < CT_PROXY_MAX);
    }
    if (rc != CT_OK) {
        return 0;
    }
    must(used <= len && used <= CT_PROXY_MAX);
    ct_peer_text(&proxy.client, text, sizeof(text));
    ct_peer_text(&proxy.server, text, sizeof(text));
    must(parse(data, used, &proxy, &again) == CT_OK && again == used);
    for (size_t i = 1; i < used; i++) {
        must(parse(data, i, &proxy, &again) == CT_AGAIN);
    }
    return 0;
}
