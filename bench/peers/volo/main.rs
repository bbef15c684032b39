// main.rs -- bench.thrift by CloudWeGo's Volo, which reads from a connection's
// first bytes how the calls on it are framed and encoded.
//
//     server async TRANSPORT PROTOCOL PORT

mod generated {
    include!(concat!(env!("OUT_DIR"), "/volo_gen.rs"));
}

use std::net::SocketAddr;

use generated::volo_gen::bench::{PingService, PingServiceServer, Record};
use pilota::FastStr;
use volo::net::Address;
use volo_thrift::ServerError;

struct Handler;

impl PingService for Handler {
    async fn ping(&self) -> Result<FastStr, ServerError> {
        Ok(FastStr::from_static_str("pong"))
    }

    async fn echo(&self, s: FastStr) -> Result<FastStr, ServerError> {
        Ok(s)
    }

    async fn swap(&self, r: Record) -> Result<Record, ServerError> {
        Ok(r)
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args.len() != 5 || args[1] != "async" {
        eprintln!("usage: server async TRANSPORT PROTOCOL PORT");
        std::process::exit(2);
    }
    let port = args[4].parse().expect("a port");
    let address = Address::Ip(SocketAddr::from(([127, 0, 0, 1], port)));

    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(PingServiceServer::new(Handler).run(address))
        .expect("a server");
}
