/*
 * server.cpp -- bench.thrift by the servers of Apache Thrift for C++.
 *
 *     server FLAVOUR TRANSPORT PROTOCOL PORT
 *
 * FLAVOUR is one of those in `flavours` below.  As the library's tutorial has
 * them: plain factories, no limits changed.
 */

#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <thrift/concurrency/ThreadManager.h>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/server/TNonblockingServer.h>
#include <thrift/server/TThreadPoolServer.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TNonblockingServerSocket.h>
#include <thrift/transport/TServerSocket.h>

#include "PingService.h"

using namespace apache::thrift;
using concurrency::ThreadFactory;
using concurrency::ThreadManager;
using std::make_shared;
using std::shared_ptr;

/* One for each connection, and some: a pool gives a thread to a connection. */
static const size_t pool_threads = 1100;

/* Beside the thread of IO. */
static const size_t manager_threads = 4;

class Handler : public bench::PingServiceIf
{
  public:
    void
    ping(std::string &reply) override
    {
        reply = "pong";
    }
    void
    echo(std::string &reply, const std::string &s) override
    {
        reply = s;
    }
    void
    swap(bench::Record &reply, const bench::Record &r) override
    {
        reply = r;
    }
};

struct Parts {
    shared_ptr<TProcessor>                   processor;
    shared_ptr<transport::TTransportFactory> transports;
    shared_ptr<protocol::TProtocolFactory>   protocols;
    int                                      port;
};


static shared_ptr<ThreadManager>
start_threads(size_t n)
{
    auto manager = ThreadManager::newSimpleThreadManager(n);

    manager->threadFactory(make_shared<ThreadFactory>());
    manager->start();
    return manager;
}


static void
serve_nonblocking(const Parts &parts, shared_ptr<ThreadManager> threads)
{
    auto socket = make_shared<transport::TNonblockingServerSocket>("127.0.0.1",
                                                                   parts.port);
    server::TNonblockingServer server(parts.processor, parts.protocols, socket,
                                      threads);

    server.setNumIOThreads(1);
    server.serve();
}


template <class Server, class... More>
static void
serve_blocking(const Parts &parts, More... more)
{
    auto socket =
        make_shared<transport::TServerSocket>("127.0.0.1", parts.port);

    Server(parts.processor, socket, parts.transports, parts.protocols, more...)
        .serve();
}


static const std::map<std::string, std::function<void(const Parts &)>>
    flavours = {
        { "nonblocking",
          [](const Parts &parts) { serve_nonblocking(parts, nullptr); } },
        { "nonblocking-threads",
          [](const Parts &parts) {
              serve_nonblocking(parts, start_threads(manager_threads));
          } },
        { "pool",
          [](const Parts &parts) {
              serve_blocking<server::TThreadPoolServer>(
                  parts, start_threads(pool_threads));
          } },
        { "threaded",
          [](const Parts &parts) {
              serve_blocking<server::TThreadedServer>(parts);
          } },
    };


int
main(int argc, char **argv)
{
    if (argc != 5 || flavours.count(argv[1]) == 0) {
        std::cerr << "usage: server FLAVOUR TRANSPORT PROTOCOL PORT\n";
        return 2;
    }
    Parts parts;

    parts.processor =
        make_shared<bench::PingServiceProcessor>(make_shared<Handler>());
    if (strcmp(argv[2], "framed") == 0) {
        parts.transports = make_shared<transport::TFramedTransportFactory>();
    } else {
        parts.transports = make_shared<transport::TBufferedTransportFactory>();
    }
    if (strcmp(argv[3], "compact") == 0) {
        parts.protocols = make_shared<protocol::TCompactProtocolFactory>();
    } else {
        parts.protocols = make_shared<protocol::TBinaryProtocolFactory>();
    }
    parts.port = std::stoi(argv[4]);
    flavours.at(argv[1])(parts);
    return 0;
}
