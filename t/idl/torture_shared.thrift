/**
 * What torture.thrift takes from elsewhere: a name, an enum, a struct, an
 * exception and a service to extend.
 */

namespace c torture_shared
namespace cpp torture.shared
namespace py torture_shared

typedef i64 Stamp

enum Shade {
  PALE = -2,
  DIM,
  NONE,
  DEEP = 0x10,
}

const i32 LIMIT = 512
const string GREETING = "from 'afar'"
const list<i16> STEPS = [1, -2, 300]

struct Point {
  1: i32 x = 1,
  2: i32 y = -1,
}

typedef list<Point> Path
typedef map<string, Path> Atlas

exception Lost {
  1: string why,
  2: Point  where,
}

service Base {
  /** Says that someone is there. */
  string whoami(),
}
