// server.js -- bench.thrift by the server of Apache Thrift for Node.js.
//
//     node server.js GENERATED plain TRANSPORT PROTOCOL PORT

'use strict';

const path = require('path');
const thrift = require('thrift');

const [generated, flavour, transport, protocol, port] = process.argv.slice(2);
const PingService = require(path.resolve(generated, 'PingService'));

const handler = {
    ping: (result) => result(null, 'pong'),
    echo: (s, result) => result(null, s),
    swap: (r, result) => result(null, r),
};

if (flavour !== 'plain' || port === undefined) {
    console.error('usage: server.js GENERATED plain TRANSPORT PROTOCOL PORT');
    process.exit(2);
}
thrift.createServer(PingService, handler, {
    transport: transport === 'framed' ? thrift.TFramedTransport
        : thrift.TBufferedTransport,
    protocol: protocol === 'compact' ? thrift.TCompactProtocol
        : thrift.TBinaryProtocol,
}).listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 });
