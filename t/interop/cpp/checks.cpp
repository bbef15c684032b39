// checks.cpp -- every method of ThriftTest and SecondService.

#include "checks.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <thrift/TApplicationException.h>

#include "SecondService.h"
#include "ThriftTest.h"

using namespace apache::thrift;
using namespace thrift::test;

// The library leaves it to its user to say which struct is less, for sets of
// them, and no method has one.
bool Insanity::operator<(const Insanity &other) const
{
    return xtructs.size() < other.xtructs.size();
}

using Protocol = std::shared_ptr<protocol::TProtocol>;

static const std::string UNICODE =
    u8"Afrikaans \u0627\u0644\u0639\u0631\u0628\u064a\u0629 "
    u8"\u0985\u09b8\u09ae\u09c0\u09af\u09bc\u09be "
    u8"\u4e2d\u6587 \u65e5\u672c\u8a9e \ud55c\uad6d\uc5b4 "
    u8"e\u0301 n\u0303 \ufb01 \uffee \U0001f600 \U0010fffd ";

static void check(bool is_right, const char *what)
{
    if (!is_right) {
        throw Failure(what);
    }
}

template <class T>
static void same(const char *what, const T &got, const T &wanted)
{
    if (!(got == wanted)) {
        std::ostringstream words;

        words << what << ": " << got << " instead of " << wanted;
        throw Failure(words.str().substr(0, 300));
    }
}

static std::string repeat(const std::string &s, int times)
{
    std::string all;

    for (int i = 0; i < times; i++) {
        all += s;
    }
    return all;
}

// Everything below a space, but NUL: the library's own JSON drops that.
static std::string control()
{
    std::string s;

    for (char c = 1; c < ' '; c++) {
        s += c;
    }
    return s + "\x7f\"\\/'`$ {}[]:,";
}

static void strings(ThriftTestClient &c)
{
    const std::vector<std::string> all = {
        "", "Test", control(), UNICODE, repeat(UNICODE, 40),
        repeat("\\\"", 1000), "[1,\"testVoid\",1,7,{}]", "\\u0041",
        std::string(70000, 'x'),
    };

    for (const std::string &s : all) {
        std::string back;

        c.testString(back, s);
        same("testString", back, s);
    }
}

static void integers(ThriftTestClient &c)
{
    c.testVoid();
    check(c.testBool(true), "testBool: true became false");
    check(!c.testBool(false), "testBool: false became true");
    for (int n : {0, 1, -1, 2, 63, 64, -64, -65, 127, -128}) {
        same<int>("testByte", c.testByte(static_cast<int8_t>(n)), n);
    }
    for (int32_t n : {0, 1, -1, 63, 64, -64, -65, 8191, 8192, -8193, INT32_MAX,
                      INT32_MIN}) {
        same("testI32", c.testI32(n), n);
    }
    const int64_t two = 2;
    for (int64_t n : {int64_t{0}, int64_t{1}, int64_t{-1}, two << 30,
                      -(two << 30) - 1, (two << 52) + 1, INT64_MAX, INT64_MIN,
                      INT64_MIN + 1}) {
        same("testI64", c.testI64(n), n);
        same("testTypedef", c.testTypedef(n), n);
    }
}

static void doubles(ThriftTestClient &c)
{
    using limits = std::numeric_limits<double>;

    for (double d : {0.0, 1.0, -1.0, 0.1, 1.0 / 3, 1e307, 1e-292, 5e-324,
                     limits::max(), limits::min(), limits::infinity(),
                     -limits::infinity(), 9007199254740991.0,
                     -98765432123456789.0, -0.000341012439638598279}) {
        same("testDouble", c.testDouble(d), d);
    }
    check(std::signbit(c.testDouble(-0.0)), "testDouble: -0 lost its sign");
    check(std::isnan(c.testDouble(NAN)), "testDouble: NaN became a number");
}

static void binaries(ThriftTestClient &c)
{
    for (size_t len : {0, 1, 2, 3, 4, 5, 255, 256, 4096, 65535, 131072}) {
        std::string bytes(len, '\0');
        std::string back;

        for (size_t i = 0; i < len; i++) {
            bytes[i] = static_cast<char>(255 - i % 256 + i / 256);
        }
        c.testBinary(back, bytes);
        check(back == bytes,
              ("testBinary of " + std::to_string(len) + " bytes").c_str());
    }
}

