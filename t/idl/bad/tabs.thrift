#! tabs.thrift:3:9: error: '\xc3' means nothing here
#! tabs.thrift:3:18: error: '\xc3' means nothing here
struct Täb {	1:	Wörng	x }
