/* Calls that end in every order but the expected one. */

namespace c unruly

service Unruly {
    /** Is answered when somebody releases it. */
    string hold(1: string s)

    i32 held()

    /** Ends itself first, then all that are held, the newest first. */
    i32 release()

    /** Answers at once; all that are held end in its after_call. */
    i32 release_after()

    /** Fails, and says why in bytes that are no text. */
    void mumble()

    /** The n + 1st allocation from now fails, if the build has faults. */
    bool starve(1: i32 n)
}
