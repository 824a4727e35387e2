package netio

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// A Monitor knows the sessions that are going on, so that a report in the middle of them,
// or a progress bar, can look at their counters. The zero Monitor is ready; a nil one
// knows of none.
type Monitor struct {
	Sockets bool // sessions ask their sockets a last time, for Outcome.Near and Far; not to be changed while there are any

	mu       sync.Mutex
	sessions map[*session]struct{}
}

// A Status is how far a session has come.
type Status struct {
	Name, Peer     string        // the far end, in the user's own words, and its numeric address
	Sent, Received int64         // bytes handed to the far and to the near end
	Size           int64         // bytes that the near end will give, where a file tells; else 0
	Begun          time.Time     // when the session began
	Idle           time.Duration // how long no byte has passed, as far as is known; see Report

	Client    string        // the near end's numeric address; empty where it has none
	FirstByte time.Duration // from Begun to the far end's first byte; 0: none has come
	Near, Far *TCPInfo      // what the kernel tells (Report); nil where there is no TCP
}

// Sessions returns the status of every session, in the order in which they began.
func (m *Monitor) Sessions() []Status {
	list := make([]Status, 0)
	for _, s := range m.running() {
		list = append(list, s.status())
	}
	return inOrder(list)
}

// lookTime is how long Report waits for event loops. They look at once; one that is about to
// end may not do so any more.
const lookTime = time.Second

// Report is Sessions with what the sockets tell. Idle is below 0 where nobody has kept
// count, as an event loop does not, and the system does not tell.
func (m *Monitor) Report() []Status {
	type look struct {
		of int
		Status
	}
	running := m.running()
	list := make([]Status, len(running))
	looks := make(chan look, len(running))
	for i, s := range running {
		list[i] = s.status()
		s.carrier.look(func(st Status) { looks <- look{i, st} })
	}
	late := time.After(lookTime)
	for range running {
		select {
		case l := <-looks:
			list[l.of] = l.Status
		case <-late:
			return inOrder(list)
		}
	}
	return inOrder(list)
}

func (m *Monitor) running() []*session {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.sessions))
}

// inOrder sorts by who began first.
func inOrder(list []Status) []Status {
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
		Size: s.near.Size, Begun: s.flow.started, Idle: time.Since(s.flow.lastMove()), FirstByte: s.firstByte()}
	if s.near == s.far {
		st.Received = s.flow.Out.Read()
	} else {
		st.Client = s.near.Peer
	}
	return st
}

// inspect is status with what the sockets tell.
func (s *session) inspect() Status {
	st := s.status()
	st.Far = s.far.tcpInfo()
	if s.near != s.far {
		st.Near = s.near.tcpInfo()
	}
	return st
}
