#! syntax.thrift:13:3: error: expected a name, found '3'
#! syntax.thrift:13:14: error: expected a value, found ','
#! syntax.thrift:14:5: error: expected ':', found 'i32'
#! syntax.thrift:15:15: error: expected '>', found 'e'
#! syntax.thrift:18:14: error: expected a whole number, found ','
#! syntax.thrift:19:1: error: expected a definition, found 'nonsense'
#! syntax.thrift:21:1: error: expected '}', found 'struct'
#! syntax.thrift:23:8: error: expected a name, found '('
#! syntax.thrift:25:3: error: expected a type with a value, found 'void'
struct A {
  1: i32 a
  2: i32
  3: i32 c = ,
  4 i32 d
  5: list<i32 e
  6: fine f
}
enum B { X = , Y }
nonsense
struct C { 1: i32 a
struct D { 1: i32 a }
service S {
  void ()
  i32 ok(1: i32 a
  void more()
}
