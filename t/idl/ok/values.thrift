/** Constants of every form, and defaults. */

namespace c values

include "parts/units.thrift"

typedef map<string, list<i32>> Table

enum Level { LOW = -1, HIGH = 2147483647, LOWEST = -2147483648 }

const bool YES = true
const bool NO = 0
const i8 I8 = -128
const i16 I16 = 0x7fff
const i32 I32 = -2147483648
const i64 I64 = -9223372036854775808
const i64 BIG = 5000000000
const i32 OCTAL_IT_IS_NOT = 010
const double HALF = .5
const double WHOLE = 3
const double SMALL = -1.25e-300
const Level TOP = Level.HIGH
const Level BY_NUMBER = -1
const i32 FROM_ENUM = Level.HIGH
const units.Unit METRE = units.Unit.METRE
const i32 SAME = I32
const i32 THEIRS = units.PER_METRE

const string EMPTY = ""
const string QUOTES = 'it is "quoted"'
const string ESCAPES = "tab \t newline \n backslash \\ quote \" what??/"
const string UMLAUT = "gr\"uß"
const binary BYTES = "bytes"
const uuid ID = "00112233-4455-6677-8899-aabbccddeeff"

const list<i32> NONE = []
const list<i32> SOME = [1, 2; 3 4]
const set<string> WORDS = ["a", "b",]
const set<Level> NO_LEVELS = {}
const map<i32, string> NAMES = { 1: "one", 2: "two" }
const Table TABLE = {
  "a": [1, 2, 3],
  "b": [],
  "a rather long key that leaves no room": [1000000, 2000000, 3000000, 4000000]
}
const list<map<string, Level>> NESTED = [{ "x": Level.LOW }, {}, { "y": 2147483647 }]

struct Inner {
  1: i32 a = 1,
  2: optional i32 b = 2,
  3: string c,
}

struct Outer {
  1: Inner inner = { "a": 5, "c": "see" },
  2: list<Inner> inners = [{}, { "b": 7 }],
  3: map<string, Inner> named = { "one": { "c": "c" } },
  4: Level level = Level.LOW,
  5: units.Length length = { "value": 2.5 },
  6: optional Table table = TABLE,
  7: uuid id = ID,
  8: Inner empty = {},
  9: optional Outer outer,
}

const Outer OUTER = { "level": Level.HIGH, "inner": INNER }
const Inner INNER = { "c": QUOTES }
const list<Inner> INNERS = [INNER, INNER]
const Either ONE = { "b": "b" }

union Either {
  1: i32 a,
  2: string b,
}
