/* The service of docs/module.md. */

namespace c hello

/** The name was longer than hello_max_name allows. */
exception NameTooLong {
    1: i32 limit
}

service Greeter {
    /** Greets someone by name. */
    string greet(1: string name) throws (1: NameTooLong too_long)
}
