/* console.thrift -- a service that does what it is told, in Python. */

struct Row {
    1: i32 number
    2: optional string text
}

exception Declared {
    1: string why
}

service Console {
    string ping()

    /** Runs the code; the text that it leaves in `told`. */
    string run(1: string code) throws (1: Declared declared)

    /** The same, with what is in `told` as it is. */
    i32 number(1: string code)
    list<string> texts(1: string code)
    Row row(1: string code)

    /** The same, and nobody waits. */
    oneway void toil(1: string code)
}
