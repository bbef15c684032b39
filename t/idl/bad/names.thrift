#! names.thrift:4:6: error: 'Item' is defined already, in line 3
#! names.thrift:5:11: error: 'Item' is defined already, in line 3
struct Item { 1: i32 a }
enum Item { A }
const i32 Item = 1
