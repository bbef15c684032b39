/* Answers that come later. */

namespace c deferred

service Later {
    /** Gives the text back after deferred_delay. */
    string echo(1: string s)

    /** The same, after the time that the caller names, at most a minute. */
    string echo_after(1: string s, 2: i32 delay_ms)
}
