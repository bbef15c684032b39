// client.js GENERATED -- ThriftTest through Apache's library for Node.js.
// t/lib/CThrift/Interop.pm tells of the lines that it reads and writes.

'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const thrift = require('thrift');

const { every } = require('./checks');

const generated = path.resolve(process.argv[2]);
const ThriftTest = require(path.join(generated, 'ThriftTest'));
const SecondService = require(path.join(generated, 'SecondService'));

class LaxProtocol extends thrift.TBinaryProtocol {
    constructor(transport)
    {
        super(transport, false, false);
    }
}

const PROTOCOLS = {
    lax: LaxProtocol,
    binary: thrift.TBinaryProtocol,
    compact: thrift.TCompactProtocol,
    json: thrift.TJSONProtocol,
    header: thrift.THeaderProtocol,
};

const TRANSPORTS = {
    buffered: thrift.TBufferedTransport,
    framed: thrift.TFramedTransport,
    http: thrift.TBufferedTransport,
};


function authority()
{
    return fs.readFileSync(process.env.INTEROP_CA);
}


// A path is one in the file system, or a name behind a NUL.
function connectHTTP(socket, where, options)
{
    options.path = '/thrift';
    if (socket === 'unix' || socket === 'abstract') {
        const name = socket === 'unix' ? where : '\0' + where;
        return thrift.createHttpUDSConnection(name, options);
    }
    if (socket === 'tls') {
        options.https = true;
        options.nodeOptions = { ca: authority() };
    }
    return thrift.createHttpConnection('127.0.0.1', Number(where), options);
}


function connect(transport, socket, where, options)
{
    if (transport === 'http') {
        return connectHTTP(socket, where, options);
    }
    switch (socket) {
    case 'unix':
        return thrift.createUDSConnection(where, options);
    case 'abstract':
        return thrift.createUDSConnection('\0' + where, options);
    case 'tls':
        options.ca = authority();
        return thrift.createSSLConnection('127.0.0.1', Number(where), options);
    default:
        return thrift.createConnection('127.0.0.1', Number(where), options);
    }
}


// The client of ThriftTest, and that of SecondService where the calls are
// multiplexed.
function makeClients(connection, multiplexed)
{
    if (!multiplexed) {
        return [thrift.createClient(ThriftTest, connection), null];
    }
    const multiplexer = new thrift.Multiplexer();
    return [
        multiplexer.createClient('ThriftTest', ThriftTest, connection),
        multiplexer.createClient('SecondService', SecondService, connection),
    ];
}


async function run(line)
{
    const [name, transport, socket, where] = line.split(' ');
    const protocol = name.replace('multi-', '');
    const connection = connect(transport, socket, where, {
        protocol: PROTOCOLS[protocol],
        transport: TRANSPORTS[transport],
    });
    const broken = new Promise((resolve, reject) => {
        connection.on('error', reject);
        connection.on('close', () => reject(new Error('it was closed')));
    });

    const [first, second] = makeClients(connection, name !== protocol);
    try {
        await Promise.race([every(first, second, protocol, generated), broken]);
    } finally {
        broken.catch(() => {});
        // What speaks HTTP has nothing to end.
        if (connection.end) {
            connection.end();
        }
    }
}


async function main()
{
    for await (const line of readline.createInterface(process.stdin)) {
        try {
            await run(line);
            console.log('ok');
        } catch (e) {
            const words = String(e && e.message || e);
            console.log('not ok: ' + words.replace(/\s+/g, ' ').slice(0, 400));
        }
    }
}


main().then(() => process.exit(0));
