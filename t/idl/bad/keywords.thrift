#! keywords.thrift:6:8: error: 'list' is a word of the IDL and cannot be a name
#! keywords.thrift:8:10: error: 'required' is a word of the IDL and cannot be a name
#! keywords.thrift:9:10: error: 'string' is a word of the IDL and cannot be a name
#! keywords.thrift:12:9: error: 'true' is a word of the IDL and cannot be a name
#! keywords.thrift:13:13: error: a name that is defined cannot have a dot
struct list { 1: i32 a }
struct A {
  1: i32 required
  2: i32 string
  3: i32 fine
}
service true {}
typedef i32 a.b
