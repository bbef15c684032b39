/* ping.thrift -- what the applications of t/python answer. */

namespace py ping_apache

exception Leaving {
    1: string message
}

exception Odd {
    1: i32 number
    2: string why
}

struct Node {
    1: i32 number
    2: optional string name
    3: list<Node> children
    4: map<string, list<i64>> numbers
    5: optional binary bytes
    6: optional double ratio
    7: set<i16> few
    8: bool flag
    9: byte tiny
}

service PingService {
    /** "pong", or Leaving while the worker leaves and has been told so. */
    string ping() throws (1: Leaving leaving)

    string echo(1: string text)

    Node mirror(1: Node node, 2: bool deep)

    i64 add(1: i64 a, 2: i64 b)

    /** Odd for an odd number, nothing for an even one. */
    void even(1: i32 number) throws (1: Odd odd)

    /** Waits, then gives the number of the thread that it waited on. */
    i64 nap(1: i32 delay_ms)

    /**
     * Fails in a way that no throws declares: "value", "transport", "protocol",
     * "application", "exit", "none" (a result of another type).
     */
    string fail(1: string how)

    /**
     * How the process is: "pid", "argv", "cwd", "env NAME", "memory" (which
     * "trace" has it tell more of), "notes".
     */
    string tell(1: string what)

    oneway void note(1: string text)
}
