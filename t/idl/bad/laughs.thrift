#! laughs.thrift:7:55: error: this value comes to more than 1048576 values
const list<i32> A = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
const list<list<i32>> B = [A, A, A, A, A, A, A, A, A, A, A, A, A, A, A, A]
const list<list<list<i32>>> C = [B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B]
const list<list<list<list<i32>>>> D = [C, C, C, C, C, C, C, C, C, C, C, C, C, C, C]
const list<list<list<list<list<i32>>>>> E = [D, D, D, D, D, D, D, D, D, D, D, D, D]
const list<list<list<list<list<list<i32>>>>>> F = [E, E, E, E, E, E, E, E, E, E, E]
