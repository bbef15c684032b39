#! extends.thrift:4:19: error: service 'A' extends itself in the end
#! extends.thrift:5:19: error: service 'B' extends itself in the end
#! extends.thrift:6:19: error: service 'C' extends itself in the end
service A extends B {}
service B extends C {}
service C extends A {}
