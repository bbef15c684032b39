/**
 * Every form of the IDL that this and Apache's compiler share, for round
 * trips between them: all types but uuid, nesting three deep, unions,
 * recursion, defaults, includes, typedefs, enums, names that mean something
 * to C.
 */

namespace c torture
namespace cpp torture
namespace py torture

include "torture_shared.thrift"

typedef i32 UserId
typedef string Name
typedef list<UserId> UserIds
typedef map<Name, UserIds> Groups
typedef torture_shared.Point Spot

/** Colours, with gaps and both signs. */
enum Color {
  RED = 1,
  GREEN,
  BLUE = 5,
  DARK = -7,
  LAST = 2147483647,
}

const bool YES = true
const i8 TINY = -128
const i16 SMALL = -32768
const i32 MEDIUM = -2147483648
const i64 LARGE = -9223372036854775807
const double RATIO = 6.02214076e23
const string TEXT = "quote \" backslash \\ tab \t end"
const Color FAVOURITE = Color.BLUE
const list<string> WORDS = ["one", 'two', "three"]
const set<Color> PALETTE = [Color.RED, Color.GREEN]
const map<string, list<i32>> TABLE = { "a": [1, 2], "b": [], "c": [3] }
const torture_shared.Point ORIGIN = { "x": 0, "y": 0 }
const i32 BORROWED = torture_shared.LIMIT

/** Every base type as it comes. */
struct Bases {
  1: bool   truth,
  2: i8     tiny,
  3: byte   octet,
  4: i16    small,
  5: i32    medium,
  6: i64    large,
  7: double real,
  8: string text,
  9: binary bytes,
  10: Color color,
}

/** The same, each of which may be missing. */
struct Maybes {
  1: optional bool   truth,
  2: optional i8     tiny,
  3: optional i16    small,
  4: optional i32    medium,
  5: optional i64    large,
  6: optional double real,
  7: optional string text,
  8: optional binary bytes,
  9: optional Color  color,
  10: optional list<i32> numbers,
  11: optional Bases bases,
}

/** The same with values of their own. */
struct Defaults {
  1: bool   truth = true,
  2: i8     tiny = 12,
  3: i16    small = -300,
  4: i32    medium = BORROWED,
  5: i64    large = 1234567890123456789,
  6: double real = -0.5,
  7: string text = "as it was",
  8: Color  color = Color.GREEN,
  9: list<i32> numbers = [3, 1, 4],
  10: map<string, i32> ages = { "ann": 30, "bob": 31 },
  11: torture_shared.Point spot = { "x": 7 },
  12: optional i32 some = 9,
}

/** What must be there. */
struct Musts {
  1: required i32    id,
  2: required string name,
  3: required list<string> tags,
  4: required torture_shared.Point spot,
}

/** Containers of every element. */
struct Lists {
  1: list<bool>   truths,
  2: list<i8>     tinies,
  3: list<i16>    smalls,
  4: list<i32>    mediums,
  5: list<i64>    larges,
  6: list<double> reals,
  7: list<string> texts,
  8: list<binary> bytes,
  9: list<Color>  colors,
  10: list<Bases> bases,
}

struct Sets {
  1: set<i8>     tinies,
  2: set<i32>    mediums,
  3: set<i64>    larges,
  4: set<string> texts,
  5: set<Color>  colors,
}

struct Maps {
  1: map<i32, i32>      numbers,
  2: map<string, i64>   totals,
  3: map<string, Bases> bases,
  4: map<Color, Name>   names,
  5: map<i64, bool>     truths,
  6: map<i16, double>   reals,
  7: map<bool, binary>  bytes,
}

/** Three deep and more. */
struct Nests {
  1: list<list<list<i32>>> cube,
  2: map<string, map<i32, list<string>>> index,
  3: list<map<string, list<i64>>> pages,
  4: map<i32, set<string>> groups,
  5: list<list<Bases>> rows,
  6: Groups by_name,
  7: list<torture_shared.Atlas> atlases,
  8: map<string, list<map<i32, set<Color>>>> deep,
}

/** One of them. */
union Choice {
  1: bool   truth,
  2: i64    number,
  3: string text,
  4: Bases  bases,
  5: list<i32> numbers,
  6: map<string, Bases> named,
  7: Color  color,
}

