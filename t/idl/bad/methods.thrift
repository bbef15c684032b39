#! methods.thrift:6:8: error: there is a method 'one' already
#! methods.thrift:10:7: error: there is a method 'two' already
service Base {
  void one(),
  void two(),
  void one(),
}

service Derived extends Base {
  i32 two(),
  i32 three(),
}
