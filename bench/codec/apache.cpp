// apache.cpp -- Apache Thrift's C++ library, generated code and all, at the
// same work as ours.cpp's: see ../codec for how the two are asked.
//
//     apache DIR                  writes the values' bytes into DIR
//     apache DIR < requests       answers them, one a line
//     apache DIR FORM SUBJECT WHAT N    does it and ends
//
// A request is FORM SUBJECT WHAT N:
//
//     FORM     binary, compact, json; virtual-binary, virtual-compact
//     SUBJECT  record, torture, swap
//     WHAT     encode, decode
//     N        how many times
//
// The answer is the processor time it took, in nanoseconds.
//
// binary and compact are as fast as the library gets: code generated with
// cpp:templates over TBinaryProtocolT<TBufferBase>, nothing virtual, memory
// that is there already.  The virtual ones are what a server of the library
// has, whose factories give out TProtocol.

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/protocol/TJSONProtocol.h>
#include <thrift/transport/TBufferTransports.h>

#include "bench_types.h"
#include "record_types.h"
#include "torture_types.h"

using apache::thrift::protocol::TBinaryProtocolT;
using apache::thrift::protocol::TCompactProtocolT;
using apache::thrift::protocol::TJSONProtocol;
using apache::thrift::protocol::TProtocol;
using apache::thrift::transport::TBufferBase;
using apache::thrift::transport::TMemoryBuffer;
using apache::thrift::transport::TTransport;

// What is the same for every protocol: some number of times, for its time.
using Work = std::function<void(long)>;


// ---- The values.

static record::Record make_record()
{
    record::Record r;

    r.id = 7205759403792793601;
    r.name = "Wilhelmina van den Berg-Castellanos";
    r.mail = "wilhelmina.vandenberg@example.org";
    r.active = true;
    r.score = 4711;
    r.balance = 1293.55;
    r.created_ms = 1767225600000;
    r.standing = record::Standing::KNOWN;
    r.tags = {"returning", "newsletter", "eu", "beta-programme", "b2b"};
    r.labels = {{"locale", "nl-NL"}, {"currency", "EUR"},
        {"segment", "household-appliances"}, {"source", "campaign-2025-11"},
        {"device", "mobile"}, {"experiment", "checkout-7:variant-b"}};
    r.address.street = "Prinsengracht 263, second floor";
    r.address.city = "Amsterdam";
    r.address.postcode = "1016 GV";
    r.address.country = "NL";
    for (int i = 0; i < 8; i++) {
        r.visits_ms.push_back(1767225600000 + i * 86400123L);
    }
    r.__set_token(std::string("\x00\x01\xfe\xff", 4) + std::string(28, 't'));
    for (int i = 0; i < 6; i++) {
        record::Item item;
        item.sku = 100200300 + i;
        item.count = i + 1;
        item.price = 19.95 * (i + 1);
        item.title = "stainless steel kettle, 1.7 litres";
        r.items.push_back(item);
    }
    r.__set_comment("Please ring twice; the bell of the second floor sticks. "
        "Parcels may be left with the neighbours on the ground floor.");
    return r;
}


static bench::Record make_swap()
{
    bench::Record r;

    r.active = true;
    r.kind = 7;
    r.shard = 1021;
    r.id = 900900900;
    r.account = 7205759403792793601;
    r.created = 1767225600000;
    r.updated = 1767312000123;
    r.score = 0.875;
    r.weight = 12.5;
    r.latitude = 52.37518;
    r.longitude = 4.88394;
    r.name = "Wilhelmina van den Berg-Castellanos";
    r.email = "wilhelmina.vandenberg@example.org";
    r.city = "Amsterdam";
    r.note = "Please ring twice; the bell of the second floor sticks. "
        "Parcels may be left with the neighbours on the ground floor.";
    r.visits = 4711;
    r.flags = 0x5a5;
    for (int i = 0; i < 10; i++) {
        bench::Item item;
        item.id = 100200300 + i;
        item.name = "kettle, model " + std::to_string(i * i * i);
        item.price = 19.95 * (i + 1);
        item.stamp = 1767225600000 + i * 86400123L;
        item.in_stock = i % 3 != 0;
        r.items.push_back(item);
    }
    for (const char *key : {"visits", "orders", "returns", "reviews",
        "questions", "complaints", "parcels", "letters", "calls", "logins"}) {
        r.counters[key] = static_cast<int64_t>(key[0]) * key[2];
    }
    r.etag = "5f3c9a7be01d42c8";
    return r;
}


