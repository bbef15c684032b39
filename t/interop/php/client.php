<?php

// client.php LIBRARY GENERATED [accelerated] -- ThriftTest through Apache's
// library for PHP.  t/lib/CThrift/Interop.pm tells of the lines.

declare(strict_types=1);

use Thrift\Exception\TApplicationException;
use Thrift\Protocol\TBinaryProtocol;
use Thrift\Protocol\TBinaryProtocolAccelerated;
use Thrift\Protocol\TCompactProtocol;
use Thrift\Protocol\TJSONProtocol;
use Thrift\Protocol\TMultiplexedProtocol;
use Thrift\Transport\TBufferedTransport;
use Thrift\Transport\TFramedTransport;
use Thrift\Transport\THttpClient;
use Thrift\Transport\TSocket;
use Thrift\Type\TMessageType;
use ThriftTest\Insanity;
use ThriftTest\SecondServiceClient;
use ThriftTest\ThriftTestClient;
use ThriftTest\ThriftTest_testVoid_args;
use ThriftTest\ThriftTest_testVoid_result;
use ThriftTest\Xception;
use ThriftTest\Xception2;
use ThriftTest\Xtruct;
use ThriftTest\Xtruct2;

// What the library deprecates about itself is nobody's business here.
error_reporting(E_ALL & ~E_DEPRECATED);

$accelerated = ($argv[3] ?? '') === 'accelerated';

spl_autoload_register(function (string $class) use ($argv): void {
    $path = str_replace('\\', '/', $class) . '.php';
    if (str_starts_with($path, 'Thrift/')) {
        require "$argv[1]/" . substr($path, strlen('Thrift/'));
    } elseif (file_exists("$argv[2]/$path")) {
        require "$argv[2]/$path";
    }
});

class Failure extends Exception
{
}

const INT64_MIN = PHP_INT_MIN;
const INT64_MAX = PHP_INT_MAX;
const INT32_MAX = 2147483647;
const INT32_MIN = -2147483648;
const UNICODE = "Afrikaans \u{627}\u{644}\u{639} \u{4e2d}\u{6587} \u{d55c} "
    . "e\u{301} n\u{303} \u{fb01} \u{ffee} \u{1f600} \u{10fffd} ";

function control(): string
{
    return implode('', array_map('chr', range(0, 31))) . "\x7f\"\\/'`$ {}[]:,";
}

function same(string $what, mixed $got, mixed $wanted): void
{
    if ($got != $wanted || gettype($got) != gettype($wanted)) {
        throw new Failure("$what: " . substr(var_export($got, true), 0, 200)
            . ' instead of ' . substr(var_export($wanted, true), 0, 200));
    }
}

// Arrays whose keys may come in another order.
function same_map(string $what, array $got, array $wanted): void
{
    ksort($got);
    ksort($wanted);
    same($what, $got, $wanted);
}

// Of these, "0" == "00" must not pass.
function same_string(string $what, string $got, string $wanted): void
{
    if ($got !== $wanted) {
        same($what, $got . '.', $wanted . '.');
    }
}

function failure_of(string $what, string $class, callable $call): Exception
{
    try {
        $call();
    } catch (Exception $e) {
        same($what, get_class($e), $class);
        return $e;
    }
    throw new Failure("$what: nothing thrown");
}

function base_types(ThriftTestClient $c, bool $json): void
{
    $c->testVoid();
    foreach (['', 'Test', control(), UNICODE, str_repeat(UNICODE, 40),
        str_repeat('\\"', 1000), '[1,"testVoid",1,7,{}]', '\\u0041',
        '/</script>'] as $s) {
        same_string('testString', $c->testString($s), $s);
    }
    foreach ([true, false] as $b) {
        same('testBool', $c->testBool($b), $b);
    }
    foreach ([0, 1, -1, 63, 64, -65, 127, -128] as $n) {
        same('testByte', $c->testByte($n), $n);
    }
    foreach ([0, 1, -1, 64, 8191, -8193, INT32_MAX, INT32_MIN] as $n) {
        same('testI32', $c->testI32($n), $n);
    }
    foreach ([0, 1, -1, INT32_MAX + 1, INT32_MIN - 1, 2 ** 53 + 1, INT64_MAX,
        INT64_MIN] as $n) {
        same('testI64', $c->testI64($n), $n);
        same('testTypedef', $c->testTypedef($n), $n);
    }
    // Its JSON has no words for what is no number.
    foreach ([0.0, 1.5, -1.0, 0.1, 1 / 3, 1e307, 1e-292, 5e-324, 2.0 ** 53 - 1,
        -0.000341012439638598279, ...($json ? [] : [INF, -INF])] as $d) {
        same('testDouble', (float) $c->testDouble($d), $d);
    }
    $every = implode('', array_map('chr', range(0, 255)));
    $bytes = ['', "\xff", "\xff\x00", $every . 'x', str_repeat($every, 512)];
    // Its JSON sends bytes as they are, where others send base64: only what
    // looks like that survives.
    foreach ($json ? ['', 'VGVzdA==', str_repeat('abcd', 32768)] : $bytes
        as $b) {
        same_string('testBinary', $c->testBinary($b), $b);
    }
}

