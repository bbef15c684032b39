/*
 * ct_dialect_conf.c -- which dialects a server speaks: `transport`,
 * `protocol`.
 *
 * This is the one place that knows every transport and protocol there is: a
 * new one is a file in wire/ and a line here.  Whatever is left out is NULL
 * in the ct_dialects_t, and ct_detect then refuses it by name.
 */

#include "core/ct_config.h"

#include "thrift/ct_dialect_conf.h"

#include <stdio.h>

#include "core/ct_board.h"
#include "thrift/wire/ct_protocol.h"
#include "thrift/wire/ct_transport.h"

/* A word of a directive; its bit is its place in the table. */
typedef struct word_s {
    const char *name;
    size_t      offset; /* of the pointer in ct_dialects_t */
    const void *what;   /* NULL: it is no table that is pointed at */
} word_t;

static const word_t transports[] = {
    { "framed", offsetof(ct_dialects_t, framed), &ct_framed_transport },
    { "unframed", offsetof(ct_dialects_t, unframed), &ct_unframed_transport },
    { "header", offsetof(ct_dialects_t, header), &ct_header_transport },
    { "ttheader", offsetof(ct_dialects_t, ttheader), &ct_ttheader_transport },
    { "http", offsetof(ct_dialects_t, http), &ct_http_transport },
    { "zlib", 0, NULL },
};

static const word_t protocols[] = {
    { "binary", offsetof(ct_dialects_t, binary), &ct_binary_protocol },
    { "compact", offsetof(ct_dialects_t, compact), &ct_compact_protocol },
    { "json", offsetof(ct_dialects_t, json), &ct_json_protocol },
};


/* The bit of `name`, or 0. */
static uint32_t
word_find(const word_t *words, size_t n, ct_str_t name)
{
    for (size_t i = 0; i < n; i++) {
        if (ct_str_eq_c(name, words[i].name)) {
            return (uint32_t) 1 << i;
        }
    }
    return 0;
}


/* "auto" says it all, so nothing stands beside it. */
static ct_rc_t
words_set(ct_conf_t *conf, const word_t *words, size_t n, uint32_t *value)
{
    uint32_t bits = 0;
    uint32_t bit;

    if (conf->nargs == 2 && ct_str_eq_c(conf->args[1], "auto")) {
        *value = ((uint32_t) 1 << n) - 1;
        return CT_OK;
    }
    for (size_t i = 1; i < conf->nargs; i++) {
        bit = word_find(words, n, conf->args[i]);
        if (bit == 0) {
            return ct_conf_error(conf, "invalid value '%.*s' of '%.*s'",
                                 CT_STR_ARG(conf->args[i]),
                                 CT_STR_ARG(conf->args[0]));
        }
        if (bits & bit) {
            return ct_conf_error(conf, "'%.*s' is given twice",
                                 CT_STR_ARG(conf->args[i]));
        }
        bits |= bit;
    }
    *value = bits;
    return CT_OK;
}


static ct_rc_t
transports_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
               void *field)
{
    return words_set(conf, transports, CT_ARRAY_LEN(transports), field);
}


static ct_rc_t
protocols_set(ct_conf_t *conf, const ct_directive_t *directive CT_UNUSED,
              void *field)
{
    return words_set(conf, protocols, CT_ARRAY_LEN(protocols), field);
}


const ct_conf_type_t ct_transports_type = {
    .name = "auto | framed | unframed | header | ttheader | http | zlib ...",
    .min_args = 1,
    .max_args = CT_ARRAY_LEN(transports),
    .set = transports_set,
};

const ct_conf_type_t ct_protocols_type = {
    .name = "auto | binary | compact | json ...",
    .min_args = 1,
    .max_args = CT_ARRAY_LEN(protocols),
    .set = protocols_set,
};


/* Pointers to different structs, so they are copied as bytes. */
static void
words_allow(ct_dialects_t *dialects, const word_t *words, size_t n,
            uint32_t bits)
{
    for (size_t i = 0; i < n; i++) {
        if ((bits & (uint32_t) 1 << i) && words[i].what != NULL) {
            memcpy((char *) dialects + words[i].offset, &words[i].what,
                   sizeof(words[i].what));
        }
    }
}


void
ct_dialects_allow(ct_dialects_t *dialects, uint32_t transports_bits,
                  uint32_t protocols_bits)
{
    words_allow(dialects, transports, CT_ARRAY_LEN(transports),
                transports_bits);
    dialects->deflated =
        transports_bits
        & word_find(transports, CT_ARRAY_LEN(transports), CT_STR("zlib"));
    words_allow(dialects, protocols, CT_ARRAY_LEN(protocols), protocols_bits);
}


void
ct_dialects_narrow(ct_dialects_t *dialects)
{
    dialects->framed = NULL;
    dialects->unframed = NULL;
    dialects->header = NULL;
    dialects->ttheader = NULL;
    dialects->deflated = false;
}


/* Five transports, each plain and within zlib, by three protocols. */
_Static_assert(CT_DIALECTS
                   == 2 * (CT_ARRAY_LEN(transports) - 1)
                              * CT_ARRAY_LEN(protocols)
                          + 1,
               "each dialect has a place, and one is left for none");


void
ct_dialects_name(ct_board_t *board, unsigned rows[CT_DIALECTS])
{
    unsigned n = 0;

    for (size_t i = 0; i < CT_ARRAY_LEN(transports) - 1; i++) {
        for (size_t k = 0; k < CT_ARRAY_LEN(protocols); k++) {
            char deflated[CT_BOARD_WORD];

            (void) snprintf(deflated, sizeof(deflated), "zlib %s",
                            transports[i].name);
            rows[n++] = ct_board_dialect(board, ct_str_of(transports[i].name),
                                         ct_str_of(protocols[k].name));
            rows[n++] = ct_board_dialect(board, ct_str_of(deflated),
                                         ct_str_of(protocols[k].name));
        }
    }
    rows[n] = 0;
}


unsigned
ct_dialect_place(const ct_dialect_t *dialect)
{
    const unsigned nprotocols = CT_ARRAY_LEN(protocols);
    unsigned       i = 0;
    unsigned       k = 0;

    while (i < CT_ARRAY_LEN(transports) - 1
           && transports[i].what != dialect->transport) {
        i++;
    }
    while (k < nprotocols && protocols[k].what != dialect->protocol) {
        k++;
    }
    if (i == CT_ARRAY_LEN(transports) - 1 || k == nprotocols) {
        return CT_DIALECTS - 1;
    }
    return 2 * (i * nprotocols + k) + (dialect->deflated ? 1 : 0);
}
