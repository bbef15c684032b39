// client.cpp -- ThriftTest through Apache's library for C++.
// t/lib/CThrift/Interop.pm tells of the lines that it reads and writes.

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/THeaderProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/protocol/TMultiplexedProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/THeaderTransport.h>
#include <thrift/transport/THttpClient.h>
#include <thrift/transport/TSSLSocket.h>
#include <thrift/transport/TSocket.h>
#include <thrift/transport/TZlibTransport.h>

#include "checks.hpp"

using namespace apache::thrift;
using namespace apache::thrift::protocol;
using namespace apache::thrift::transport;

static std::shared_ptr<TTransport> socket_of(const std::string &kind,
                                             const std::string &where)
{
    if (kind == "tls") {
        TSSLSocketFactory factory;

        factory.loadTrustedCertificates(std::getenv("INTEROP_CA"));
        factory.authenticate(true);
        return factory.createSocket("localhost", std::stoi(where));
    }
    if (kind == "unix") {
        return std::make_shared<TSocket>(where);
    }
    if (kind == "abstract") {
        return std::make_shared<TSocket>(std::string(1, '\0') + where);
    }
    return std::make_shared<TSocket>("127.0.0.1", std::stoi(where));
}

static std::shared_ptr<TTransport>
transport_of(const std::string &word, const std::shared_ptr<TTransport> &socket)
{
    if (word == "http") {
        return std::make_shared<THttpClient>(socket, "localhost", "/");
    }
    if (word == "framed") {
        return std::make_shared<TFramedTransport>(socket);
    }
    const auto layer = std::make_shared<TBufferedTransport>(socket);
    if (word == "zlib") {
        return std::make_shared<TZlibTransport>(layer);
    }
    return layer;
}

static std::shared_ptr<TProtocol>
header_of(const std::string &word, const std::shared_ptr<TTransport> &layer)
{
    const auto header = std::make_shared<THeaderProtocol>(
        layer, word == "header-compact" ? T_COMPACT_PROTOCOL
                                        : T_BINARY_PROTOCOL);

    if (word == "header-zlib") {
        std::dynamic_pointer_cast<THeaderTransport>(header->getTransport())
            ->setTransform(THeaderTransport::ZLIB_TRANSFORM);
    }
    return header;
}

static std::shared_ptr<TProtocol>
protocol_of(const std::string &word, const std::shared_ptr<TTransport> &layer)
{
    if (word.compare(0, 6, "header") == 0) {
        return header_of(word, layer);
    }
    if (word == "compact") {
        return std::make_shared<TCompactProtocol>(layer);
    }
    if (word == "json") {
        return std::make_shared<TJSONProtocol>(layer);
    }
    return std::make_shared<TBinaryProtocol>(layer, 0, 0, false,
                                             word != "lax");
}

// A oneway call over HTTP has an answer without a body.  Before 0.24 the
// library left it to be taken for the next call's (THRIFT-6021).
static void read_empty(TTransport &http)
{
    uint8_t byte;

    if (http.read(&byte, 1) != 0) {
        throw Failure("a oneway call has a reply");
    }
}

static void run(const std::string &line)
{
    std::istringstream         words(line);
    std::string                word;
    std::string                transport;
    std::string                kind;
    std::string                where;
    std::shared_ptr<TProtocol> second;

    words >> word >> transport >> kind >> where;
    const bool is_multiplexed = word.compare(0, 6, "multi-") == 0;
    const auto layer = transport_of(transport, socket_of(kind, where));
    auto protocol = protocol_of(is_multiplexed ? word.substr(6) : word, layer);
    if (is_multiplexed) {
        second =
            std::make_shared<TMultiplexedProtocol>(protocol, "SecondService");
        protocol =
            std::make_shared<TMultiplexedProtocol>(protocol, "ThriftTest");
    }
    layer->open();
    check_everything(protocol, second, [&]() {
        if (transport == "http") {
            read_empty(*layer);
        }
    });
    layer->close();
}

int main()
{
    std::string line;

    while (std::getline(std::cin, line)) {
        try {
            run(line);
            std::cout << "ok" << std::endl;
        } catch (const std::exception &e) {
            std::cout << "not ok: " << e.what() << std::endl;
        }
    }
    return 0;
}
