/* Handlers that wait, for tests of fibers. */

namespace c napper

service Napper {
    /** Sleeps; fails if it is woken. */
    i32 nap(1: i32 ms)

    /** As nap, for so many times. */
    i32 naps(1: i32 ms, 2: i32 times)

    /** Sleeps on, whoever wakes it. */
    i32 oversleep(1: i32 ms)
    i32 add(1: i32 a, 2: i32 b)

    /** Has the server at that address nap. */
    i32 relay(1: string address, 2: i32 ms)

    /** Two naps at the same time by one client: the second one is refused. */
    string share(1: string address)

    /** Uses so much of its stack, and sleeps there. */
    i32 deep(1: i32 kb, 2: i32 ms)

    /** Answers, then sleeps. */
    i32 early(1: i32 ms)

    /** Sleeps, then answers later, from a timer. */
    i32 later(1: i32 ms)

    /** Waits for what never comes: 1 if the time was over. */
    i32 await(1: i32 ms)
    oneway void dream(1: i32 ms)

    /** How many dreams this worker had to their end. */
    i32 dreams()

    /** The client's address, asked for after a nap. */
    string peer(1: i32 ms)
}
