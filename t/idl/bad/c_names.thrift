#! c_names.thrift:9:10: error: 'error_code' in C is taken by another member
#! c_names.thrift:11:11: error: 'has_flag' in C is taken by another member
#! c_names.thrift:13:8: error: 'c_names_item_t' in C is taken by c_names.thrift:7 already
#! c_names.thrift:14:19: error: 'C_NAMES_COLOR_RED' in C is taken by c_names.thrift:14 already
#! c_names.thrift:15:11: error: 'C_NAMES_COLOR_RED' in C is taken by c_names.thrift:14 already
#! c_names.thrift:16:47: error: 'get_it' in C is taken by another member
struct Item {
  1: i32 errorCode,
  2: i32 error_code,
  3: optional i32 flag,
  4: bool has_flag,
}
struct item {}
enum Color { Red, RED }
const i32 ColorRed = 1
service Make { void new(), void getIt(), void get_it() }
struct Makes { 1: i32 a }
service Makes_ { }
struct Put_args {}
service P { void ut() }