function xtruct(string $string, int $byte, int $i32, int $i64): Xtruct
{
    return new Xtruct(['string_thing' => $string, 'byte_thing' => $byte,
        'i32_thing' => $i32, 'i64_thing' => $i64]);
}

function structs(ThriftTestClient $c): void
{
    foreach ([xtruct('Zero', 1, -3, -5),
        xtruct('', -128, INT32_MIN, INT64_MAX)] as $x) {
        same('testStruct', $c->testStruct($x), $x);
        $nest = new Xtruct2(['byte_thing' => 1, 'struct_thing' => $x,
            'i32_thing' => 5]);
        same('testNest', $c->testNest($nest), $nest);
    }
}

function containers(ThriftTestClient $c): void
{
    $many = range(-500, 499);
    foreach ([[], [1 => 2], [INT32_MIN => INT32_MAX],
        array_combine($many, $many)] as $m) {
        same_map('testMap', $c->testMap($m), $m);
    }
    foreach ([[], ['a' => '2', 'b' => 'blah', 'some' => 'thing', '' => ''],
        [UNICODE => control(), 'a b' => str_repeat(UNICODE, 10)]] as $m) {
        same_map('testStringMap', $c->testStringMap($m), $m);
    }
    foreach ([[], [-2, -1, 0, 1, 2], $many] as $values) {
        $set = array_fill_keys($values, true);
        same_map('testSet', $c->testSet($set), $set);
    }
    foreach ([[], [0], range(-20, 20), array_fill(0, 1000, -1)] as $list) {
        same('testList', $c->testList($list), $list);
    }
    foreach ([1, 2, 3, 5, 6, 8, 99, -1] as $n) {
        same('testEnum', $c->testEnum($n), $n);
    }
}

function worked_out(ThriftTestClient $c): void
{
    $map = $c->testMapMap(42);
    same_map('testMapMap', array_keys($map), [-4, 4]);
    same_map('testMapMap', $map[-4], [-4 => -4, -3 => -3, -2 => -2, -1 => -1]);
    same_map('testMapMap', $map[4], [1 => 1, 2 => 2, 3 => 3, 4 => 4]);
    same('testMulti', $c->testMulti(-7, INT32_MAX, INT64_MAX,
        [1 => 'one', -2 => 'two'], 5, INT64_MIN),
        xtruct('Hello2', -7, INT32_MAX, INT64_MAX));

    $crazy = new Insanity(['userMap' => [5 => 5, 8 => INT64_MIN],
        'xtructs' => [xtruct('Goodbye4', 4, 4, 4), xtruct(UNICODE, 2, 2, 2)]]);
    $back = $c->testInsanity($crazy);
    same('testInsanity', [array_keys($back), array_keys($back[1]),
        array_keys($back[2])], [[1, 2], [2, 3], [6]]);
    foreach ([2, 3] as $n) {
        same_map('testInsanity', $back[1][$n]->userMap, $crazy->userMap);
        same('testInsanity', $back[1][$n]->xtructs, $crazy->xtructs);
    }
    same('testInsanity 2.6', [$back[2][6]->userMap ?? [],
        $back[2][6]->xtructs ?? []], [[], []]);
}

function exceptions(ThriftTestClient $c): void
{
    $e = failure_of('testException', Xception::class,
        fn() => $c->testException('Xception'));
    same('testException', [$e->errorCode, $e->message], [1001, 'Xception']);
    failure_of('testException', TApplicationException::class,
        fn() => $c->testException('TException'));
    $c->testException('success');

    $e = failure_of('testMultiException', Xception::class,
        fn() => $c->testMultiException('Xception', ''));
    same('testMultiException', [$e->errorCode, $e->message],
        [1001, 'This is an Xception']);
    $e = failure_of('testMultiException', Xception2::class,
        fn() => $c->testMultiException('Xception2', ''));
    same('testMultiException', [$e->errorCode, $e->struct_thing->string_thing],
        [2002, 'This is an Xception2']);
    same('testMultiException',
        $c->testMultiException('success', 'foobar')->string_thing, 'foobar');
}

