#! doubles.thrift:8:10: error: there is a field 'a' already
#! doubles.thrift:14:10: error: field id 5 is taken by 'a'
#! doubles.thrift:17:20: error: there is a value 'A' already
#! doubles.thrift:17:23: warning: 'C' has the number 0 of 'A'
#! doubles.thrift:20:29: error: field id 1 is taken by 'x'
struct Same {
  1: i32 a,
  2: i32 a,
}

struct Ids {
  5: i32 a,
  1: i32 b,
  5: i64 c,
}

enum Twice { A, B, A, C = 0 }

service S {
  void one(1: i32 x, 1: i32 y),
}
