package netio

import (
	"bytes"
	"io"
)

// CRLF is the Layer of -C: a line feed is sent as carriage return and line feed. One
// that stands behind a carriage return already is left alone, also where the two are
// written one after the other. What is read stays as it is.
func CRLF(e *End) Stream {
	e.doubles = true
	return &crlf{Stream: e.Stream}
}

type crlf struct {
	Stream
	afterCR bool
	buf     []byte
}

func (c *crlf) Write(p []byte) (int, error) { return writeEncoded(c.Stream, p, &c.buf, c.encode) }

// encode appends what is sent for src.
func (c *crlf) encode(dst, src []byte) []byte {
	rest := src
	for {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			break
		}
		if c.afterCR && i == 0 || i > 0 && rest[i-1] == '\r' {
			dst = append(dst, rest[:i+1]...)
		} else {
			dst = append(append(dst, rest[:i]...), '\r', '\n')
		}
		rest, c.afterCR = rest[i+1:], false
	}
	if len(rest) > 0 {
		c.afterCR = rest[len(rest)-1] == '\r'
	}
	return append(dst, rest...)
}

// maxEncoded is how many bytes are encoded for one write: as many as a datagram has.
const maxEncoded = maxBuffer

// writeEncoded writes p in another form, by way of buf. The count that it returns is of p: where a
// write fails, of the pieces before it.
func writeEncoded(w io.Writer, p []byte, buf *[]byte, encode func(dst, src []byte) []byte) (int, error) {
	n := 0
	for n < len(p) || len(p) == 0 { // an empty datagram is one
		piece := p[n:min(len(p), n+maxEncoded)]
		*buf = encode((*buf)[:0], piece)
		if _, err := w.Write(*buf); err != nil {
			return n, err
		}
		if n += len(piece); n == len(p) {
			break
		}
	}
	return n, nil
}
