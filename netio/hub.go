package netio

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// A hub hands what is said to its members, each of which is the near end of a
// session: a read of its session gives what was said. Each has a queue of its own,
// so that one who does not read keeps nothing from the others.
type hub struct {
	mu      sync.Mutex
	changed sync.Cond // somebody came, left or took a piece, or a wait is over
	members []*member // who gets what is said, in the order of their coming
	over    bool      // nothing more is said

	patience time.Duration // how long a member may hold the others up at a stretch
}

func newHub() *hub {
	h := &hub{patience: time.Second}
	h.changed.L = &h.mu
	return h
}

const (
	maxQueued   = 1 << 20  // the most that waits for a member, and once more of what cannot wait
	pieceCost   = 64       // what a piece takes beside its bytes
	maxHubPiece = 64 << 10 // the most that is read from standard input at once
)

// A member is a Stream but for its Write.
type member struct {
	hub    *hub
	client *End
	label  string // what others call it in a chat
	ready  sync.Cond
	queue  [][]byte   // pieces, which all members share
	queued int        // what they take
	end    error      // what Read gives after the queue; not nil: it is no member any more
	closed bool       // its session is over
	lost   chan error // the end of a session that is not its own doing
	holdUp holdUp
}

// join makes a member of who comes; late: all is over, and it reads an end.
func (h *hub) join(client *End, label string) (m *member, late bool) {
	m = &member{hub: h, client: client, label: label, lost: make(chan error, 1)}
	m.ready.L = &h.mu
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		m.end = io.EOF
		return m, true
	}
	h.members = append(h.members, m)
	h.changed.Broadcast()
	return m, false
}

// close ends the members' input: each still gets what is queued for it.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	for _, m := range slices.Clone(h.members) {
		m.leave(io.EOF)
	}
	h.changed.Broadcast()
}

// give hands a piece to all members but from, and waits for those that have no
// room: a single one sets the pace, but with several each can hold the others up
// for a while only. What from says is dropped with its session, or where there is
// nobody else; what nobody says (a nil from) waits for who comes.
func (h *hub) give(from *member, piece []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting, taken := h.allBut(from), false
	for {
		waiting = slices.DeleteFunc(waiting, func(m *member) bool {
			took := m.end == nil && m.take(piece, maxQueued)
			taken = taken || took
			return took || m.end != nil
		})
		switch {
		case len(waiting) > 0 && from != nil && from.closed:
			return errStopped
		case len(waiting) > 0:
			h.await(from, waiting)
		case from != nil || taken || h.over:
			return nil
		default:
			h.untilThere()
			waiting = h.allBut(nil)
		}
	}
}

// announce hands a piece to all members but from, and never waits: a member that
// has twice as much waiting as it may is dropped.
func (h *hub) announce(from *member, piece []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range h.allBut(from) {
		m.mustTake(piece)
	}
}

// tell is announce for a single member.
func (h *hub) tell(m *member, piece []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m.mustTake(piece)
}

// awaitMember returns when there is a member, and false when all is over.
func (h *hub) awaitMember() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.untilThere()
	return !h.over
}

func (h *hub) untilThere() {
	for len(h.members) == 0 && !h.over {
		h.changed.Wait()
	}
}

// others returns what all members but m are called.
func (h *hub) others(m *member) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var labels []string
	for _, o := range h.allBut(m) {
		labels = append(labels, o.label)
	}
	return labels
}

func (h *hub) allBut(m *member) []*member {
	return slices.DeleteFunc(slices.Clone(h.members), func(o *member) bool { return o == m })
}

