include "circle2.thrift"
