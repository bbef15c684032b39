// ttheader.go -- TTHeader, which Apache's library does not have, around its
// protocols: by the codec of CloudWeGo, whose Kitex speaks it.

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/cloudwego/gopkg/protocol/ttheader"
)

const lengthSize = 4

// A transport of one message per frame.
type ttTransport struct {
	thrift.TTransport
	protocol    ttheader.ProtocolID
	framed      bool // TTHeaderFramed: the message has a length of its own
	seq         int32
	in, message bytes.Buffer
}

func newTTHeader(socket thrift.TTransport, protocol string,
	framed bool) thrift.TTransport {
	t := &ttTransport{TTransport: socket, framed: framed}
	if protocol == "compact" {
		t.protocol = ttheader.ProtocolIDThriftCompactV2
	}
	return t
}

func (t *ttTransport) Write(p []byte) (int, error) {
	return t.message.Write(p)
}

// As in Kitex, a frame has the sequence number of its message.
func (t *ttTransport) setSeq(ctx context.Context) (err error) {
	buffer := thrift.NewTMemoryBuffer()
	buffer.Write(t.message.Bytes())
	var protocol thrift.TProtocol = thrift.NewTBinaryProtocolConf(buffer, nil)
	if t.protocol != ttheader.ProtocolIDThriftBinary {
		protocol = thrift.NewTCompactProtocolConf(buffer, nil)
	}
	_, _, t.seq, err = protocol.ReadMessageBegin(ctx)
	return err
}

func (t *ttTransport) Flush(ctx context.Context) error {
	if err := t.setSeq(ctx); err != nil {
		return err
	}
	frame, err := ttheader.EncodeToBytes(ctx, ttheader.EncodeParam{
		SeqID:      t.seq,
		ProtocolID: t.protocol,
		IntInfo: map[uint16]string{
			ttheader.FromService: "interop",
			ttheader.LogID:       "0123456789",
		},
		StrInfo: map[string]string{"rip": "127.0.0.1", "": "empty"},
	})
	if err != nil {
		return err
	}
	if t.framed {
		frame = binary.BigEndian.AppendUint32(frame,
			uint32(t.message.Len()))
	}
	frame = append(frame, t.message.Bytes()...)
	binary.BigEndian.PutUint32(frame, uint32(len(frame)-lengthSize))
	t.message.Reset()
	if _, err := t.TTransport.Write(frame); err != nil {
		return err
	}
	return t.TTransport.Flush(ctx)
}

func (t *ttTransport) Read(p []byte) (int, error) {
	if t.in.Len() == 0 {
		if err := t.readFrame(); err != nil {
			return 0, err
		}
	}
	return t.in.Read(p)
}

func (t *ttTransport) RemainingBytes() uint64 {
	return ^uint64(0)
}

func (t *ttTransport) readFrame() error {
	frame := make([]byte, lengthSize)
	if _, err := io.ReadFull(t.TTransport, frame); err != nil {
		return err
	}
	rest := make([]byte, binary.BigEndian.Uint32(frame))
	if _, err := io.ReadFull(t.TTransport, rest); err != nil {
		return err
	}
	frame = append(frame, rest...)
	param, err := ttheader.DecodeFromBytes(context.Background(), frame)
	if err != nil {
		return err
	}
	if param.SeqID != t.seq || param.ProtocolID != t.protocol {
		return fmt.Errorf("TTHeader: seq %d, protocol %d, sent %d and %d",
			param.SeqID, param.ProtocolID, t.seq, t.protocol)
	}
	payload := frame[param.HeaderLen:]
	if t.framed {
		length := binary.BigEndian.Uint32(payload)
		payload = payload[lengthSize:]
		if int(length) != len(payload) {
			return fmt.Errorf("TTHeaderFramed: %d of %d bytes",
				len(payload), length)
		}
	}
	t.in.Write(payload)
	return nil
}
