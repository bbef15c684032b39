#! values.thrift:23:16: error: number does not fit 8 bits
#! values.thrift:24:18: error: this is not a whole number
#! values.thrift:25:22: error: this is not a whole number
#! values.thrift:26:20: error: this is not true or false
#! values.thrift:27:19: error: this is not true or false
#! values.thrift:28:22: error: this is not a whole number
#! values.thrift:29:23: error: this is not a string
#! values.thrift:30:23: error: this is not a number
#! values.thrift:31:20: error: unknown constant 'RED'
#! values.thrift:32:23: error: this is not a value of enum 'Color'
#! values.thrift:33:21: error: unknown constant 'Color.GREEN'
#! values.thrift:34:24: error: this is not a list
#! values.thrift:35:28: error: this is not a whole number
#! values.thrift:36:32: error: this is not a string
#! values.thrift:37:23: error: 'Point' has no such field
#! values.thrift:38:31: error: this field is set already
#! values.thrift:39:21: error: a value of union 'Either' sets exactly one field
#! values.thrift:40:17: error: this is not a uuid, such as "00112233-4455-6677-8899-aabbccddeeff"
#! values.thrift:41:21: error: unknown constant 'BIGG', did you mean 'BIG'?
enum Color { RED = 1 }
struct Point { 1: i32 x, 2: string name }
union Either { 1: i32 a, 2: i32 b }
const i8 BIG = 128
const i32 TEXT = "1"
const i32 FRACTION = 1.5
const bool TRUTH = 2
const bool WORD = "true"
const i32 NOT_BOOL = true
const string NUMBER = 1
const double DOUBLE = "1.5"
const Color NAME = RED
const Color NUMBER2 = 7
const Color OTHER = Color.GREEN
const list<i32> LIST = { 1: 2 }
const list<i32> ITEM = [1, "2", 3]
const map<string, i32> KEY = { 1: 1 }
const Point FIELD = { "y": 1 }
const Point TWICE = { "x": 1, "x": 2 }
const Either BOTH = { "a": 1, "b": 2 }
const uuid ID = "00112233"
const i32 MISSING = BIGG