// What nothing compresses.
static void noise(ThriftTestClient &c)
{
    std::string bytes(140000, '\0');
    std::string back;
    uint32_t    state = 1;

    for (char &byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<char>(state >> 24);
    }
    c.testBinary(back, bytes);
    check(back == bytes, "testBinary of noise");
}

static Xtruct xtruct(const std::string &s, int8_t byte, int32_t i32,
                     int64_t i64)
{
    Xtruct x;

    x.__set_string_thing(s);
    x.__set_byte_thing(byte);
    x.__set_i32_thing(i32);
    x.__set_i64_thing(i64);
    return x;
}

static void structs(ThriftTestClient &c)
{
    Xtruct2 nest;
    Xtruct2 nest_back;

    for (const Xtruct &x : {xtruct("Zero", 1, -3, -5), Xtruct(),
                            xtruct("", -128, INT32_MIN, INT64_MAX)}) {
        Xtruct back;

        c.testStruct(back, x);
        same("testStruct", back, x);
    }
    nest.__set_byte_thing(1);
    nest.__set_struct_thing(xtruct("Zero", 1, -3, -5));
    nest.__set_i32_thing(5);
    c.testNest(nest_back, nest);
    same("testNest", nest_back, nest);
}

// Calls `method` with each of `values` and looks at what comes back.
template <class T, class F>
static void echo(const char *what, const std::vector<T> &values, F method)
{
    for (const T &value : values) {
        T back;

        method(back, value);
        check(back == value, what);
    }
}

static void containers(ThriftTestClient &c)
{
    using Numbers = std::map<int32_t, int32_t>;
    using Strings = std::map<std::string, std::string>;
    Numbers           many;
    std::set<int32_t> set;

    for (int i = -500; i < 500; i++) {
        many[i] = i * 7;
        set.insert(i);
    }
    echo<Numbers>("testMap", {{}, {{1, 2}}, {{INT32_MIN, INT32_MAX}}, many},
                  [&](Numbers &r, const Numbers &v) { c.testMap(r, v); });
    echo<Strings>("testStringMap",
                  {{},
                   {{"a", "2"}, {"b", "blah"}, {"some", "thing"}, {"", ""}},
                   {{UNICODE, control()},
                    {"a b", repeat(UNICODE, 10)},
                    {"0", "\\\""}}},
                  [&](Strings &r, const Strings &v) { c.testStringMap(r, v); });
    echo<std::set<int32_t>>("testSet", {{}, {-2, -1, 0, 1, 2}, set},
                            [&](std::set<int32_t>       &r,
                                const std::set<int32_t> &v) {
                                c.testSet(r, v);
                            });
    echo<std::vector<int32_t>>(
        "testList",
        {{}, {0}, {-2, -1, 0, 1, 2}, std::vector<int32_t>(1000, -1)},
        [&](std::vector<int32_t> &r, const std::vector<int32_t> &v) {
            c.testList(r, v);
        });
    for (int n : {1, 2, 3, 5, 6, 8, 99, -1}) {
        const auto number = static_cast<Numberz::type>(n);

        same<int>("testEnum", c.testEnum(number), n);
    }
}

static void insanity(ThriftTestClient &c)
{
    std::map<UserId, std::map<Numberz::type, Insanity>> back;
    std::map<UserId, std::map<Numberz::type, Insanity>> wanted;
    Insanity                                            crazy;

    crazy.__set_userMap({{Numberz::FIVE, 5}, {Numberz::EIGHT, INT64_MIN}});
    crazy.__set_xtructs({xtruct("Goodbye4", 4, 4, 4), xtruct(UNICODE, 2, 2,
                                                             2)});
    c.testInsanity(back, crazy);
    wanted[1][Numberz::TWO] = crazy;
    wanted[1][Numberz::THREE] = crazy;
    wanted[2][Numberz::SIX] = Insanity();
    check(back == wanted, "testInsanity");
}