// await waits until something has changed, and drops who has held up others for
// too long.
func (h *hub) await(from *member, slow []*member) {
	if len(h.allBut(from)) == len(slow) {
		for _, m := range slow {
			m.holdUp.since = time.Time{} // nobody else waits for it
		}
		h.changed.Wait()
		return
	}
	now := time.Now()
	var until time.Time
	for _, m := range slow {
		at := now.Add(h.patience)
		if m.client.waited().Before(now.Add(-h.patience)) { // else its session's limit holds it up, and all at its pace
			at = m.holdUp.until(now, h.patience)
		}
		if !at.After(now) {
			m.drop()
		}
		until = earlier(until, at)
	}
	if !until.After(now) {
		return
	}
	timer := time.AfterFunc(until.Sub(now), func() {
		h.mu.Lock()
		h.changed.Broadcast()
		h.mu.Unlock()
	})
	defer timer.Stop()
	h.changed.Wait()
}

// take queues a piece, if there is room for it.
func (m *member) take(piece []byte, most int) bool {
	if m.queued > 0 && m.queued+len(piece)+pieceCost > most {
		return false
	}
	m.queue = append(m.queue, piece)
	m.queued += len(piece) + pieceCost
	m.holdUp.over(time.Now())
	m.ready.Signal()
	return true
}

// mustTake queues a piece that cannot wait.
func (m *member) mustTake(piece []byte) {
	if m.end == nil && !m.take(piece, 2*maxQueued) {
		m.drop()
	}
}

// drop ends the session of a member that does not read: its client gets a reset.
func (m *member) drop() {
	waiting := int64(m.queued - len(m.queue)*pieceCost)
	m.lost <- &Error{Kind: KindReset, Addr: m.client.Name, Err: ErrDropped,
		What: fmt.Sprintf("dropped: it does not read what is sent (%s waiting)", Bytes(waiting))}
	m.leave(errStopped)
}

// leave: nothing more is queued for m, and end is what it reads after the rest.
func (m *member) leave(end error) {
	if m.end != nil {
		return
	}
	m.end = end
	m.hub.members = m.hub.allBut(m)
	m.hub.changed.Broadcast()
	m.ready.Signal()
}

// Read gives what was said, a piece or a part of one at a time.
func (m *member) Read(p []byte) (int, error) {
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	for len(m.queue) == 0 {
		if m.end != nil {
			return 0, m.end
		}
		m.ready.Wait()
	}
	n := copy(p, m.queue[0])
	m.queued -= n
	if m.queue[0] = m.queue[0][n:]; len(m.queue[0]) == 0 {
		m.queue[0] = nil
		m.queue = m.queue[1:]
		m.queued -= pieceCost
	}
	m.hub.changed.Broadcast()
	return n, nil
}

// StopReading ends the member's input: the far end has finished, and still gets
// what was said before.
func (m *member) StopReading() {
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	m.leave(errStopped)
}

// isIdle reports whether nothing waits for the member.
func (m *member) isIdle() bool {
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	return len(m.queue) == 0
}

// CloseWrite has nothing to end: the hub goes on for the others.
func (m *member) CloseWrite() error { return nil }

// Close ends the membership, with what is still queued.
func (m *member) Close() error {
	m.hub.mu.Lock()
	defer m.hub.mu.Unlock()
	m.leave(errStopped)
	m.queue, m.queued, m.closed = nil, 0, true
	m.ready.Signal()
	m.hub.changed.Broadcast()
	return nil
}

// holdUp is how long a member has held others up of late. It may slow them down to
// half their pace: what it took at a stretch it gets back in the same time without.
type holdUp struct {
	since time.Time     // others have waited since; zero: they do not wait
	owed  time.Duration // of earlier waits
	ended time.Time     // the end of the last one
}

// until returns when a wait that lasts now has lasted too long.
func (u *holdUp) until(now time.Time, patience time.Duration) time.Time {
	if u.since.IsZero() {
		u.owed = max(0, u.owed-now.Sub(u.ended))
		u.since = now
	}
	return u.since.Add(patience - u.owed)
}

// over ends a wait.
func (u *holdUp) over(now time.Time) {
	if !u.since.IsZero() {
		u.owed += now.Sub(u.since)
		u.since, u.ended = time.Time{}, now
	}
}
