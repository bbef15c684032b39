/* The service that gunicorn_thrift's users know from its examples. */

namespace c pingpong

/** A worker that is about to end says so instead of answering. */
exception AboutToShutDownException {
    1: string why
}

service PingService {
    /** Answers "pong". */
    string ping() throws (1: AboutToShutDownException shutdown_exception)

    /** Gives back what it was given. */
    string echo(1: string s)
}