static void worked_out(ThriftTestClient &c)
{
    std::map<int32_t, std::map<int32_t, int32_t>> map;
    Xtruct                                        multi;

    c.testMapMap(map, 42);
    check(map == decltype(map){{-4, {{-4, -4}, {-3, -3}, {-2, -2}, {-1, -1}}},
                               {4, {{1, 1}, {2, 2}, {3, 3}, {4, 4}}}},
          "testMapMap");
    c.testMulti(multi, -7, INT32_MAX, INT64_MAX, {{1, "one"}, {-2, "two"}},
                Numberz::FIVE, INT64_MIN);
    same("testMulti", multi, xtruct("Hello2", -7, INT32_MAX, INT64_MAX));
}

// The exception that a call throws, which must be an E.
template <class E, class F>
static E thrown(const char *what, F call)
{
    try {
        call();
    } catch (const E &e) {
        return e;
    }
    throw Failure(std::string(what) + ": nothing thrown");
}

static void exceptions(ThriftTestClient &c)
{
    Xtruct x;

    const auto one = thrown<Xception>("testException", [&]() {
        c.testException("Xception");
    });
    same("testException", one.errorCode, 1001);
    same<std::string>("testException", one.message, "Xception");
    thrown<TApplicationException>("testException", [&]() {
        c.testException("TException");
    });
    c.testException("success");

    const auto first = thrown<Xception>("testMultiException", [&]() {
        c.testMultiException(x, "Xception", "");
    });
    same("testMultiException", first.errorCode, 1001);
    same<std::string>("testMultiException", first.message,
                      "This is an Xception");
    const auto other = thrown<Xception2>("testMultiException", [&]() {
        c.testMultiException(x, "Xception2", "");
    });
    same("testMultiException", other.errorCode, 2002);
    same<std::string>("testMultiException", other.struct_thing.string_thing,
                      "This is an Xception2");
    c.testMultiException(x, "success", "foobar");
    same<std::string>("testMultiException", x.string_thing, "foobar");
}

static void oneway(ThriftTestClient            &c,
                   const std::function<void()> &after_oneway)
{
    c.testOneway(1);
    after_oneway();
    same("testI32 behind testOneway", c.testI32(-1), -1);
    c.testOneway(0);
    after_oneway();
    c.testVoid();
}

// Calls `name`, which takes nothing, without the generated code; gives the
// type of the message that answers.
static protocol::TMessageType call_by_hand(const Protocol    &p,
                                           const std::string &name,
                                           int32_t            seqid)
{
    std::string            back_name;
    protocol::TMessageType type;
    int32_t                back_seqid;

    p->writeMessageBegin(name, protocol::T_CALL, seqid);
    p->writeStructBegin("args");
    p->writeFieldStop();
    p->writeStructEnd();
    p->writeMessageEnd();
    p->getTransport()->writeEnd();
    p->getTransport()->flush();

    p->readMessageBegin(back_name, type, back_seqid);
    same("seqid", back_seqid, seqid);
    same("name", back_name, name);
    if (type == protocol::T_EXCEPTION) {
        TApplicationException e;

        e.read(p.get());
        same<int>("an unknown method", e.getType(),
                  TApplicationException::UNKNOWN_METHOD);
    } else {
        p->skip(protocol::T_STRUCT);
    }
    p->readMessageEnd();
    p->getTransport()->readEnd();
    return type;
}

static void by_hand(const Protocol &p)
{
    for (int32_t seqid : {0, 1, 77, -1, INT32_MAX, INT32_MIN}) {
        same<int>("testVoid by hand", call_by_hand(p, "testVoid", seqid),
                  protocol::T_REPLY);
        same<int>("an unknown method", call_by_hand(p, "testNothing", seqid),
                  protocol::T_EXCEPTION);
    }
}

static void both(ThriftTestClient &c, SecondServiceClient &second)
{
    for (const std::string &s : {std::string("foo"), std::string(), UNICODE}) {
        std::string back;

        second.secondtestString(back, s);
        same("secondtestString", back, "testString(\"" + s + "\")");
        c.testString(back, s);
        same("testString", back, s);
    }
}

void check_everything(const Protocol &protocol, const Protocol &second,
                      const std::function<void()> &after_oneway)
{
    ThriftTestClient client(protocol);

    for (auto part : {noise, strings, integers, doubles, binaries, structs,
                      containers, worked_out, insanity, exceptions}) {
        part(client);
    }
    oneway(client, after_oneway);
    by_hand(protocol);
    if (second) {
        SecondServiceClient other(second);

        both(client, other);
    }
}
