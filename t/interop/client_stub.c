/*
 * client_stub.c -- the stubs that cthriftc writes, against a server:
 *  client_stub ADDRESS TRANSPORT PROTOCOL [TRUSTED [NAME [CERTIFICATE]]]
 *
 * With TRUSTED, a file of authorities, it speaks TLS; NAME is whom the server
 * must be, "" the host of ADDRESS; CERTIFICATE holds a key too.
 */

#include <cthrift.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe.gen.h"

#define CHECK(x)                                                               \
    do {                                                                       \
        if (!(x)) {                                                            \
            printf("not ok: %s (%s)\n", #x, ct_client_error(client));          \
            exit(1);                                                           \
        }                                                                      \
    } while (0)


static void
values_check(ct_client_t *client)
{
    probe_probe_add_args_t      add = { .a = 2, .b = 3 };
    probe_probe_add_result_t    sum;
    probe_probe_echo_args_t     echo = { .s = CT_STR_INIT("hej") };
    probe_probe_echo_result_t   same;
    probe_tree_t                leaf = { .name = CT_STR_INIT("leaf") };
    probe_tree_t                root = { .name = CT_STR_INIT("root") };
    probe_probe_tree_args_t     tree = { .t = &root };
    probe_probe_tree_result_t   back;
    probe_probe_refuse_args_t   refuse = { .why = CT_STR_INIT("no") };
    probe_probe_refuse_result_t refused;

    leaf.weight = 5;
    root.children.n = 1;
    root.children.items = &leaf;
    CHECK(probe_probe_add(client, &add, &sum) == CT_OK && sum.success == 5);
    CHECK(probe_probe_echo(client, &echo, &same) == CT_OK);
    CHECK(ct_str_eq_c(same.success, "hej"));
    CHECK(probe_probe_tree(client, &tree, &back) == CT_OK);
    CHECK(back.success->children.n == 1);
    CHECK(back.success->children.items[0].weight == 5);
    CHECK(ct_str_eq_c(back.success->children.items[0].name, "leaf"));
    CHECK(probe_probe_refuse(client, &refuse, &refused) == CT_OK);
    CHECK(refused.refusal != NULL && refused.refusal->code == 7);
    CHECK(refused.success.data == NULL);
}


static void
failures_check(ct_client_t *client)
{
    probe_probe_fail_args_t    why = { .why = CT_STR_INIT("it is so") };
    probe_probe_fail_result_t  failed;
    probe_probe_note_args_t    note = { .s = CT_STR_INIT("x") };
    probe_probe_notes_args_t   none;
    probe_probe_notes_result_t before;
    probe_probe_notes_result_t after;
    probe_probe_later_args_t late = { .s = CT_STR_INIT("l"), .delay_ms = 2000 };
    probe_probe_later_result_t never;

    memset(&none, 0, sizeof(none));
    CHECK(probe_probe_fail(client, &why, &failed) == CT_ERROR);
    CHECK(ct_client_app_error(client) == CT_APP_INTERNAL_ERROR);
    CHECK(strstr(ct_client_error(client), "because it is so") != NULL);
    CHECK(probe_probe_notes(client, &none, &before) == CT_OK);
    CHECK(probe_probe_note(client, &note) == CT_OK);
    CHECK(probe_probe_notes(client, &none, &after) == CT_OK);
    CHECK(after.success == before.success + 1);

    /* A reply that comes too late closes; the next call connects anew. */
    CHECK(probe_probe_later(client, &late, &never) == CT_ERROR);
    CHECK(ct_client_app_error(client) == -1);
    CHECK(probe_probe_notes(client, &none, &after) == CT_OK);
}


/* With the zlib transform and a header, which THeader has. */
static void
compressed_check(ct_client_conf_t conf)
{
    const ct_header_t header = { CT_STR_INIT("tenant"), CT_STR_INIT("a") };
    ct_client_t      *client;

    conf.compressed = true;
    conf.headers = &header;
    conf.nheaders = 1;
    client = ct_client_create(&conf);
    values_check(client);
    ct_client_destroy(client);
}


int
main(int argc, char **argv)
{
    ct_tls_client_conf_t tls = { .c_trusted = NULL };
    ct_client_conf_t     conf;
    ct_client_t         *client;

    if (argc < 4) {
        return 2;
    }
    ct_client_conf_init(&conf, argv[1]);
    if (ct_client_conf_dialect(&conf, argv[2], argv[3]) != CT_OK) {
        return 2;
    }
    conf.receive_timeout_ms = 300;
    if (argc > 4) {
        tls.c_trusted = argv[4];
        tls.c_server_name = argc > 5 && argv[5][0] != '\0' ? argv[5] : NULL;
        tls.c_certificate = argc > 6 ? argv[6] : NULL;
        conf.tls = &tls;
    }
    client = ct_client_create(&conf);
    values_check(client);
    failures_check(client);
    ct_client_destroy(client);

    conf.service = "Probe";
    client = ct_client_create(&conf);
    values_check(client);
    ct_client_destroy(client);

    if (strcmp(argv[2], "header") == 0) {
        compressed_check(conf);
    }
    conf.address = "127.0.0.1:1";
    client = ct_client_create(&conf);
    {
        probe_probe_add_args_t   add = { .a = 2, .b = 3 };
        probe_probe_add_result_t sum;

        CHECK(probe_probe_add(client, &add, &sum) == CT_ERROR);
        CHECK(strstr(ct_client_error(client), "cannot connect") != NULL);
    }
    ct_client_destroy(client);
    puts("ok");
    return 0;
}
