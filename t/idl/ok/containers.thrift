/*
 * Lists, sets and maps: named by what they hold, once each, in an order that
 * C accepts.
 */

struct User {
  1: Friends friends,
  2: map<string, User> by_name,
  3: list<list<map<i32, set<string>>>> nested,
  4: list<Later> later,
  5: map<Later, Kind> kinds,
}

typedef list<User> Friends
typedef Friends Everyone

struct Later {
  1: Everyone everyone,
  2: optional list<Id> ids,
  3: optional set<i64> same_set,
  4: list<i64> same_list,
}

typedef i64 Id

enum Kind { A, B }

/* Takes the name that list<User> would have. */
struct UserList {
  1: list<UserList> users,
}

/* Both maps would be a_b_c_map. */
struct A { 1: map<A, B_C> one }
struct A_B { 1: map<A_B, C> two }
struct B_C {}
struct C {}
