/*
 * What Apache's compiler 0.17 does not know: uuid, in every place.
 */

namespace c torture_uuid

const uuid NIL = "00000000-0000-0000-0000-000000000000"
const uuid SOME = "00112233-4455-6677-8899-AABBCCDDEEFF"

struct Uuids {
  1: uuid          one,
  2: optional uuid maybe,
  3: uuid          fixed = SOME,
  4: list<uuid>    many,
  5: set<uuid>     each,
  6: map<uuid, string> names,
}

service TortureUuid {
  uuid  echo_uuid(1: uuid x),
  Uuids echo_uuids(1: Uuids x),
}
