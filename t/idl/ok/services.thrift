/** Services: every kind of method, and inheritance. */

namespace c services

include "parts/units.thrift"

exception Busy {
  1: i32 seconds,
}

/** The smallest there is. */
service Empty {}

service Greeter extends units.Measure {
  /**
   * Greets.
   *
   * @param name whom
   */
  string greet(1: string name, 2: i32 times = 1) throws (1: Busy busy, 2: units.NoSuchUnit none),

  /** Answers with nothing. */
  void nothing(),
  oneway void forget(1: string what),
  async void forgetToo(1: string what);
  list<units.Length> all(1: map<string, units.Length> lengths)
  bool flag(/** Comes back. */ 1: required bool b)
  void check() throws (1: Busy busy)
}

service Derived extends Greeter {
  i64 more(),
}
