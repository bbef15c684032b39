#! prefix.thrift: error: names that begin with 'ct_' are taken: say `namespace c` with another name
namespace c ct
struct A {}
