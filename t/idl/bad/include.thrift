#! include.thrift:5:9: error: cannot find 'missing.thrift'
#! parts/broken.thrift:1:24: error: expected a name, found '}'
#! parts/circle2.thrift:1:9: error: '../parts/circle.thrift' includes itself in the end
#! include.thrift:8:9: error: cannot find ''
include "missing.thrift"
include "parts/broken.thrift"
include "parts/circle.thrift"
include ""
struct A { 1: i32 a }
