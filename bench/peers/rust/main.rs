// main.rs -- bench.thrift by the server of Apache Thrift for Rust, which gives
// a thread to each connection.
//
//     server pool TRANSPORT PROTOCOL PORT

#[allow(clippy::all, dead_code)]
mod bench;

use bench::{PingServiceSyncHandler, PingServiceSyncProcessor, Record};
use thrift::protocol::{
    TBinaryInputProtocolFactory, TBinaryOutputProtocolFactory,
    TCompactInputProtocolFactory, TCompactOutputProtocolFactory,
    TInputProtocolFactory, TOutputProtocolFactory,
};
use thrift::server::TServer;
use thrift::transport::{
    TBufferedReadTransportFactory, TBufferedWriteTransportFactory,
    TFramedReadTransportFactory, TFramedWriteTransportFactory,
    TReadTransportFactory, TWriteTransportFactory,
};

// One for each connection, and some.
const THREADS: usize = 1100;

struct Handler;

impl PingServiceSyncHandler for Handler {
    fn handle_ping(&self) -> thrift::Result<String> {
        Ok("pong".to_owned())
    }

    fn handle_echo(&self, s: String) -> thrift::Result<String> {
        Ok(s)
    }

    fn handle_swap(&self, r: Record) -> thrift::Result<Record> {
        Ok(r)
    }
}

fn serve<R, I, W, O>(read: R, input: I, write: W, output: O, port: &str)
    -> thrift::Result<()>
where
    R: TReadTransportFactory + 'static,
    I: TInputProtocolFactory + 'static,
    W: TWriteTransportFactory + 'static,
    O: TOutputProtocolFactory + 'static,
{
    let processor = PingServiceSyncProcessor::new(Handler);

    TServer::new(read, input, write, output, processor, THREADS)
        .listen(format!("127.0.0.1:{port}"))
}

fn main() -> thrift::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(|s| s.as_str()).collect();
    let binary = || {
        (
            TBinaryInputProtocolFactory::new(),
            TBinaryOutputProtocolFactory::new(),
        )
    };
    let compact = || {
        (
            TCompactInputProtocolFactory::new(),
            TCompactOutputProtocolFactory::new(),
        )
    };
    let framed = || {
        (
            TFramedReadTransportFactory::new(),
            TFramedWriteTransportFactory::new(),
        )
    };
    let buffered = || {
        (
            TBufferedReadTransportFactory::new(),
            TBufferedWriteTransportFactory::new(),
        )
    };
    match words[..] {
        ["pool", "framed", "binary", port] => {
            let ((r, w), (i, o)) = (framed(), binary());
            serve(r, i, w, o, port)
        }
        ["pool", "framed", "compact", port] => {
            let ((r, w), (i, o)) = (framed(), compact());
            serve(r, i, w, o, port)
        }
        ["pool", "unframed", "binary", port] => {
            let ((r, w), (i, o)) = (buffered(), binary());
            serve(r, i, w, o, port)
        }
        ["pool", "unframed", "compact", port] => {
            let ((r, w), (i, o)) = (buffered(), compact());
            serve(r, i, w, o, port)
        }
        _ => {
            eprintln!("usage: server pool TRANSPORT PROTOCOL PORT");
            std::process::exit(2);
        }
    }
}
