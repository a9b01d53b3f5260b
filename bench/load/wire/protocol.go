// The few requests of Kafka's protocol that the load generator sends, in their last versions without compact fields.
package main

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"time"
)

const (
	produce          = 0
	fetch            = 1
	metadata         = 3
	offsetCommit     = 8
	findCoordinator  = 10
	joinGroup        = 11
	heartbeat        = 12
	syncGroup        = 14
	saslHandshake    = 17
	apiVersions      = 18
	saslAuthenticate = 36
)

type writer struct{ b []byte }

func (w *writer) i8(v int8)   { w.b = append(w.b, byte(v)) }
func (w *writer) i16(v int16) { w.b = binary.BigEndian.AppendUint16(w.b, uint16(v)) }
func (w *writer) i32(v int32) { w.b = binary.BigEndian.AppendUint32(w.b, uint32(v)) }
func (w *writer) i64(v int64) { w.b = binary.BigEndian.AppendUint64(w.b, uint64(v)) }
func (w *writer) str(s string) {
	w.i16(int16(len(s)))
	w.b = append(w.b, s...)
}
func (w *writer) null() { w.i16(-1) }
func (w *writer) bytes(b []byte) {
	w.i32(int32(len(b)))
	w.b = append(w.b, b...)
}

type reader struct {
	b  []byte
	at int
}

func (r *reader) i16() int16 {
	r.at += 2
	return int16(binary.BigEndian.Uint16(r.b[r.at-2:]))
}
func (r *reader) i32() int32 {
	r.at += 4
	return int32(binary.BigEndian.Uint32(r.b[r.at-4:]))
}
func (r *reader) i64() int64 {
	r.at += 8
	return int64(binary.BigEndian.Uint64(r.b[r.at-8:]))
}
func (r *reader) str() string {
	n := int(r.i16())
	if n < 0 {
		return ""
	}
	r.at += n
	return string(r.b[r.at-n : r.at])
}
func (r *reader) bytes() []byte {
	n := int(r.i32())
	if n < 0 {
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

type conn struct {
	net.Conn
	in   *bufio.Reader
	corr int32
}

type target struct {
	address  string
	isTLS    bool
	user     string
	password string
}

func (t target) dial() (*conn, error) {
	raw, err := net.DialTimeout("tcp", t.address, 20*time.Second)
	if err != nil {
		return nil, err
	}
	if t.isTLS {
		secured := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
		if err := secured.Handshake(); err != nil {
			return nil, err
		}
		raw = secured
	}
	c := &conn{Conn: raw, in: bufio.NewReaderSize(raw, 4096)}
	if t.user == "" {
		return c, nil
	}
	return c, c.authenticate(t.user, t.password)
}

func (c *conn) authenticate(user, password string) error {
	var w writer
	w.str("PLAIN")
	answer, err := c.call(saslHandshake, 1, w.b)
	if err != nil {
		return err
	}
	if code := (&reader{b: answer}).i16(); code != 0 {
		return fmt.Errorf("SaslHandshake: error %d", code)
	}
	w = writer{}
	w.bytes([]byte("\x00" + user + "\x00" + password))
	if answer, err = c.call(saslAuthenticate, 0, w.b); err != nil {
		return err
	}
	if code := (&reader{b: answer}).i16(); code != 0 {
		return fmt.Errorf("SaslAuthenticate: error %d", code)
	}
	return nil
}

// send writes one request and does not wait.
func (c *conn) send(key, version int16, body []byte) error {
	c.corr++
	var w writer
	w.i32(int32(8 + 2 + len(clientID) + len(body)))
	w.i16(key)
	w.i16(version)
	w.i32(c.corr)
	w.str(clientID)
	w.b = append(w.b, body...)
	_, err := c.Write(w.b)
	return err
}

// receive answers the next response behind its correlation id.
func (c *conn) receive() ([]byte, error) {
	var size [4]byte
	if _, err := io.ReadFull(c.in, size[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.BigEndian.Uint32(size[:]))
	if _, err := io.ReadFull(c.in, frame); err != nil {
		return nil, err
	}
	return frame[4:], nil
}

func (c *conn) call(key, version int16, body []byte) ([]byte, error) {
	if err := c.send(key, version, body); err != nil {
		return nil, err
	}
	return c.receive()
}

const clientID = "wire"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// batch is one record batch with one record.
func batch(value []byte) []byte {
	var record writer
	record.b = append(record.b, 0, 0, 0, 1) // attributes, time and offset deltas, null key
	record.b = binary.AppendVarint(record.b, int64(len(value)))
	record.b = append(record.b, value...)
	record.b = append(record.b, 0) // headers
	now := time.Now().UnixMilli()
	var tail writer
	tail.i16(0)
	tail.i32(0)
	tail.i64(now)
	tail.i64(now)
	tail.i64(-1)
	tail.i16(-1)
	tail.i32(-1)
	tail.i32(1)
	tail.b = binary.AppendVarint(tail.b, int64(len(record.b)))
	tail.b = append(tail.b, record.b...)
	var w writer
	w.i64(0)
	w.i32(int32(len(tail.b) + 9))
	w.i32(-1)
	w.i8(2)
	w.i32(int32(crc32.Checksum(tail.b, castagnoli)))
	w.b = append(w.b, tail.b...)
	return w.b
}

// produceBody is a Produce request, version 7, acks from all, for partition 0.
func produceBody(topic string, records []byte) []byte {
	var w writer
	w.null()
	w.i16(-1)
	w.i32(30_000)
	w.i32(1)
	w.str(topic)
	w.i32(1)
	w.i32(0)
	w.bytes(records)
	return w.b
}

func produceError(answer []byte) int16 {
	r := reader{b: answer}
	r.i32()
	r.str()
	r.i32()
	r.i32()
	return r.i16()
}

// fetchBody is a Fetch request, version 11, without a session, for partition 0.
func fetchBody(topic string, offset int64) []byte {
	var w writer
	w.i32(-1)
	w.i32(500)
	w.i32(1)
	w.i32(50 << 20)
	w.i8(0)
	w.i32(0)
	w.i32(-1)
	w.i32(1)
	w.str(topic)
	w.i32(1)
	w.i32(0)
	w.i32(-1)
	w.i64(offset)
	w.i64(-1)
	w.i32(1 << 20)
	w.i32(0)
	w.str("")
	return w.b
}

// fetched answers the error and the batches of the one partition.
func fetched(answer []byte) (int16, []byte) {
	r := reader{b: answer}
	r.i32()
	if code := r.i16(); code != 0 {
		return code, nil
	}
	r.i32()
	if r.i32() == 0 {
		return 0, nil
	}
	r.str()
	r.i32()
	r.i32()
	code := r.i16()
	r.i64()
	r.i64()
	r.i64()
	for aborted := r.i32(); aborted > 0; aborted-- {
		r.at += 16
	}
	r.i32()
	return code, r.bytes()
}
