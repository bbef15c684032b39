/* What the tests ask of a server that no example does. */

namespace c probe

exception Refusal {
    1: string why
    2: i32 code
}

struct Tree {
    1: string name
    2: list<Tree> children
    3: optional Tree next
    4: required i32 weight
}

union Either {
    1: i32 number
    2: string text
}

service Base {
    string who()
}

service Probe extends Base {
    string echo(1: string s)
    Tree tree(1: Tree t)
    i32 add(1: i32 a, 2: i32 b = 40)
    list<string> texts(1: list<string> lines)
    void nothing()

    /** Sets no result. */
    string no_result()

    /** Sets a result that cannot be written. */
    Either bad_result()

    string refuse(1: string why) throws (1: Refusal refusal)
    string fail(1: string why)
    string fail_silently()
    oneway void note(1: string s)

    /** How many notes this worker got. */
    i32 notes()

    /** Finishes before it says that it answers later. */
    string early(1: string s)
    string later(1: string s, 2: i32 delay_ms)

    /** Blocks the loop. */
    void spin(1: i32 ms)

    /** The same, asleep. */
    void hang(1: i32 ms)
    void crash()

    /** What the hooks have counted in this worker. */
    string hooks()
    string denied()

    /** The client's address. */
    string peer()

    /** A variable's value; fails where there is no such variable. */
    string variable(1: string name)

    /** What came with the call under that name; `-` if nothing did. */
    string header(1: string name)

    /** As spin, but nobody waits for it. */
    oneway void toil(1: i32 ms)

    /** Takes memory and keeps it. */
    void hoard(1: i32 kb)

    /**
     * Says the text n times: to the log at warn, or to `stdout` or `stderr` as
     * it is.
     */
    void say(1: string where, 2: string text, 3: i32 n)

    /** The call's trace: its ids, whether it is sampled, its state. */
    string trace()

    /** Calls `header` of a server at that port, following this call or not. */
    string relay(1: i32 port, 2: string transport, 3: string name,
                 4: bool follow)
}
