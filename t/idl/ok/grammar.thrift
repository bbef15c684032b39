/**
 * What else the grammar allows: annotations anywhere, marks that other
 * languages read, separators or none, three kinds of comments.
 */
namespace * everything
namespace c grammar
namespace py.twisted Grammar.Twisted
namespace smalltalk.category Thrift-Tests
namespace xsd test (uri = 'http://example.org/ns')
cpp_include "<vector>"
include 'parts/units.thrift';

# A comment
// another
/* and another */

typedef i32 (cpp.type = "int", plain) Number (owner = "us");
typedef list<i32> (python.immutable = "") Numbers
typedef map cpp_type "Map" <i32, string> Names
typedef list<string> cpp_type "List" Lines

enum Weekday {
  MONDAY (short = "Mo")
  TUESDAY = 2 (short = "Tu");
  /** The middle. */
  WEDNESDAY,
} (first = "MONDAY")

/** A struct with a comment of its own /* not nested, and ??/ trigraphs. */
struct Odd xsd_all {
  1: i32 one = 1 xsd_optional xsd_nillable xsd_attrs { 1: i32 inner } (a = "b", c);
  /** Two lines
      of words. */
  2: optional string two
  3: list<map<set<i32> (x = ""), string> (y = "")> three,
  /**** not a doc comment ****/
  4: Odd & four;
  /***/
  5: units.Length five
} (final, x.y = "z")

union Choice { 1: i32 a; 2: string b }
const Number HERE = 1;

service Things {
  i32 one(1: i32 a, 2: i32 b) (deprecated = "yes");
  void two() throws () (x);
} (about = "things")
