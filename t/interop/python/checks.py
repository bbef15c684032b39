# checks.py -- every method of ThriftTest and SecondService, through a client
# of any of Python's Thrift libraries.
#
# client.py and client_thriftpy.py say what they have in a Library, and get a
# Failure where an answer is not what it should be.

import math
import sys


class Failure(Exception):
    """What was wrong, in words."""


class Library:
    """What differs between the libraries: classes and a few abilities."""

    def __init__(self, types, application_exception, unknown_method,
                 has_special_doubles=True, has_enum_keys=True,
                 call_unknown=None, uuid=None, big=131072, many=500,
                 few=False):
        self.types = types
        self.application_exception = application_exception
        self.unknown_method = unknown_method
        self.has_special_doubles = has_special_doubles
        self.has_enum_keys = has_enum_keys
        self.call_unknown = call_unknown
        self.uuid = uuid
        self.big = big
        self.many = many
        self.few = few


UNICODE = (
    "Afrikaans Alemannisch \u0627\u0644\u0639\u0631\u0628\u064a\u0629 "
    "\u0985\u09b8\u09ae\u09c0\u09af\u09bc\u09be \u0395\u03bb\u03bb\u03b7 "
    "\u4e2d\u6587 \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 "
    "e\u0301 n\u0303 \ufb01 \uffee \U0001f600 \U0010fffd ")

CONTROL = "".join(map(chr, range(1, 32))) + "\x7f\"\\/'`$ {}[]:,"

STRINGS = ["", "Test", CONTROL, UNICODE, "\\\"" * 200,
           "[1,\"testVoid\",1,7,{}]", "\\u0041"]

DOUBLES = [0.0, 1.0, -1.0, 0.1, 1 / 3, 1e307, 1e-292, 5e-324,
           1.7976931348623157e308, 2.0 ** 53 - 1, -98765432123456789.0,
           -0.000341012439638598279]

INTEGERS = [0, 1, -1, 2, 63, 64, -64, -65, 127, -128]
I32S = INTEGERS + [8191, 8192, -8193, 2 ** 31 - 1, -2 ** 31]
I64S = I32S + [2 ** 31, -2 ** 31 - 1, 2 ** 53 + 1, 2 ** 63 - 1, -2 ** 63]


def same(what, got, wanted):
    if got != wanted or type(got) is not type(wanted):
        raise Failure("%s: %s instead of %s"
                      % (what, str(got)[:200], str(wanted)[:200]))


def echo(method, *values):
    for value in values:
        same(method.__name__, method(value), value)


def some(lib, values):
    """All of them, or a few where each call takes a connection."""
    return values[-1::-4] if lib.few else values


def failure_of(what, method, *args):
    """What the method raises, which it must."""
    try:
        answer = method(*args)
    except Exception as e:  # of many unrelated kinds, looked at by who asked
        return e
    raise Failure("%s: %s instead of an exception" % (what, answer))


