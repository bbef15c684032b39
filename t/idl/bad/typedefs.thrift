#! typedefs.thrift:5:9: error: typedef 'B' comes back to itself
#! typedefs.thrift:6:14: error: typedef 'Self' comes back to itself
#! typedefs.thrift:8:9: error: typedef 'Other' comes back to itself
typedef A B
typedef B A
typedef list<Self> Self
typedef map<i32, Loop> Other
typedef Other Loop
typedef i32 Fine
