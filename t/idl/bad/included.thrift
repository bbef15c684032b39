#! included.thrift:6:6: error: unknown type 'b.Thong', did you mean 'b.Thing'?
#! included.thrift:7:6: error: unknown type 'c.Thing', did you mean 'b.Thing'?
include "parts/b.thrift"
struct A {
  1: b.Thing thing,
  2: b.Thong other,
  3: c.Thing third,
}
