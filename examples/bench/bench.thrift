/*
 * The services the load generator calls and every server under comparison
 * implements.  Three methods, three sizes of work:
 *
 *   ping  nothing in, four bytes out: the cost of a call as such;
 *   echo  a string of any length, there and back: the cost of bytes;
 *   swap  a record of ordinary size, decoded and encoded again: the cost of
 *         the protocol.
 *
 * A server answers "pong" to ping, and gives back to echo and swap the very
 * value it was given.
 */

namespace c bench
namespace cpp bench
namespace c_glib bench
namespace java bench
namespace go bench
namespace py bench

struct Item {
  1: i32    id,
  2: string name,
  3: double price,
  4: i64    stamp,
  5: bool   in_stock,
}

struct Record {
  1:  bool   active,
  2:  byte   kind,
  3:  i16    shard,
  4:  i32    id,
  5:  i64    account,
  6:  i64    created,
  7:  i64    updated,
  8:  double score,
  9:  double weight,
  10: double latitude,
  11: double longitude,
  12: string name,
  13: string email,
  14: string city,
  15: string note,
  16: i32    visits,
  17: i32    flags,
  18: list<Item> items,
  19: map<string, i64> counters,
  20: string etag,
}

service PingService {
  string ping(),
  string echo(1: string s),
  Record swap(1: Record r),
}