// Methods without arguments and result, past the generated code.
function by_hand(object $p, bool $compact): void
{
    // Those below zero make the library's compact writer turn for ever.
    $negative = $compact ? [] : [-1, INT32_MIN];
    foreach ([0, 77, INT32_MAX, ...$negative] as $seqid) {
        foreach (['testVoid', 'testNothing'] as $name) {
            $p->writeMessageBegin($name, TMessageType::CALL, $seqid);
            (new ThriftTest_testVoid_args())->write($p);
            $p->writeMessageEnd();
            $p->getTransport()->flush();
            $p->readMessageBegin($fname, $type, $back);
            same('seqid', $back, $seqid);
            same('name', $fname, $name);
            if ($name === 'testVoid') {
                same('type of a reply', $type, TMessageType::REPLY);
                (new ThriftTest_testVoid_result())->read($p);
            } else {
                same('type of a reply', $type, TMessageType::EXCEPTION);
                $e = new TApplicationException();
                $e->read($p);
                same('an unknown method', $e->getCode(),
                    TApplicationException::UNKNOWN_METHOD);
            }
            $p->readMessageEnd();
        }
    }
}

function second_service(ThriftTestClient $c, SecondServiceClient $second): void
{
    foreach (['foo', '', UNICODE] as $s) {
        same('secondtestString', $second->secondtestString($s),
            "testString(\"$s\")");
        same('testString', $c->testString($s), $s);
        $c->testOneway(0);
    }
}

// The library opens TCP by itself; the rest is handed to it.
function socket_of(string $kind, string $where): TSocket
{
    $address = ['unix' => "unix://$where", 'abstract' => "unix://\0$where",
        'tls' => "ssl://localhost:$where"];
    $socket = new TSocket('127.0.0.1', $kind === 'tcp' ? (int) $where : 1);
    $socket->setSendTimeout(10000);
    $socket->setRecvTimeout(10000);
    if ($kind === 'tcp') {
        $socket->open();
        return $socket;
    }
    $handle = stream_socket_client($address[$kind], $errno, $words, 10,
        STREAM_CLIENT_CONNECT, stream_context_create(
            ['ssl' => ['cafile' => getenv('INTEROP_CA')]]));
    if (!$handle) {
        throw new Failure("cannot connect to $where: $words");
    }
    $socket->setHandle($handle);
    return $socket;
}

function transport_of(string $word, string $kind, string $where): object
{
    if ($word === 'http') {
        return new THttpClient('localhost', (int) $where, '/',
            $kind === 'tls' ? 'https' : 'http',
            ['ssl' => ['cafile' => getenv('INTEROP_CA')]]);
    }
    $socket = socket_of($kind, $where);
    return $word === 'framed' ? new TFramedTransport($socket)
        : new TBufferedTransport($socket, 4096, 4096);
}

function protocol_of(string $word, object $transport): object
{
    global $accelerated;

    if ($accelerated) {
        return new TBinaryProtocolAccelerated($transport);
    }
    return match ($word) {
        'lax' => new TBinaryProtocol($transport, false, false),
        'binary' => new TBinaryProtocol($transport),
        'compact' => new TCompactProtocol($transport),
        'json' => new TJSONProtocol($transport),
    };
}

function run(string $word, string $transport_word, string $kind, string $where)
{
    $transport = transport_of($transport_word, $kind, $where);
    $plain = str_replace('multi-', '', $word);
    $protocol = protocol_of($plain, $transport);
    $second = null;
    if ($plain !== $word) {
        $second = new SecondServiceClient(
            new TMultiplexedProtocol($protocol, 'SecondService'));
        $protocol = new TMultiplexedProtocol($protocol, 'ThriftTest');
    }
    $client = new ThriftTestClient($protocol);
    base_types($client, $plain === 'json');
    structs($client);
    containers($client);
    worked_out($client);
    exceptions($client);
    $client->testOneway(1);
    same('testI32 behind testOneway', $client->testI32(-1), -1);
    by_hand($protocol, $plain === 'compact');
    if ($second) {
        second_service($client, $second);
    }
    $transport->close();
}

while (($line = fgets(STDIN)) !== false) {
    try {
        run(...explode(' ', trim($line)));
        echo "ok\n";
    } catch (Throwable $e) {
        echo 'not ok: ', get_class($e), ': ',
            preg_replace('/\s+/', ' ', $e->getMessage()), "\n";
    }
}