static torture::Bases bases(int n)
{
    torture::Bases b;

    b.truth = n % 2 != 0;
    b.tiny = static_cast<int8_t>(-n);
    b.octet = 127;
    b.small = static_cast<int16_t>(-300 * n);
    b.medium = INT32_MIN + n;
    b.large = INT64_MAX - n;
    b.real = 1.0 / (n + 1);
    b.text = "text number " + std::to_string(n);
    b.bytes = std::string("\0\xff\x80", 3);
    b.color = torture::Color::DARK;
    return b;
}


static torture::Tree tree(int depth)
{
    torture::Tree t;

    t.name = "level " + std::to_string(depth);
    if (depth > 0) {
        t.children.assign(2, tree(depth - 1));
        t.__set_named({{"left", tree(depth - 1)}});
    }
    return t;
}


static torture::Lists make_lists()
{
    torture::Lists l;

    l.truths = {true, false, true, true};
    l.tinies = {1, -1, 100, -100};
    l.smalls = {300, -300, 3, 0};
    for (int i = 0; i < 32; i++) {
        l.mediums.push_back((i - 16) * 5000011);
        l.larges.push_back((i - 16) * 5000000000000011);
        l.reals.push_back(i * 0.37);
    }
    l.texts = {"", "a", "some words", std::string(200, 'x')};
    l.bytes = {std::string("\0", 1), std::string(64, '\xff')};
    l.colors = {torture::Color::RED, torture::Color::LAST};
    l.bases = {bases(1), bases(2), bases(3)};
    return l;
}


static torture::Everything make_torture()
{
    torture::Everything e;
    torture::Choice     number;
    torture::Choice     named;

    e.bases = bases(9);
    e.__set_musts(torture::Musts());
    e.musts.name = "required";
    e.musts.tags = {"one", "two"};
    e.lists = make_lists();
    e.sets.mediums = {1, -2, 300000};
    e.sets.texts = {"red", "green", "blue"};
    e.maps.numbers = {{1, 2}, {-3, 4}, {70000, -70000}};
    e.maps.totals = {{"a", INT64_MIN}, {"b", 1}};
    e.maps.bases = {{"b", bases(5)}, {"c", bases(6)}};
    e.maps.names = {{torture::Color::GREEN, "green"}};
    e.maps.truths = {{1, true}, {2, false}};
    e.maps.reals = {{-1, 2.5}};
    e.nests.cube = {{{1, 2}, {}}, {}, {{3}}};
    e.nests.index["a"][1] = {"x", "y"};
    e.nests.pages = {{{"p", {1, 2, 3}}}};
    e.nests.groups[1] = {"one", "eins"};
    e.nests.rows = {{bases(3)}, {}};
    e.nests.by_name["us"] = {1, 2};
    number.__set_number(-5);
    named.__set_named({{"k", bases(6)}});
    e.choices = {number, named};
    e.tree = tree(2);
    e.gaps.__set_far(1);
    e.gaps.__set_many({1, 2, 3});
    e.shared.path.resize(4);
    return e;
}


// ---- The work.

// The library counts what it has read against a limit for one message, and
// must be told that another one begins, as its framed transport does.
class Memory : public TMemoryBuffer {
public:
    using TMemoryBuffer::TMemoryBuffer;

    void observe(const std::string &bytes)
    {
        resetBuffer(
            reinterpret_cast<uint8_t *>(const_cast<char *>(bytes.data())),
            static_cast<uint32_t>(bytes.size()));
        resetConsumedMessageSize();
    }
};

