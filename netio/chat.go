package netio

import (
	"bytes"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// maxLine is the most of a member's line that is held back until it is whole.
const maxLine = 4 << 10

// A chatter is a member of a chat: the others get its lines whole, each with its
// name, and nothing in them that a terminal would obey. The words are ncat's.
type chatter struct {
	*member
	name string // in angle brackets
	line []byte // of which the end has not come
	gone sync.Once
}

// joinChat makes a chatter of a client and tells everybody.
func joinChat(h *hub, client *End, n int64) *chatter {
	c := &chatter{name: fmt.Sprintf("<user%d>", n)}
	who := host(client.Peer)
	c.member, _ = h.join(client, who+" as "+c.name)
	there := strings.Join(h.others(c.member), ", ")
	if there == "" {
		there = "nobody"
	}
	h.announce(nil, fmt.Appendf(nil, "<announce> %s is connected as %s.\n", who, c.name))
	h.tell(c.member, fmt.Appendf(nil, "<announce> already connected: %s.\n", there))
	return c
}

// host is a client's address without its port; a client of a Unix socket has none.
func host(peer string) string {
	if peer == "" || peer == "@" {
		return "a client"
	}
	if h, _, err := net.SplitHostPort(peer); err == nil {
		peer = h
	}
	return string(appendPlain(nil, []byte(peer)))
}

// Write says the lines that p completes; the rest is held back.
func (c *chatter) Write(p []byte) (int, error) {
	c.line = append(c.line, p...)
	var said []byte
	for {
		var line []byte
		if line, c.line = nextLine(c.line); line == nil {
			break
		}
		said = c.appendLine(said, line)
	}
	if len(said) > 0 {
		c.line = bytes.Clone(c.line) // without the space of what is said
		if err := c.hub.give(c.member, said); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// CloseWrite says what is held back: the client has finished.
func (c *chatter) CloseWrite() error {
	if len(c.line) > 0 {
		c.hub.announce(c.member, c.appendLine(nil, c.line))
		c.line = nil
	}
	return nil
}

// Close leaves the chat and tells the others.
func (c *chatter) Close() error {
	err := c.member.Close()
	c.gone.Do(func() { c.hub.announce(c.member, fmt.Appendf(nil, "<announce> %s is disconnected.\n", c.name)) })
	return err
}

// appendLine appends a line as the others get it.
func (c *chatter) appendLine(b, line []byte) []byte {
	b = append(append(b, c.name...), ' ')
	return append(appendPlain(b, line), '\n')
}

// nextLine cuts the first line off p, without its end; nil where it has not ended.
// One that is too long to be held back is cut, between two characters.
func nextLine(p []byte) (line, rest []byte) {
	end := bytes.IndexByte(p, '\n')
	switch {
	case end >= 0 && end <= maxLine:
		return bytes.TrimSuffix(p[:end], []byte{'\r'}), p[end+1:]
	case len(p) <= maxLine:
		return nil, p
	}
	cut := maxLine
	for cut > maxLine-utf8.UTFMax+1 && !utf8.RuneStart(p[cut]) {
		cut--
	}
	return p[:cut], p[cut:]
}

// appendPlain appends text with everything escaped that is not to be seen: a tab and
// what joins the parts of a character (U+200C, U+200D) pass.
func appendPlain(b, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && n == 1, !strconv.IsGraphic(r) && r != '\t' && r != '\u200c' && r != '\u200d':
			for _, raw := range text[:n] {
				b = fmt.Appendf(b, `\x%02x`, raw)
			}
		default:
			b = append(b, text[:n]...)
		}
		text = text[n:]
	}
	return b
}
