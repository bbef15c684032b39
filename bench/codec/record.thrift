/**
 * A record of about a kilobyte, as services send them: text of several
 * lengths, numbers, a list and a map, structs inside.
 */

namespace c record
namespace cpp record

enum Standing {
  NEW = 1,
  KNOWN = 2,
  LOCKED = 9,
}

struct Address {
  1: string street,
  2: string city,
  3: string postcode,
  4: string country,
}

struct Item {
  1: i64    sku,
  2: i32    count,
  3: double price,
  4: string title,
}

struct Record {
  1: i64    id,
  2: string name,
  3: string mail,
  4: bool   active,
  5: i32    score,
  6: double balance,
  7: i64    created_ms,
  8: Standing standing,
  9: list<string> tags,
  10: map<string, string> labels,
  11: Address address,
  12: list<i64> visits_ms,
  13: optional binary token,
  14: list<Item> items,
  15: optional string comment,
}
