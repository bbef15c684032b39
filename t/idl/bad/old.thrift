#! old.thrift:3:1: error: 'senum' is not supported: use an enum, or constants of type string
#! old.thrift:4:15: error: 'slist' is not supported: use list<string>
senum Names { "a", "b" }
struct A { 1: slist names }