// Both ways of one value over one protocol.  `P` is what the value's code is
// made for: the protocol's own type, or TProtocol.
template <class T, class P>
static Work work(const T &value, const std::string &bytes,
    const std::shared_ptr<Memory> &memory, P *protocol, bool decodes)
{
    if (decodes) {
        return [=](long n) {
            for (long i = 0; i < n; i++) {
                T read;
                memory->observe(bytes);
                read.read(protocol);
            }
        };
    }
    return [=](long n) {
        for (long i = 0; i < n; i++) {
            memory->resetBuffer();
            value.write(protocol);
        }
    };
}


template <class T>
static Work work_of(const std::string &form, const T &value,
    const std::string &bytes, bool decodes)
{
    // Held for as long as the program runs: what they are part of does.
    static auto memory = std::make_shared<Memory>(1 << 20);
    static auto reading = std::make_shared<Memory>();
    auto &      at = decodes ? reading : memory;

    if (form == "binary") {
        return work(value, bytes, at,
            new TBinaryProtocolT<TBufferBase>(at), decodes);
    }
    if (form == "compact") {
        return work(value, bytes, at,
            new TCompactProtocolT<TBufferBase>(at), decodes);
    }
    if (form == "virtual-binary") {
        TProtocol *p = new TBinaryProtocolT<TTransport>(at);
        return work(value, bytes, at, p, decodes);
    }
    if (form == "virtual-compact") {
        TProtocol *p = new TCompactProtocolT<TTransport>(at);
        return work(value, bytes, at, p, decodes);
    }
    if (form == "json") {
        TProtocol *p = new TJSONProtocol(at);
        return work(value, bytes, at, p, decodes);
    }
    std::cerr << "no such form: " << form << "\n";
    exit(2);
}


static std::string read_file(const std::string &path)
{
    std::ifstream     in(path, std::ios::binary);
    std::stringstream bytes;

    bytes << in.rdbuf();
    return bytes.str();
}


template <class T>
static void write_forms(const std::string &path, const T &value)
{
    for (const char *form : {"binary", "compact", "json"}) {
        auto memory = std::make_shared<TMemoryBuffer>();
        std::unique_ptr<TProtocol> protocol;

        switch (form[0]) {
        case 'b':
            protocol.reset(new TBinaryProtocolT<TMemoryBuffer>(memory));
            break;
        case 'c':
            protocol.reset(new TCompactProtocolT<TMemoryBuffer>(memory));
            break;
        default:
            protocol.reset(new TJSONProtocol(memory));
        }
        value.write(protocol.get());
        std::ofstream(path + "." + form, std::ios::binary)
            << memory->getBufferAsString();
    }
}


// ---- Asked and answered.

static int64_t now_ns()
{
    timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}


static int64_t answer(const std::string &dir, std::istream &request)
{
    std::string form;
    std::string subject;
    std::string what;
    long        n = 0;

    request >> form >> subject >> what >> n;
    const std::string plain =
        form.compare(0, 8, "virtual-") == 0 ? form.substr(8) : form;
    const std::string bytes = read_file(dir + "/" + subject + "." + plain);
    const bool        decodes = what == "decode";
    const Work        done = subject == "record"
               ? work_of(form, make_record(), bytes, decodes)
        : subject == "swap"
               ? work_of(form, make_swap(), bytes, decodes)
               : work_of(form, make_torture(), bytes, decodes);

    const int64_t from = now_ns();
    done(n);
    return now_ns() - from;
}


int main(int argc, char **argv)
{
    if (argc == 2 && std::string(argv[1]) == "--help") {
        std::cout << "see the head of bench/codec/apache.cpp\n";
        return 0;
    }
    const std::string dir = argv[1];
    std::string       line;

    if (argc == 6) {
        std::stringstream request;
        for (int i = 2; i < argc; i++) {
            request << argv[i] << " ";
        }
        answer(dir, request);
        return 0;
    }
    write_forms(dir + "/record", make_record());
    write_forms(dir + "/torture", make_torture());
    write_forms(dir + "/swap", make_swap());
    while (std::getline(std::cin, line)) {
        std::stringstream request(line);
        std::cout << answer(dir, request) << std::endl;
    }
    return 0;
}
