//go:build !race

package netio

import "testing"

// The race detector looks at every byte of these, for most of a minute.

// bottomless takes everything.
type bottomless struct{ tape }

func (*bottomless) Write(p []byte) (int, error) { return len(p), nil }

func TestMoreThan4GiBHaveNoGap(t *testing.T) {
	w := newWire(t)
	w.headOnly = true
	c, end := w.capture()
	s := c.Layer(&End{Stream: &bottomless{}})
	first := c.first().ours.next
	piece := make([]byte, 1<<20)
	for range 4<<10 + 1 {
		if _, err := s.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	if got := c.first().ours; got.next != first+1<<20 || got.acked != got.next {
		t.Errorf("%d, acknowledged %d, want %d", got.next, got.acked, first+1<<20)
	}
	end()
}

func (c *Capture) first() *tcpTalk {
	c.mu.Lock()
	defer c.mu.Unlock()
	for t := range c.open {
		return t
	}
	return nil
}
