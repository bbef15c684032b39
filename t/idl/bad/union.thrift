#! union.thrift:6:19: warning: a field of a union cannot be required, taken as optional
#! union.thrift:7:14: warning: a field of a union has no default value, not used
#! union.thrift:9:21: error: a value of union 'U' sets exactly one field
#! union.thrift:9:34: error: a value of union 'U' sets exactly one field
union U {
  1: required i32 a,
  2: i32 b = 3,
}
struct A { 1: U u = {}, 2: U v = { "a": 1, "b": 2 } }
