/* Handlers that wait, for tests of the ways to run them. */

namespace c patient

exception Refusal {
    1: string why
}

service Patient {
    /** Blocks until the key is released, or nobody waits any more. */
    string hold(1: string key)

    /** Blocks, and does not look up. */
    void doze(1: i32 ms)

    /** Lets go all that hold the key, now and later. */
    void release(1: string key)

    /** How many hold some key now. */
    i32 holding()

    /** How many have been told that nobody waits any more. */
    i32 given_up()

    string quick(1: string s)
    string refuse(1: string why) throws (1: Refusal refusal)
    string fail(1: string why)
    string shed()

    /** Answers before it says that it answers later. */
    string early(1: string s)

    /** Answers in the loop, a while after it has returned. */
    string after(1: string s, 2: i32 ms)

    /** Answers from a thread of its own. */
    string foreign(1: string s)

    /** What it is told about the call, from where it runs. */
    string about(1: string variable)

    /** The name of the thread it runs on. */
    string thread()

    /** As hold, then counts. */
    oneway void note(1: string key)
    i32 notes()

    /** As doze; a line of the log tells when it is over. */
    oneway void nap(1: i32 ms)

    /** The same by a timer of the loop. */
    oneway void slumber(1: i32 ms)

    /** Overruns the stack it runs on. */
    i32 overrun(1: i32 n)

    /** Never returns. */
    void stuck()
}
