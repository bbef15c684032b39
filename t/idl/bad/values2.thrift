#! values2.thrift:6:25: error: constant 'SHORTS' has another type
#! values2.thrift:10:17: error: number does not fit 8 bits
#! values2.thrift:11:20: error: this is not a value of 'Point', such as { "field": ... }
#! values2.thrift:12:20: error: this is not the name of a field, as a string
#! values2.thrift:13:17: error: 'Point' is not a constant
const list<i64> LONGS = SHORTS
const list<i16> SHORTS = [1]
const i32 BIG = 300
struct A {
  1: i8 small = BIG,
  2: Point point = 7,
  3: Point key = { 5: 1 },
  4: i32 type = Point,
}
struct Point { 1: i32 x }
