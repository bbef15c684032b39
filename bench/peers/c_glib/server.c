/*
 * server.c -- bench.thrift by the server of Apache Thrift for C with GLib,
 * which serves one connection until it ends, then the next.
 *
 *     server simple TRANSPORT PROTOCOL PORT
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib-object.h>

#include <thrift/c_glib/protocol/thrift_binary_protocol_factory.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol_factory.h>
#include <thrift/c_glib/server/thrift_simple_server.h>
#include <thrift/c_glib/transport/thrift_buffered_transport_factory.h>
#include <thrift/c_glib/transport/thrift_framed_transport_factory.h>
#include <thrift/c_glib/transport/thrift_server_socket.h>

#include "bench_ping_service.h"

typedef struct {
    benchPingServiceHandler parent;
} Handler;

typedef struct {
    benchPingServiceHandlerClass parent;
} HandlerClass;

GType handler_get_type(void);
G_DEFINE_TYPE(Handler, handler, BENCH_TYPE_PING_SERVICE_HANDLER)


static gboolean
ping(benchPingServiceIf *iface, gchar **result, GError **error)
{
    (void) iface;
    (void) error;
    *result = g_strdup("pong");
    return TRUE;
}


static gboolean
echo(benchPingServiceIf *iface, gchar **result, const gchar *s, GError **error)
{
    (void) iface;
    (void) error;
    *result = g_strdup(s);
    return TRUE;
}


/* `*result` comes as a new record; the one that came in takes its place. */
static gboolean
swap(benchPingServiceIf *iface, benchRecord **result, const benchRecord *r,
     GError **error)
{
    (void) iface;
    (void) error;
    if (*result != NULL) {
        g_object_unref(*result);
    }
    *result = g_object_ref((gpointer) r);
    return TRUE;
}


static void
handler_class_init(HandlerClass *class)
{
    class->parent.ping = ping;
    class->parent.echo = echo;
    class->parent.swap = swap;
}


static void
handler_init(Handler *handler)
{
    (void) handler;
}


static gpointer
create_server(int port, GType transports, GType protocols)
{
    return g_object_new(
        THRIFT_TYPE_SIMPLE_SERVER, "processor",
        g_object_new(BENCH_TYPE_PING_SERVICE_PROCESSOR, "handler",
                     g_object_new(handler_get_type(), NULL), NULL),
        "server_transport",
        g_object_new(THRIFT_TYPE_SERVER_SOCKET, "port", port, NULL),
        "input_transport_factory", g_object_new(transports, NULL),
        "output_transport_factory", g_object_new(transports, NULL),
        "input_protocol_factory", g_object_new(protocols, NULL),
        "output_protocol_factory", g_object_new(protocols, NULL), NULL);
}


int
main(int argc, char **argv)
{
    GError  *error = NULL;
    gpointer server;

    if (argc != 5 || strcmp(argv[1], "simple") != 0) {
        fprintf(stderr, "usage: server simple TRANSPORT PROTOCOL PORT\n");
        return 2;
    }
    server = create_server(
        atoi(argv[4]),
        strcmp(argv[2], "framed") == 0 ? THRIFT_TYPE_FRAMED_TRANSPORT_FACTORY
                                       : THRIFT_TYPE_BUFFERED_TRANSPORT_FACTORY,
        strcmp(argv[3], "compact") == 0 ? THRIFT_TYPE_COMPACT_PROTOCOL_FACTORY
                                        : THRIFT_TYPE_BINARY_PROTOCOL_FACTORY);
    if (!thrift_server_serve(THRIFT_SERVER(server), &error)) {
        fprintf(stderr, "%s\n", error != NULL ? error->message : "no word");
        return 1;
    }
    return 0;
}
