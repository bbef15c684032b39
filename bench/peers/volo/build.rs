// build.rs -- the code of bench.thrift.

fn main() {
    volo_build::Builder::thrift()
        .add_service("bench.thrift")
        .write()
        .unwrap();
}
