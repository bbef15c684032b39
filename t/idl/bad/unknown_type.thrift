#! unknown_type.thrift:6:3: error: unknown type 'Itme', did you mean 'Item'?
#! unknown_type.thrift:7:12: error: unknown type 'shared.Thing'
#! unknown_type.thrift:8:15: error: 'Things' is not a type
struct Item { 1: string name }
struct A { 1:
  Itme one
  2: list< shared.Thing> two,
  3: map<i32, Things> three
}
service Things {}
