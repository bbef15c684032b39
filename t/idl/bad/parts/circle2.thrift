include "../parts/circle.thrift"
