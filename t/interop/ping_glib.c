/* PingService through Apache's c_glib library: ping_glib PORT FRAMED. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/transport/thrift_buffered_transport.h>
#include <thrift/c_glib/transport/thrift_framed_transport.h>
#include <thrift/c_glib/transport/thrift_socket.h>

#include "ping_service.h"

int
main(int argc, char **argv)
{
    GError                   *error = NULL;
    AboutToShutDownException *leaving = NULL;
    ThriftSocket             *sock;
    ThriftTransport          *transport;
    ThriftProtocol           *protocol;
    PingServiceIf            *client;

    if (argc != 3) {
        return 2;
    }
    sock = g_object_new(THRIFT_TYPE_SOCKET, "hostname", "127.0.0.1", "port",
                        atoi(argv[1]), NULL);
    transport = g_object_new(argv[2][0] == '1' ? THRIFT_TYPE_FRAMED_TRANSPORT
                                               : THRIFT_TYPE_BUFFERED_TRANSPORT,
                             "transport", sock, NULL);
    protocol =
        g_object_new(THRIFT_TYPE_BINARY_PROTOCOL, "transport", transport, NULL);
    client = g_object_new(TYPE_PING_SERVICE_CLIENT, "input_protocol", protocol,
                          "output_protocol", protocol, NULL);
    if (!thrift_transport_open(transport, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    for (int i = 0; i < 100; i++) {
        gchar *answer = NULL;

        if (!ping_service_if_ping(client, &answer, &leaving, &error)
            || strcmp(answer, "pong") != 0) {
            fprintf(stderr, "%s\n", error ? error->message : "no pong");
            return 1;
        }
        g_free(answer);
        answer = NULL;
        if (!ping_service_if_echo(client, &answer, "text", &error)
            || strcmp(answer, "text") != 0) {
            fprintf(stderr, "%s\n", error ? error->message : "no echo");
            return 1;
        }
        g_free(answer);
    }
    thrift_transport_close(transport, NULL);
    puts("pong");
    return 0;
}