/** A list that ends somewhere. */
struct Chain {
  1: i32 value,
  2: optional Chain & rest,
}

/** A tree by list and by map. */
struct Tree {
  1: string name,
  2: list<Tree> children,
  3: optional map<string, Tree> named,
}

/** Two that hold each other. */
struct Hen {
  1: string name,
  2: optional Egg & egg,
}

struct Egg {
  1: i32 weight,
  2: optional Hen & hen,
}

struct Nothing {}

/** Names that are taken in C or in its headers, though not in Apache's. */
struct Words {
  1: i32    noreturn,
  2: string stdout,
  3: bool   restrict,
  4: i32    complex,
  5: i64    imaginary,
  6: string stdin,
  7: double isnan,
  8: i32    camelCase,
  9: i32    HTTPServer,
  10: i32   getURLFor2,
}

/** Ids far apart, out of order, and their types. */
struct Gaps {
  300: i32    far,
  2: string   near,
  32767: bool last,
  15: i32     fifteen,
  16: i32     sixteen,
  32: list<i32> many,
}

/** What was borrowed. */
struct Shared {
  1: torture_shared.Point point,
  2: torture_shared.Path  path,
  3: torture_shared.Shade shade,
  4: torture_shared.Stamp stamp,
  5: Spot                 spot,
  6: UserIds              users,
}

/** All of it at once. */
struct Everything {
  1: Bases    bases,
  2: Maybes   maybes,
  3: Defaults defaults,
  4: optional Musts musts,
  5: Lists    lists,
  6: Sets     sets,
  7: Maps     maps,
  8: Nests    nests,
  9: list<Choice> choices,
  10: Chain   chain,
  11: Tree    tree,
  12: Hen     hen,
  13: Nothing nothing,
  14: Words   words,
  15: Gaps    gaps,
  16: Shared  shared,
  17: optional list<Everything> more,
}

/** What may go wrong. */
exception Oops {
  1: i32    code,
  2: string message,
  3: list<string> trace,
}

/** Gives back what it is given. */
service Torture extends torture_shared.Base {
  /** All kinds; a musts.id of 13 throws Oops. */
  Everything echo(1: Everything x) throws (1: Oops e),

  void     nothing(),
  bool     echo_bool(1: bool x),
  i8       echo_i8(1: i8 x),
  i16      echo_i16(1: i16 x),
  i32      echo_i32(1: i32 x),
  i64      echo_i64(1: i64 x),
  double   echo_double(1: double x),
  string   echo_string(1: string x),
  binary   echo_binary(1: binary x),
  Color    echo_enum(1: Color x),
  UserId   echo_typedef(1: UserId x),
  list<i32> echo_list(1: list<i32> x),
  set<string> echo_set(1: set<string> x),
  map<string, i64> echo_map(1: map<string, i64> x),
  list<map<string, set<i32>>> echo_nested(1: list<map<string, set<i32>>> x),
  list<Bases> echo_structs(1: list<Bases> x),

  Bases    echo_bases(1: Bases x),
  Maybes   echo_maybes(1: Maybes x),
  Defaults echo_defaults(1: Defaults x),
  Musts    echo_musts(1: Musts x),
  Lists    echo_lists(1: Lists x),
  Sets     echo_sets(1: Sets x),
  Maps     echo_maps(1: Maps x),
  Nests    echo_nests(1: Nests x),
  Choice   echo_choice(1: Choice x),
  Chain    echo_chain(1: Chain x),
  Tree     echo_tree(1: Tree x),
  Hen      echo_hen(1: Hen x),
  Nothing  echo_nothing(1: Nothing x),
  Words    echo_words(1: Words x),
  Gaps     echo_gaps(1: Gaps x),
  Shared   echo_shared(1: Shared x),

  /** Many arguments, some with a value of their own. */
  string join(1: string a, 2: i32 b = 2, 3: bool c, 4: double d, 5: Color e),

  /** Throws what `code` asks for: 1 Oops, 2 Lost, else nothing. */
  i32 fail(1: i32 code) throws (1: Oops oops, 2: torture_shared.Lost lost),

  /** Throws Oops if `code` is not 0. */
  void check(1: i32 code) throws (1: Oops oops),

  oneway void forget(1: string what),
}
