// main.go -- ThriftTest through Apache's library for Go, and CloudWeGo's.
//
// Reads a combination a line, "PROTOCOL TRANSPORT SOCKET WHERE", and answers
// each by a line of its own: "ok", or "not ok:" and what was wrong.
// CThrift::Interop tells what the words mean.

package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/apache/thrift/lib/go/thrift"
)

// How long a call may take, at most.
const patience = 10 * time.Second

// What a line of the input asks for.
type combination struct {
	protocol, transport, socket, where string
	multiplexed                        bool
}

func parse(line string) (c combination, err error) {
	words := strings.Fields(line)
	if len(words) != 4 {
		return c, fmt.Errorf("four words are needed")
	}
	c.protocol, c.multiplexed = strings.CutPrefix(words[0], "multi-")
	c.transport, c.socket, c.where = words[1], words[2], words[3]
	return c, nil
}

// The certificates that the server's is signed by.
func tlsConfig() (*tls.Config, error) {
	pem, err := os.ReadFile(os.Getenv("INTEROP_CA"))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &tls.Config{RootCAs: pool, ServerName: "localhost"}, nil
}

func (c *combination) config() (*thrift.TConfiguration, error) {
	conf := &thrift.TConfiguration{
		ConnectTimeout: patience,
		SocketTimeout:  patience,
	}
	if c.protocol == "lax" {
		conf.TBinaryStrictWrite = thrift.BoolPtr(false)
	}
	if c.protocol == "header-compact" {
		conf.THeaderProtocolID = thrift.THeaderProtocolIDPtrMust(
			thrift.THeaderProtocolCompact)
	}
	if c.protocol == "header-zlib" {
		conf.THeaderTransforms = []thrift.THeaderTransformID{
			thrift.TransformZlib,
		}
	}
	if c.socket != "tls" {
		return conf, nil
	}
	var err error
	conf.TLSConfig, err = tlsConfig()
	return conf, err
}

// The address as Go's net package has it.
func (c *combination) address() (network, address string) {
	switch c.socket {
	case "unix":
		return "unix", c.where
	case "abstract":
		return "unix", "@" + c.where
	}
	return "tcp", "127.0.0.1:" + c.where
}

func (c *combination) openSocket(conf *thrift.TConfiguration) (
	thrift.TTransport, error) {
	network, address := c.address()
	if c.transport == "http" {
		return c.openHTTP(conf, network, address)
	}
	var socket thrift.TTransport
	if c.socket == "tls" {
		socket = thrift.NewTSSLSocketConf(address, conf)
	} else if network == "unix" {
		path, err := net.ResolveUnixAddr(network, address)
		if err != nil {
			return nil, err
		}
		socket = thrift.NewTSocketFromAddrConf(path, conf)
	} else {
		socket = thrift.NewTSocketConf(address, conf)
	}
	return socket, socket.Open()
}

// Connections of its own, which are closed with the combination.
func (c *combination) openHTTP(conf *thrift.TConfiguration,
	network, address string) (thrift.TTransport, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	scheme := "http"
	if c.socket == "tls" {
		scheme = "https"
	}
	client := &http.Client{
		Timeout: patience,
		Transport: &http.Transport{
			DialContext:     dial,
			TLSClientConfig: conf.TLSConfig,
			MaxIdleConns:    1,
			IdleConnTimeout: time.Second,
		},
	}
	return thrift.NewTHttpClientWithOptions(scheme+"://localhost/thrift",
		thrift.THttpClientOptions{Client: client})
}

func (c *combination) wrap(socket thrift.TTransport,
	conf *thrift.TConfiguration) (thrift.TTransport, error) {
	switch c.transport {
	case "buffered":
		return thrift.NewTBufferedTransport(socket, 8192), nil
	case "framed":
		return thrift.NewTFramedTransportConf(socket, conf), nil
	case "zlib":
		return thrift.NewTZlibTransportConf(socket, 6, conf)
	case "ttheader", "ttframed":
		return newTTHeader(socket, c.protocol, c.transport == "ttframed"), nil
	case "http":
		return socket, nil
	}
	return nil, fmt.Errorf("unknown transport %s", c.transport)
}

func (c *combination) newProtocol(transport thrift.TTransport,
	conf *thrift.TConfiguration) (thrift.TProtocol, error) {
	switch c.protocol {
	case "binary", "lax":
		return thrift.NewTBinaryProtocolConf(transport, conf), nil
	case "compact":
		return thrift.NewTCompactProtocolConf(transport, conf), nil
	case "json":
		return thrift.NewTJSONProtocol(transport), nil
	case "header", "header-compact", "header-zlib":
		return thrift.NewTHeaderProtocolConf(transport, conf), nil
	}
	return nil, fmt.Errorf("unknown protocol %s", c.protocol)
}

func run(line string) error {
	c, err := parse(line)
	if err != nil {
		return err
	}
	conf, err := c.config()
	if err != nil {
		return err
	}
	socket, err := c.openSocket(conf)
	if err != nil {
		return err
	}
	defer socket.Close()
	transport, err := c.wrap(socket, conf)
	if err != nil {
		return err
	}
	protocol, err := c.newProtocol(transport, conf)
	if err != nil {
		return err
	}
	return checkAll(protocol, c.multiplexed)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := run(lines.Text()); err != nil {
			text := strings.ReplaceAll(err.Error(), "\n", " ")
			fmt.Println("not ok:", text)
		} else {
			fmt.Println("ok")
		}
	}
}
