#! oneway.thrift:5:10: error: a oneway method must be void
#! oneway.thrift:6:19: error: a oneway method cannot throw
exception E { 1: i32 a }
service S {
  oneway i32 a(),
  oneway void b() throws (1: E e),
}
