// checks.js -- every method of ThriftTest and SecondService, with what its
// answer must be; many calls at once, too, as Node's programs make them.

'use strict';

const assert = require('assert');
const path = require('path');
const thrift = require('thrift');

const { Int64, Thrift } = thrift;

const WORDS = 'Afrikaans \u00c6nglisc \u0411\u044a\u043b\u0433\u0430\u0440 '
    + '\u4e2d\u6587 \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 \u0e44\u0e17\u0e22 '
    + '\u05e2\u05d1\u05e8\u05d9\u05ea \u0627\u0644\u0639\u0631\u0628'
    + ' e\u0301 \u200f\u202e \u{1d11e} \u{1f600} \u{10fffd} ';
const CONTROLS = '\0\x01\b\t\n\v\f\r\x1f\x7f "quoted" \\ / \' <>& \\u0041 '
    + '{"a":[1,2]} \u2028\u2029';
const STRINGS = ['', 'a', WORDS, CONTROLS, (WORDS + CONTROLS).repeat(50),
    'x'.repeat(100000), '[1,"testVoid",1,7,{}]'];

const I32S = [0, 1, -1, 63, -64, -65, 127, 128, -129, 32768, -32769,
    2 ** 31 - 1, -(2 ** 31)];
const I64S = [0n, 1n, -1n, 2n ** 31n, -(2n ** 31n) - 1n, 2n ** 53n + 1n,
    -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const DOUBLES = [0, 1, -1, 0.1, Math.PI, 1e307, -1e307, 1e-292, 5e-324,
    Number.MAX_VALUE, 2 ** 53 - 1, -0.000341012439638598279];
const SPECIAL_DOUBLES = [NaN, Infinity, -Infinity];


// A value without classes: Int64 as bigint, objects with what is set in them.
function plain(value)
{
    if (value instanceof Int64) {
        return thrift.toBigInt(value);
    }
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    if (Buffer.isBuffer(value) || value === null || typeof value !== 'object') {
        return value;
    }
    return Object.fromEntries(Object.entries(value)
        .filter(([, v]) => v !== null && v !== undefined)
        .map(([k, v]) => [k, plain(v)]));
}


function show(value)
{
    const text = JSON.stringify(value,
        (k, v) => (typeof v === 'bigint' ? v + 'n' : v));
    return String(text).slice(0, 160);
}


function same(what, got, wanted)
{
    const [g, w] = [plain(got), plain(wanted)];
    try {
        assert.deepStrictEqual(g, w);
    } catch (e) {
        throw new Error(`${what}: ${show(g)} instead of ${show(w)}`);
    }
}


async function echo(test, method, ...values)
{
    for (const value of values) {
        same(method, await test[method](value), value);
    }
}


// What the promise fails with, which it must.
async function failureOf(what, promise)
{
    let answer;
    try {
        answer = await promise;
    } catch (e) {
        return e;
    }
    throw new Error(`${what}: ${show(answer)} instead of an exception`);
}


function isA(what, object, type)
{
    if (!(object instanceof type)) {
        throw new Error(`${what}: ${object} is no ${type.name}`);
    }
}


// A call that no generated code knows of: write(output) writes the fields of
// the arguments, read(input) reads success.
function call(client, method, write, read)
{
    client['recv_' + method] = (input, kind, seqid) => {
        const done = client._reqs[seqid];
        delete client._reqs[seqid];
        if (kind === Thrift.MessageType.EXCEPTION) {
            const e = new Thrift.TApplicationException();
            e.read(input);
            input.readMessageEnd();
            return done(e);
        }
        input.readStructBegin();
        const { ftype, fid } = input.readFieldBegin();
        const value = read(input, ftype, fid);
        input.readFieldEnd();
        input.readFieldBegin();
        input.readStructEnd();
        input.readMessageEnd();
        return done(null, value);
    };

    return new Promise((resolve, reject) => {
        const seqid = client._seqid = client.new_seqid();
        client._reqs[seqid] = (e, value) => (e ? reject(e) : resolve(value));
        const output = new client.pClass(client.output);
        output.writeMessageBegin(method, Thrift.MessageType.CALL, seqid);
        output.writeStructBegin(method);
        write(output);
        output.writeFieldStop();
        output.writeStructEnd();
        output.writeMessageEnd();
        client.output.flush();
    });
}


async function checkScalars(test, protocol)
{
    same('testVoid', await test.testVoid(), undefined);
    await echo(test, 'testString', ...STRINGS);
    await echo(test, 'testBool', true, false);
    await echo(test, 'testByte', 0, 1, -1, 127, -128);
    await echo(test, 'testI32', ...I32S);
    await echo(test, 'testI64', ...I64S.map(thrift.fromBigInt));
    await echo(test, 'testTypedef', ...I64S.map(thrift.fromBigInt));
    await echo(test, 'testDouble', ...DOUBLES);
    if (protocol !== 'json') {
        // There it writes bare words, which are no JSON.
        await echo(test, 'testDouble', ...SPECIAL_DOUBLES);
    }
    await echo(test, 'testEnum', 1, 2, 3, 5, 8, 77, -1);
}


async function checkBinaries(test)
{
    const all = Buffer.from([...Array(256).keys()]);
    const long = Buffer.concat(Array(512).fill(all));

    for (const n of [0, 1, 2, 3, 4, 255, 256, 4096, 131072]) {
        const sent = long.subarray(long.length - n);
        const got = await test.testBinary(sent);
        same(`testBinary of ${n} bytes`,
            Buffer.from(got).equals(Buffer.from(sent)), true);
    }
}


async function checkUuids(test)
{
    for (const uuid of ['00112233-4455-4677-8899-aabbccddeeff',
        '00000000-0000-0000-0000-000000000000',
        'ffffffff-ffff-ffff-ffff-ffffffffffff']) {
        const got = await call(test, 'testUuid', (output) => {
            output.writeFieldBegin('thing', Thrift.Type.UUID, 1);
            output.writeUuid(uuid);
            output.writeFieldEnd();
        }, (input, ftype, fid) => {
            same('testUuid, the field', [ftype, fid], [Thrift.Type.UUID, 0]);
            return input.readUuid();
        });
        same('testUuid', got, uuid);
    }
}


async function checkStructs(test, types)
{
    const one = new types.Xtruct({ string_thing: WORDS, byte_thing: -128,
        i32_thing: -(2 ** 31), i64_thing: thrift.fromBigInt(2n ** 63n - 1n) });

    await echo(test, 'testStruct', one);
    await echo(test, 'testNest', new types.Xtruct2(
        { byte_thing: 1, struct_thing: one, i32_thing: 5 }));
    const partly = await test.testStruct(
        new types.Xtruct({ string_thing: 'only this' }));
    same('testStruct, partly', partly.string_thing, 'only this');
    same('testStruct, what is not set', partly.i32_thing || 0, 0);
}


async function checkContainers(test)
{
    // Its JSON takes quadratic time for a list, so it is no longer than that.
    const long = Array.from({ length: 2000 }, (_, i) => 7919 - 7919 * i);
    const many = Object.fromEntries(long.map((n, i) => [i - 100, n]));

    await echo(test, 'testMap', {}, { 0: -10, '-2147483648': 2147483647 },
        many);
    await echo(test, 'testStringMap', {}, { a: '123', 'a b': 'with spaces ',
        same: 'same', 0: 'numeric key', longValue: WORDS.repeat(20) },
    { [WORDS]: CONTROLS, [CONTROLS]: WORDS });
    await echo(test, 'testList', [], [5], I32S, long);
    for (const sent of [[], [-3], [-2, -1, 0, 1, 2]]) {
        const got = await test.testSet(sent);
        same('testSet', got.sort((a, b) => a - b), sent);
    }
}


// Methods whose answer is not their argument.
async function checkMade(test, types)
{
    same('testMapMap', await test.testMapMap(42), {
        '-4': { '-4': -4, '-3': -3, '-2': -2, '-1': -1 },
        4: { 1: 1, 2: 2, 3: 3, 4: 4 },
    });
    const numbers = { string_thing: 'Hello2', byte_thing: -128,
        i32_thing: -(2 ** 31), i64_thing: thrift.fromBigInt(2n ** 63n - 1n) };
    same('testMulti', await test.testMulti(-128, -(2 ** 31),
        numbers.i64_thing, { 0: 'abc', '-32768': WORDS }, 5, 0xf0f0f0),
    numbers);

    const crazy = new types.Insanity({
        userMap: { 5: thrift.fromBigInt(5n),
            8: thrift.fromBigInt(-(2n ** 63n)) },
        xtructs: [new types.Xtruct(numbers), new types.Xtruct({
            string_thing: 'Goodbye4', byte_thing: 4, i32_thing: 4,
            i64_thing: thrift.fromBigInt(4n) })],
    });
    const insane = await test.testInsanity(crazy);
    same('testInsanity, the keys', Object.keys(insane).sort(), ['1', '2']);
    same('testInsanity, user 1', insane[1], { 2: crazy, 3: crazy });
    same('testInsanity, user 2', Object.keys(insane[2]), ['6']);
    same('testInsanity, user 2, 6', [insane[2][6].userMap || {},
        insane[2][6].xtructs || []], [{}, []]);
}


async function checkExceptions(test, types)
{
    let e = await failureOf('testException', test.testException('Xception'));
    isA('testException', e, types.Xception);
    same('testException', [e.errorCode, e.message], [1001, 'Xception']);
    e = await failureOf('testException', test.testException('TException'));
    isA('testException', e, Thrift.TApplicationException);
    same('testException', await test.testException('success'), undefined);

    e = await failureOf('testMultiException',
        test.testMultiException('Xception', 'ignored'));
    isA('testMultiException', e, types.Xception);
    same('testMultiException', [e.errorCode, e.message],
        [1001, 'This is an Xception']);
    e = await failureOf('testMultiException',
        test.testMultiException('Xception2', 'ignored'));
    isA('testMultiException', e, types.Xception2);
    same('testMultiException', [e.errorCode, e.struct_thing.string_thing],
        [2002, 'This is an Xception2']);
    const x = await test.testMultiException('success', WORDS);
    same('testMultiException', x.string_thing, WORDS);

    e = await failureOf('an unknown method',
        call(test, 'testNothing', () => {}, () => null));
    isA('an unknown method', e, Thrift.TApplicationException);
    same('an unknown method', e.type,
        Thrift.TApplicationExceptionType.UNKNOWN_METHOD);
}


// Nothing may come back for the oneway call, and the call behind it must be
// given its own answer.
async function checkOneway(test)
{
    for (const seconds of [0, 1, 2]) {
        await test.testOneway(seconds);
        await echo(test, 'testI32', -1);
    }
}


// All of them are on their way before the first is answered, in either order
// and with failures between.  (Over HTTP each has a connection of its own.)
async function checkAtOnce(test, second)
{
    const under_way = [];

    for (let n = 0; n < 60; n++) {
        under_way.push(echo(test, 'testI32', n));
        under_way.push(echo(test, 'testString', `call ${n}`));
        under_way.push(failureOf('at once', test.testException('Xception')));
        if (second) {
            under_way.push(second.secondtestString(`call ${n}`).then((s) =>
                same('secondtestString', s, `testString("call ${n}")`)));
        }
    }
    await Promise.all(under_way);
}


async function checkSecond(test, second)
{
    for (const s of STRINGS) {
        same('secondtestString', await second.secondtestString(s),
            `testString("${s}")`);
        await echo(test, 'testString', s);
    }
}


// All of it; `second` is null where nothing is multiplexed.
exports.every = async function every(test, second, protocol, generated)
{
    const types = require(path.join(generated, 'thrifttest_types'));

    await checkScalars(test, protocol);
    await checkBinaries(test);
    await checkUuids(test);
    await checkStructs(test, types);
    await checkContainers(test);
    await checkMade(test, types);
    await checkExceptions(test, types);
    await checkOneway(test);
    await checkAtOnce(test, second);
    if (second) {
        await checkSecond(test, second);
    }
};
