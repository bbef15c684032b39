// Round trips of t/idl/torture.thrift through Apache's C++ library:
// torture_cpp PORT FRAMED PROTOCOL.

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include "Torture.h"

using namespace apache::thrift;
using namespace torture;

static int failures;

// Calls `method` with `value` and looks at what comes back.
template <class T, class F>
static void same(const char *name, const T &value, F method)
{
    T back{};

    method(back, value);
    if (!(back == value)) {
        std::cerr << name << " came back different\n";
        failures++;
    }
}

static Bases bases(int n)
{
    Bases b;

    b.truth = n % 2 != 0;
    b.tiny = static_cast<int8_t>(-n);
    b.octet = std::numeric_limits<int8_t>::min();
    b.small = std::numeric_limits<int16_t>::max();
    b.medium = std::numeric_limits<int32_t>::min() + n;
    b.large = std::numeric_limits<int64_t>::max() - n;
    b.real = 1.0 / (n + 1);
    b.text = "text " + std::to_string(n);
    b.bytes = std::string("\0\xff\x80", 3);
    b.color = Color::DARK;
    return b;
}

static Tree tree(int depth)
{
    Tree t;

    t.name = "level " + std::to_string(depth);
    if (depth > 0) {
        t.children.assign(3, tree(depth - 1));
        std::map<std::string, Tree> named;
        named["left"] = tree(depth - 1);
        t.__set_named(named);
    }
    return t;
}

static Lists lists()
{
    Lists l;

    l.truths = {true, false, true};
    l.tinies = {1, -1};
    l.smalls = {300, -300};
    l.mediums.assign(1000, 7);
    l.larges = {INT64_MIN, INT64_MAX};
    l.reals = {0.5, -1e300};
    l.texts = {"", "a", std::string(70000, 'x')};
    l.bytes = {std::string("\0", 1)};
    l.colors = {Color::RED, Color::LAST};
    l.bases = {bases(1), bases(2)};
    return l;
}

static Nests nests()
{
    Nests n;

    n.cube = {{{1, 2}, {}}, {}, {{3}}};
    n.index["a"][1] = {"x", "y"};
    n.pages = {{{"p", {1, 2, 3}}}};
    n.groups[1] = {"one", "eins"};
    n.rows = {{bases(3)}, {}};
    n.by_name["us"] = {1, 2};
    n.deep["d"] = {{{1, {Color::RED, Color::BLUE}}}};
    return n;
}

static Maps maps()
{
    Maps m;

    m.numbers = {{1, 2}, {-3, 4}};
    m.totals = {{"a", INT64_MIN}};
    m.bases = {{"b", bases(5)}};
    m.names = {{Color::GREEN, "green"}};
    m.truths = {{1, true}, {2, false}};
    m.reals = {{-1, 2.5}};
    m.bytes = {{true, "yes"}, {false, ""}};
    return m;
}

static Everything everything()
{
    Everything e;
    Choice     number;
    Choice     named;

    e.bases = bases(9);
    e.lists = lists();
    e.maps = maps();
    e.nests = nests();
    number.__set_number(-5);
    named.__set_named({{"k", bases(6)}});
    e.choices = {number, named};
    e.tree = tree(3);
    e.gaps.__set_far(1);
    e.shared.path.resize(4);
    return e;
}

static void run(TortureClient &client)
{
    Everything outer = everything();

    outer.__set_more({everything(), everything()});
    same("echo", outer, [&](Everything &r, const Everything &v) {
        client.echo(r, v);
    });
    same("tree", tree(4), [&](Tree &r, const Tree &v) {
        client.echo_tree(r, v);
    });
    same("lists", lists(), [&](Lists &r, const Lists &v) {
        client.echo_lists(r, v);
    });
    same("maps", maps(), [&](Maps &r, const Maps &v) {
        client.echo_maps(r, v);
    });
    same("nests", nests(), [&](Nests &r, const Nests &v) {
        client.echo_nests(r, v);
    });
    same("defaults", Defaults(), [&](Defaults &r, const Defaults &v) {
        client.echo_defaults(r, v);
    });
    same("maybes", Maybes(), [&](Maybes &r, const Maybes &v) {
        client.echo_maybes(r, v);
    });
    if (client.echo_i64(INT64_MIN) != INT64_MIN
        || client.echo_double(0.1) != 0.1
        || client.echo_enum(Color::DARK) != Color::DARK) {
        failures++;
    }
    try {
        client.fail(1);
        failures++;
    } catch (const Oops &oops) {
        failures += oops.code != 1 || oops.trace.size() != 2;
    }
    try {
        client.fail(2);
        failures++;
    } catch (const torture::shared::Lost &lost) {
        failures += lost.why != "no way" || lost.where.x != 1;
    }
}

static std::shared_ptr<protocol::TProtocol>
protocol_of(const std::string &name,
            const std::shared_ptr<transport::TTransport> &layer)
{
    if (name == "compact") {
        return std::make_shared<protocol::TCompactProtocol>(layer);
    }
    if (name == "json") {
        return std::make_shared<protocol::TJSONProtocol>(layer);
    }
    return std::make_shared<protocol::TBinaryProtocol>(layer);
}

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
    TortureClient client(protocol_of(argv[3], layer));

    layer->open();
    for (int i = 0; i < 20; i++) {
        run(client);
    }
    layer->close();
    std::cout << failures << " failures\n";
    return failures == 0 ? 0 : 1;
}
