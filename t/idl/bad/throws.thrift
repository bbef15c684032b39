#! throws.thrift:13:19: warning: field ids below 1 are kept for fields without one
#! throws.thrift:11:23: error: only an exception can be thrown
#! throws.thrift:12:33: error: field id 1 is taken by 'e'
#! throws.thrift:13:24: error: field id 0 is taken by 'success'
#! throws.thrift:14:26: warning: an argument cannot be optional, not used
#! throws.thrift:16:19: error: 'A' is not a service
#! throws.thrift:17:19: error: unknown service 'Missing'
exception E { 1: i32 a }
struct A { 1: i32 a }
service T {
  void c() throws (1: A a),
  void d() throws (1: E e, 1: E f),
  i32 f() throws (0: E e),
  void e(1: optional i32 x),
}
service U extends A {}
service V extends Missing {}
