#! circle_of_defaults.thrift:3:28: error: the value of 'A' holds itself
struct A { 1: B b = {} }
struct B { 1: list<A> a = [{}] }
