#! lexer.thrift:8:18: error: number does not fit 64 bits
#! lexer.thrift:9:17: error: malformed number
#! lexer.thrift:10:21: error: number does not fit a double
#! lexer.thrift:11:21: error: string does not end on its line
#! lexer.thrift:12:26: error: unknown escape, known are \r \n \t \" \' \\
#! lexer.thrift:13:21: error: '$' means nothing here
#! lexer.thrift:14:1: error: comment does not end
const i64 LONG = 9223372036854775808
const i32 HEX = 0x12G4
const double HUGE = 1e999
const string OPEN = "not closed
const string ESCAPE = "a \x b"
const i32 STRANGE = $%1
/* no end
