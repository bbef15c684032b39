#! ids.thrift:8:3: error: field id is not in -32768..32767
#! ids.thrift:9:3: warning: field ids below 1 are kept for fields without one
#! ids.thrift:10:7: warning: field 'd' has no id, -1 is taken: it changes when fields change their order
#! ids.thrift:17:10: error: value of an enum does not fit 32 bits
#! ids.thrift:18:10: error: expected a whole number, found '1.5'
struct Ids {
  1: i32 a,
  32768: i32 b,
  0: i32 c,
  i32 d,
  1: i32 e,
  2: i32 a,
}

enum Values {
  ONE = 1,
  HUGE = 4294967296,
  HALF = 1.5,
  UNO = 1,
  ONE = 3,
}
