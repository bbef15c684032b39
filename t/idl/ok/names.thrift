/*
 * Names: how they come to C, and what happens to those that C has taken.
 */

namespace c names

enum HTTPCode {
  OK = 200,
  NotFound = 404,
  ok_but_late = 208,
}

struct HTTPServer {
  1: string getURLFor2,
  2: i32    camelCase,
  3: i32    UPPER_CASE,
  4: i32    userID,
  5: i32    ABCDef,
  6: i32    trailing_,
  7: i32    _leading,
}

/* Every one of them gets an underscore. */
struct Taken {
  1: i32    int,
  2: string class,
  3: bool   default,
  4: i32    operator,
  5: i64    errno,
  6: string assert,
  7: double auto,
  8: optional i32 template,
  9: string NULL,
  10: i32   uuid,
  11: i32   linux,
}

service Register {
  void switch(1: i32 case),
  i32  new(1: i32 delete),
}
