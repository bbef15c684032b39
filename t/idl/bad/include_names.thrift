#! include_names.thrift:3:9: error: another include is called 'a' too
include "parts/a.thrift"
include "parts/more/a.thrift"
