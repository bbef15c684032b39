// main.go -- bench.thrift by the server of Apache Thrift for Go, which gives a
// goroutine to each connection.
//
//	server simple TRANSPORT PROTOCOL PORT

package main

import (
	"context"
	"log"
	"os"

	"github.com/apache/thrift/lib/go/thrift"

	generated "bench/bench"
)

type handler struct{}

func (handler) Ping(context.Context) (string, error) {
	return "pong", nil
}

func (handler) Echo(_ context.Context, s string) (string, error) {
	return s, nil
}

func (handler) Swap(_ context.Context, r *generated.Record) (
	*generated.Record, error) {
	return r, nil
}

func transports(name string, conf *thrift.TConfiguration,
) thrift.TTransportFactory {
	if name == "framed" {
		return thrift.NewTFramedTransportFactoryConf(
			thrift.NewTTransportFactory(), conf)
	}
	return thrift.NewTBufferedTransportFactory(8192)
}

func protocols(name string, conf *thrift.TConfiguration,
) thrift.TProtocolFactory {
	if name == "compact" {
		return thrift.NewTCompactProtocolFactoryConf(conf)
	}
	return thrift.NewTBinaryProtocolFactoryConf(conf)
}

func main() {
	if len(os.Args) != 5 || os.Args[1] != "simple" {
		log.Fatal("usage: server simple TRANSPORT PROTOCOL PORT")
	}
	conf := &thrift.TConfiguration{}
	socket, err := thrift.NewTServerSocket("127.0.0.1:" + os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	server := thrift.NewTSimpleServer4(
		generated.NewPingServiceProcessor(handler{}), socket,
		transports(os.Args[2], conf), protocols(os.Args[3], conf))
	log.Fatal(server.Serve())
}
