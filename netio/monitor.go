package netio

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// A Monitor knows the sessions that are going on, so that a report in the middle of them,
// or a progress bar, can look at their counters. The zero Monitor is ready; a nil one
// knows of none.
type Monitor struct {
	mu       sync.Mutex
	sessions map[*session]struct{}
}

// A Status is how far a session has come.
type Status struct {
	Name, Peer     string        // the far end, in the user's own words, and its numeric address
	Sent, Received int64         // bytes handed to the far and to the near end
	Size           int64         // bytes that the near end will give, where a file tells; else 0
	Begun          time.Time     // when the session began
	Idle           time.Duration // how long no byte has passed
}

// Sessions returns the status of every session, in the order in which they began.
func (m *Monitor) Sessions() []Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Status, 0, len(m.sessions))
	for s := range m.sessions {
		list = append(list, s.status())
	}
	slices.SortFunc(list, func(a, b Status) int { return cmp.Or(a.Begun.Compare(b.Begun), cmp.Compare(a.Peer, b.Peer)) })
	return list
}

func (m *Monitor) began(s *session) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sessions == nil {
		m.sessions = map[*session]struct{}{}
	}
	m.sessions[s] = struct{}{}
}

func (m *Monitor) ended(s *session) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, s)
}

// status may be asked for by any goroutine.
func (s *session) status() Status {
	st := Status{Name: s.far.Name, Peer: s.far.Peer, Sent: s.flow.Out.Written(), Received: s.flow.In.Written(),
		Size: s.near.Size, Begun: s.flow.started, Idle: time.Since(s.flow.lastMove())}
	if s.near == s.far {
		st.Received = s.flow.Out.Read()
	}
	return st
}