def base_types(c, lib):
    same("testVoid", c.testVoid(), None)
    for s in STRINGS + [UNICODE * (lib.big // 3000)]:
        same("testString", c.testString(s), s)
    for b in (True, False):
        same("testBool", c.testBool(b), b)
    for n in some(lib, INTEGERS):
        same("testByte", c.testByte(n), n)
    for n in some(lib, I32S):
        same("testI32", c.testI32(n), n)
    for n in some(lib, I64S):
        same("testI64", c.testI64(n), n)
        same("testTypedef", c.testTypedef(n), n)
    for d in some(lib, DOUBLES):
        same("testDouble", c.testDouble(d), d)
    same("testDouble -0", math.copysign(1, c.testDouble(-0.0)), -1.0)
    if lib.has_special_doubles:
        same("testDouble", c.testDouble(math.inf), math.inf)
        same("testDouble", c.testDouble(-math.inf), -math.inf)
        same("testDouble NaN", math.isnan(c.testDouble(math.nan)), True)


def binaries(c, lib):
    every = bytes(range(256))
    for b in (b"\xff", b"\xff\x00", b"\x00\xff\x80", every, every[::-1] * 7):
        same("testBinary", c.testBinary(b), b)
    big = (every * (lib.big // 256 + 1))[-lib.big:]
    same("testBinary, %d bytes" % lib.big, c.testBinary(big) == big, True)


def structs(c, lib):
    t = lib.types
    one = t.Xtruct(string_thing="Zero", byte_thing=1, i32_thing=-3,
                   i64_thing=-5)
    for x in (one, t.Xtruct(string_thing="", byte_thing=-128,
                            i32_thing=-2 ** 31, i64_thing=2 ** 63 - 1)):
        same("testStruct", c.testStruct(x), x)
    partly = c.testStruct(t.Xtruct(string_thing="only this"))
    same("testStruct", partly.string_thing, "only this")
    same("testStruct: an unset field", partly.i32_thing or 0, 0)
    nest = t.Xtruct2(byte_thing=1, struct_thing=one, i32_thing=5)
    same("testNest", c.testNest(nest), nest)


def containers(c, lib):
    for m in ({}, {1: 2}, {n: n * 7 for n in range(-lib.many, lib.many)},
              {-2 ** 31: 2 ** 31 - 1}):
        same("testMap", c.testMap(m), m)
    for m in ({}, {"a": "2", "b": "blah", "some": "thing", "": ""},
              {UNICODE: CONTROL, "a b": UNICODE * 10, "0": "\\\""}):
        same("testStringMap", c.testStringMap(m), m)
    for s in (set(), {-2, -1, 0, 1, 2}, set(range(lib.many))):
        same("testSet", set(c.testSet(s)), s)
    for x in ([], [0], list(range(-20, 20)), I32S, [-1] * lib.many):
        same("testList", c.testList(x), x)


def enums(c, lib):
    n = lib.types.Numberz
    for value in (n.ONE, n.TWO, n.THREE, n.FIVE, n.EIGHT, 99, -1):
        same("testEnum", c.testEnum(value), value)


def worked_out(c, lib):
    """What is answered from more than the argument."""
    t = lib.types
    n = t.Numberz
    same("testMapMap", c.testMapMap(42),
         {-4: {-4: -4, -3: -3, -2: -2, -1: -1}, 4: {1: 1, 2: 2, 3: 3, 4: 4}})
    same("testMulti",
         c.testMulti(-7, 2 ** 31 - 1, 2 ** 63 - 1, {1: "one", -2: "two"},
                     n.FIVE, 2 ** 40),
         t.Xtruct(string_thing="Hello2", byte_thing=-7,
                  i32_thing=2 ** 31 - 1, i64_thing=2 ** 63 - 1))


def insanity(c, lib):
    t = lib.types
    n = t.Numberz
    crazy = t.Insanity(
        userMap={n.FIVE: 5, n.EIGHT: -2 ** 63},
        xtructs=[t.Xtruct(string_thing="Goodbye4", byte_thing=4, i32_thing=4,
                          i64_thing=4),
                 t.Xtruct(string_thing=UNICODE, byte_thing=2, i32_thing=2,
                          i64_thing=2)])
    answer = c.testInsanity(crazy)
    same("testInsanity", sorted(answer), [1, 2])
    same("testInsanity 1", answer[1], {n.TWO: crazy, n.THREE: crazy})
    same("testInsanity 2", list(answer[2]), [n.SIX])
    same("testInsanity 2.6", [answer[2][n.SIX].userMap or {},
                              answer[2][n.SIX].xtructs or []], [{}, []])


def exceptions(c, lib):
    t = lib.types
    e = failure_of("testException", c.testException, "Xception")
    same("testException", type(e), t.Xception)
    same("testException", (e.errorCode, e.message), (1001, "Xception"))
    e = failure_of("testException", c.testException, "TException")
    same("testException", type(e), lib.application_exception)
    same("testException", c.testException("success"), None)

    e = failure_of("testMultiException", c.testMultiException, "Xception", "")
    same("testMultiException", type(e), t.Xception)
    same("testMultiException", (e.errorCode, e.message),
         (1001, "This is an Xception"))
    e = failure_of("testMultiException", c.testMultiException, "Xception2", "")
    same("testMultiException", type(e), t.Xception2)
    same("testMultiException", (e.errorCode, e.struct_thing.string_thing),
         (2002, "This is an Xception2"))
    same("testMultiException",
         c.testMultiException("success", "foobar").string_thing, "foobar")

    if lib.call_unknown:
        e = failure_of("an unknown method", lib.call_unknown)
        same("an unknown method", type(e), lib.application_exception)
        same("an unknown method", e.type, lib.unknown_method)


def oneway(c, lib):
    same("testOneway", c.testOneway(1), None)
    same("testI32 behind testOneway", c.testI32(-1), -1)
    c.testOneway(0)
    c.testVoid()


def second_service(first, second):
    """Both on one connection."""
    for s in ("foo", "", UNICODE):
        same("secondtestString", second.secondtestString(s),
             'testString("%s")' % s)
        same("testString", first.testString(s), s)
    first.testOneway(0)
    same("secondtestString", second.secondtestString("end"),
         'testString("end")')


def every(client, second, lib):
    """All of it; `second` is None where nothing is multiplexed."""
    for part in (base_types, binaries, structs, containers, enums, worked_out,
                 exceptions, oneway):
        part(client, lib)
    if lib.has_enum_keys:
        insanity(client, lib)
    if lib.uuid:
        lib.uuid()
    if second:
        second_service(client, second)


def serve(run):
    """run(protocol, transport, socket, where) for each line that comes."""
    for line in sys.stdin:
        try:
            run(*line.split())
            answer = "ok"
        except Failure as e:
            answer = "not ok: %s" % e
        except Exception as e:  # anything at all is a finding
            answer = "not ok: %s: %s" % (type(e).__name__, e)
        print(" ".join(answer.split()), flush=True)
