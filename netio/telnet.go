package netio

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// Telnet is the Layer of -t, the least of the protocol (RFC 854) that a peer which
// negotiates is content with: every option is refused (DO is answered with WONT, WILL
// with DONT), and nothing of the negotiation is in the data. A byte of 255 is doubled
// where it is sent.
func Telnet(e *End) Stream {
	e.doubles = true
	return &telnet{Stream: e.Stream}
}

// The commands (RFC 854, page 14).
const (
	telnetSE   = 240
	telnetSB   = 250
	telnetWILL = 251
	telnetWONT = 252
	telnetDO   = 253
	telnetDONT = 254
	telnetIAC  = 255
)

// A refusal is WONT or DONT with an option.
type refusal struct{ verb, option byte }

type telnet struct {
	Stream
	parser telnetParser // Read's own
	buf    []byte       // Write's own

	// A reply is written by a goroutine of its own, so that a peer that does not read
	// does not keep Read from reading.
	writing   sync.Mutex // held for a write: replies do not go into the middle of data
	mu        sync.Mutex // guards what follows
	replies   []byte
	due       map[refusal]bool // what is in replies: the same once more says nothing
	replying  chan struct{}    // closed when all replies are written; nil while there are none
	finishing bool             // the replies are the last that is sent
}

func (t *telnet) Write(p []byte) (int, error) {
	t.writing.Lock()
	defer t.writing.Unlock()
	return writeEncoded(t.Stream, p, &t.buf, escapeIAC)
}

// escapeIAC doubles the bytes that a command would begin with.
func escapeIAC(dst, src []byte) []byte {
	for {
		i := bytes.IndexByte(src, telnetIAC)
		if i < 0 {
			return append(dst, src...)
		}
		dst = append(append(dst, src[:i+1]...), telnetIAC)
		src = src[i+1:]
	}
}

// Read gives the data. At the end it waits until all replies are written, so that the
// session does not end before them.
func (t *telnet) Read(p []byte) (int, error) {
	for {
		n, err := t.Stream.Read(p)
		data := t.parser.strip(p[:n], t.reply)
		if errors.Is(err, io.EOF) {
			t.awaitReplies()
		}
		if data > 0 || err != nil || n == 0 {
			return data, err
		}
	}
}

// CloseWrite ends our direction behind the replies, without waiting for them.
func (t *telnet) CloseWrite() error {
	t.mu.Lock()
	t.finishing = true
	replying := t.replying != nil
	t.mu.Unlock()
	if replying {
		return nil
	}
	return t.Stream.CloseWrite()
}

// reply has an option refused.
func (t *telnet) reply(r refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.due[r] || t.finishing {
		return
	}
	if t.due == nil {
		t.due = map[refusal]bool{}
	}
	t.due[r] = true
	t.replies = append(t.replies, telnetIAC, r.verb, r.option)
	if t.replying == nil {
		t.replying = make(chan struct{})
		go t.writeReplies()
	}
}

// writeReplies writes replies until there are none. A failure is the reset that Read
// reports as well.
func (t *telnet) writeReplies() {
	t.writing.Lock()
	defer t.writing.Unlock()
	for {
		t.mu.Lock()
		replies := t.replies
		t.replies = nil
		clear(t.due)
		if len(replies) == 0 {
			if t.finishing {
				_ = t.Stream.CloseWrite()
			}
			close(t.replying)
			t.replying = nil
			t.mu.Unlock()
			return
		}
		t.mu.Unlock()
		_, _ = t.Stream.Write(replies)
	}
}

func (t *telnet) awaitReplies() {
	t.mu.Lock()
	replying := t.replying
	t.mu.Unlock()
	if replying != nil {
		<-replying
	}
}

// A telnetParser takes the commands out of what comes. It remembers no more than where
// in a command it is.
type telnetParser struct {
	state telnetState
	verb  byte
}

type telnetState int

const (
	telnetData telnetState = iota
	telnetCommand
	telnetOption
	telnetSub        // in a subnegotiation, which ends with IAC SE
	telnetSubCommand // behind an IAC in it
)

// strip moves the data to the front of p and returns how much it is. reply is given the
// answers that are due: to DO and WILL only, so that two sides cannot go on for ever
// (RFC 1143, section 2).
func (t *telnetParser) strip(p []byte, reply func(refusal)) int {
	n := 0
	for i := 0; i < len(p); i++ {
		if t.state == telnetData {
			end := bytes.IndexByte(p[i:], telnetIAC)
			if end < 0 {
				return n + copy(p[n:], p[i:])
			}
			n += copy(p[n:], p[i:i+end])
			i += end
			t.state = telnetCommand
			continue
		}
		if t.next(p[i], reply) {
			p[n] = p[i]
			n++
		}
	}
	return n
}

// next takes a byte of a command. It reports true for one that is data after all.
func (t *telnetParser) next(b byte, reply func(refusal)) bool {
	switch t.state {
	case telnetSub:
		if b == telnetIAC {
			t.state = telnetSubCommand
		}
		return false
	case telnetSubCommand:
		if b == telnetIAC { // a byte of 255 in it
			t.state = telnetSub
			return false
		}
		return t.command(b) // SE, or a command that has come into the middle: it ends all the same
	case telnetOption:
		switch t.verb {
		case telnetDO:
			reply(refusal{telnetWONT, b})
		case telnetWILL:
			reply(refusal{telnetDONT, b})
		}
		t.state = telnetData
		return false
	}
	return t.command(b)
}

// command takes the byte behind an IAC.
func (t *telnetParser) command(b byte) bool {
	t.state = telnetData
	switch b {
	case telnetIAC:
		return true
	case telnetSB:
		t.state = telnetSub
	case telnetWILL, telnetWONT, telnetDO, telnetDONT:
		t.state, t.verb = telnetOption, b
	}
	return false
}
