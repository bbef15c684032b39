/*
 * client.c -- ThriftTest through Apache's library for C.
 * t/lib/CThrift/Interop.pm tells of the lines that it reads and writes.
 */

#include "checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>
#include <thrift/c_glib/protocol/thrift_multiplexed_protocol.h>
#include <thrift/c_glib/transport/thrift_buffered_transport.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_socket.h>
#include <thrift/c_glib/transport/thrift_ssl_socket.h>
#include <thrift/c_glib/transport/thrift_zlib_transport.h>

#define MULTI "multi-"


/* The words of a line. */
typedef struct {
    char protocol[40];
    char transport[40];
    char socket[40];
    char where[200];
} words_t;


static ThriftTransport *
socket_of(const words_t *words)
{
    const guint port = (guint) strtoul(words->where, NULL, 10);

    if (strcmp(words->socket, "unix") == 0) {
        return g_object_new(THRIFT_TYPE_SOCKET, "path", words->where, NULL);
    }
    if (strcmp(words->socket, "tls") == 0) {
        gchar            localhost[] = "localhost";
        GError          *error = NULL;
        ThriftSSLSocket *socket =
            thrift_ssl_socket_new_with_host(SSLTLS, localhost, port, &error);

        if (socket == NULL
            || !thrift_ssl_load_cert_from_file(socket, getenv("INTEROP_CA"))) {
            fprintf(stderr, "%s\n", error ? error->message : "no CA");
            exit(1);
        }
        return THRIFT_TRANSPORT(socket);
    }
    return g_object_new(THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port",
                        port, NULL);
}


/*
 * The zlib transport loses what does not fit its buffers, which are of 128
 * and 1024 bytes unless it is told otherwise.
 */
static ThriftTransport *
transport_of(const char *word, ThriftTransport *socket)
{
    enum {
        LARGE = 1024 * 1024
    };

    if (strcmp(word, "zlib") == 0) {
        return g_object_new(THRIFT_TYPE_ZLIB_TRANSPORT, "transport", socket,
                            "urbuf_size", LARGE, "crbuf_size", LARGE,
                            "uwbuf_size", LARGE, "cwbuf_size", LARGE, NULL);
    }
    return g_object_new(strcmp(word, "framed") == 0
                            ? THRIFT_TYPE_FRAMED_TRANSPORT
                            : THRIFT_TYPE_BUFFERED_TRANSPORT,
                        "transport", socket, NULL);
}


static ThriftProtocol *
multiplexed(ThriftProtocol *protocol, const char *service)
{
    return g_object_new(THRIFT_TYPE_MULTIPLEXED_PROTOCOL, "transport",
                        protocol->transport, "protocol", protocol,
                        "service-name", service, NULL);
}


static TTestSecondServiceIf *
second_of(ThriftProtocol *protocol)
{
    return g_object_new(T_TEST_TYPE_SECOND_SERVICE_CLIENT, "input_protocol",
                        protocol, "output_protocol", protocol, NULL);
}


/* What is made for a line lives until the process ends: they are a hundred. */
static bool
run_over(run_t *run, const char *word, ThriftTransport *transport)
{
    const bool      is_multiplexed = strncmp(word, MULTI, strlen(MULTI)) == 0;
    const char     *plain = is_multiplexed ? word + strlen(MULTI) : word;
    ThriftProtocol *protocol = g_object_new(strcmp(plain, "compact") == 0
                                                ? THRIFT_TYPE_COMPACT_PROTOCOL
                                                : THRIFT_TYPE_BINARY_PROTOCOL,
                                            "transport", transport, NULL);

    run->second = NULL;
    if (is_multiplexed) {
        run->second = second_of(multiplexed(protocol, "SecondService"));
        protocol = multiplexed(protocol, "ThriftTest");
    }
    run->stranger = second_of(protocol);
    run->client = g_object_new(T_TEST_TYPE_THRIFT_TEST_CLIENT, "input_protocol",
                               protocol, "output_protocol", protocol, NULL);
    return check_everything(run);
}


static bool
run_line(run_t *run, const char *line)
{
    GError          *error = NULL;
    ThriftTransport *transport;
    words_t          words;
    bool             is_right;

    if (sscanf(line, "%39s %39s %39s %199s", words.protocol, words.transport,
               words.socket, words.where)
        != 4) {
        return run_fail(run, "the line", &error);
    }
    transport = transport_of(words.transport, socket_of(&words));
    if (!thrift_transport_open(transport, &error)) {
        return run_fail(run, "connecting", &error);
    }

    /* It takes one TLS record for all of a frame, and that has 16 KiB. */
    run->most = strcmp(words.transport, "framed") == 0
                        && strcmp(words.socket, "tls") == 0
                    ? 16000
                    : 131072;
    is_right = run_over(run, words.protocol, transport);
    thrift_transport_close(transport, NULL);
    return is_right;
}


int
main(void)
{
    char  line[500];
    run_t run;

    thrift_ssl_socket_initialize_openssl();
    while (fgets(line, sizeof(line), stdin) != NULL) {
        if (run_line(&run, line)) {
            puts("ok");
        } else {
            printf("not ok: %s\n", run.failure);
        }
        fflush(stdout);
    }
    return 0;
}
