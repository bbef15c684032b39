#! circles.thrift:3:15: error: this constant never comes to a value
#! circles.thrift:4:15: error: this constant never comes to a value
const i32 A = B
const i32 B = A
