// main.rs -- ThriftTest through Apache's library for Rust.
// t/lib/CThrift/Interop.pm tells of the lines that it reads and writes.

mod checks;
#[allow(clippy::all, dead_code)]
mod thrifttest;

use std::error::Error;
use std::io::{self, BufRead, Read, Write};
use std::net::TcpStream;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::CertificateDer;
use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TCompactInputProtocol,
    TCompactOutputProtocol, TInputProtocol, TMultiplexedOutputProtocol,
    TOutputProtocol,
};
use thrift::transport::{
    TBufferedReadTransport, TBufferedWriteTransport, TFramedReadTransport,
    TFramedWriteTransport, TReadTransport, TSharedChannel, TTcpChannel,
    TTlsClientChannel, TWriteTransport,
};
use thrifttest::{SecondServiceSyncClient, ThriftTestSyncClient};

const PATIENCE: Duration = Duration::from_secs(10);

type Failure = Box<dyn Error>;

// Any of the library's sockets, for both clients and both directions.
trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}
type Channel = TSharedChannel<Box<dyn Stream>>;

fn connect_tcp(port: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port.parse().unwrap()))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

fn connect_tls(port: &str) -> Result<TTlsClientChannel, Failure> {
    let mut roots = rustls::RootCertStore::empty();
    let authority = std::env::var("INTEROP_CA")?;
    roots.add(CertificateDer::from_pem_file(authority)?)?;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TTlsClientChannel::with_stream(
        connect_tcp(port)?,
        "localhost".try_into()?,
        Arc::new(config),
    )?)
}

fn connect(socket: &str, place: &str) -> Result<Channel, Failure> {
    let stream: Box<dyn Stream> = match socket {
        "tcp" => Box::new(TTcpChannel::with_stream(connect_tcp(place)?)),
        "tls" => Box::new(connect_tls(place)?),
        _ => {
            let address = match socket {
                "abstract" => SocketAddr::from_abstract_name(place)?,
                _ => SocketAddr::from_pathname(place)?,
            };
            let stream = UnixStream::connect_addr(&address)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            Box::new(stream)
        }
    };
    Ok(TSharedChannel::new(stream))
}

fn input(protocol: &str, transport: &str, channel: Channel)
    -> Box<dyn TInputProtocol> {
    let layer: Box<dyn TReadTransport> = match transport {
        "framed" => Box::new(TFramedReadTransport::new(channel)),
        _ => Box::new(TBufferedReadTransport::new(channel)),
    };
    match protocol {
        "compact" => Box::new(TCompactInputProtocol::new(layer)),
        _ => Box::new(TBinaryInputProtocol::new(layer, protocol != "lax")),
    }
}

fn output(protocol: &str, transport: &str, channel: Channel)
    -> Box<dyn TOutputProtocol> {
    let layer: Box<dyn TWriteTransport> = match transport {
        "framed" => Box::new(TFramedWriteTransport::new(channel)),
        _ => Box::new(TBufferedWriteTransport::new(channel)),
    };
    match protocol {
        "compact" => Box::new(TCompactOutputProtocol::new(layer)),
        _ => Box::new(TBinaryOutputProtocol::new(layer, protocol != "lax")),
    }
}

// A client of each service has protocols of its own over the one channel: a
// reply has been read to its end when the next call is made.
fn run(line: &str) -> Result<(), Failure> {
    let words: Vec<&str> = line.split(' ').collect();
    let [name, transport, socket, place] = words[..] else {
        return Err("four words are needed".into());
    };
    let channel = connect(socket, place)?;

    let Some(protocol) = name.strip_prefix("multi-") else {
        return checks::every(&mut ThriftTestSyncClient::new(
            input(name, transport, channel.clone()),
            output(name, transport, channel),
        ));
    };
    let multiplexed = |service: &str| {
        let inner = output(protocol, transport, channel.clone());
        TMultiplexedOutputProtocol::new(service, inner)
    };
    let mut first = ThriftTestSyncClient::new(
        input(protocol, transport, channel.clone()),
        multiplexed("ThriftTest"),
    );
    let mut second = SecondServiceSyncClient::new(
        input(protocol, transport, channel.clone()),
        multiplexed("SecondService"),
    );
    checks::every(&mut first)?;
    checks::second_service(&mut first, &mut second)
}

fn main() -> io::Result<()> {
    for line in io::stdin().lock().lines() {
        match run(&line?) {
            Ok(()) => println!("ok"),
            Err(e) => {
                let words = e.to_string().replace('\n', " ");
                let short: String = words.chars().take(400).collect();
                println!("not ok: {short}");
            }
        }
    }
    Ok(())
}
