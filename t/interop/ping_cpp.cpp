// PingService through Apache's C++ library: ping_cpp PORT FRAMED STRICT.

#include <cstdlib>
#include <iostream>
#include <memory>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include "PingService.h"

using namespace apache::thrift;

int main(int argc, char **argv)
{
    if (argc != 4) {
        return 2;
    }
    auto socket = std::make_shared<transport::TSocket>("127.0.0.1",
                                                       std::atoi(argv[1]));
    std::shared_ptr<transport::TTransport> layer;
    if (argv[2][0] == '1') {
        layer = std::make_shared<transport::TFramedTransport>(socket);
    } else {
        layer = std::make_shared<transport::TBufferedTransport>(socket);
    }
    auto proto = std::make_shared<protocol::TBinaryProtocol>(
        layer, 0, 0, false, argv[3][0] == '1');
    PingServiceClient client(proto);
    std::string answer;
    std::string text(5000, 'x');

    layer->open();
    for (int i = 0; i < 100; i++) {
        client.ping(answer);
        if (answer != "pong") {
            return 1;
        }
        client.echo(answer, text);
        if (answer != text) {
            return 1;
        }
    }
    layer->close();
    std::cout << "pong\n";
    return 0;
}
