package modes

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"time"

	"fid/netio"
)

// How many ports are probed at once, and how many descriptors one of them may take: two
// sockets of a race, or those of a look-up. The rest are standard ones and the report's.
const (
	maxAtOnce        = 128
	fdsOfProbe       = 4
	otherDescriptors = 16
)

// A scan probes several addresses at once, and tells of each as soon as all before it are
// known: the report is in the order in which they were typed.
type scan struct {
	Probe
	opts  Options
	begin time.Time

	order   []int // of the addresses; all else goes by places in it
	ready   []int // to be probed, in this order
	again   []int // probed in vain, and due at the next turn
	turn    *time.Timer
	delay   time.Duration // to the next turn
	running int
	limit   int
	started bool
	results chan verdict

	verdicts []*verdict    // nil: not known yet, or told
	last     map[int]error // why those that wait for their turn failed
	told     int
	counts   Counts
	ports    map[string]int  // how many are of a host; see hostOf
	said     map[string]bool // what was said of more than one port
	first    int             // of the addresses that are not open, as typed; -1: none
	failure  error           // its
}

// A verdict is what came of one address.
type verdict struct {
	place  int
	events []Event
	found  *Finding
	err    error
}

func newScan(p Probe, o Options) *scan {
	n := len(p.Addresses)
	s := &scan{Probe: p, opts: o, begin: time.Now(), delay: minRetry, results: make(chan verdict, maxAtOnce), verdicts: make([]*verdict, n),
		last: map[int]error{}, counts: Counts{}, ports: map[string]int{}, said: map[string]bool{}, first: -1}
	s.opts.Net.Names = &netio.Names{Again: p.Wait > 0}
	s.limit = max(1, min(maxAtOnce, (netio.DescriptorLimit()-otherDescriptors)/fdsOfProbe))
	if p.Interval > 0 || o.Net.SourcePort != "" {
		s.limit = 1
	}
	for i, a := range p.Addresses {
		s.order, s.ready = append(s.order, i), append(s.ready, i)
		s.ports[hostOf(a)]++
		if a.Options["source-port"] != "" {
			s.limit = 1
		}
	}
	if p.Random {
		rand.Shuffle(n, func(i, j int) { s.order[i], s.order[j] = s.order[j], s.order[i] })
	}
	if s.turn = time.NewTimer(s.delay); p.Wait == 0 {
		s.turn.Stop()
	}
	return s
}

// hostOf tells hosts apart that are looked up; those of tcp4: and tcp6: have other addresses.
func hostOf(a netio.Address) string { return a.Scheme + ":" + a.Host }

func (s *scan) at(place int) netio.Address { return s.Addresses[s.order[place]] }

// run probes all addresses. --wait is one budget for all of them.
func (s *scan) run(ctx context.Context) error {
	defer s.turn.Stop()
	within, cancel := ctx, context.CancelFunc(func() {})
	if s.Wait > 0 {
		within, cancel = context.WithTimeout(ctx, s.Wait)
	}
	defer cancel()
	if err := s.lookUp(ctx, within); err != nil {
		return err
	}
	for over := within.Done(); s.told < len(s.order); s.tell() {
		if !s.fill(ctx, within) {
			break
		}
		select {
		case v := <-s.results:
			s.running--
			s.take(within, v)
		case <-s.turn.C:
			s.ready, s.again = append(s.ready, s.again...), nil
			s.delay = min(2*s.delay, maxRetry)
			s.turn.Reset(s.delay)
		case <-over:
			over = nil
		}
		if ctx.Err() != nil {
			break
		}
		if within.Err() != nil {
			s.giveUp(within)
		}
	}
	return s.conclude(ctx)
}

// lookUp looks up the one host that all addresses are of: without an address there is
// nothing to probe, and that is said once.
func (s *scan) lookUp(ctx, within context.Context) error {
	a := s.Addresses[0]
	throughProxy := func(b netio.Address) bool { return b.Proxied(s.opts.Net) } // the proxy looks it up
	if len(s.ports) > 1 || slices.ContainsFunc(s.Addresses, throughProxy) {
		return nil
	}
	err := retry(within, a, s.Wait, func(ctx context.Context) error { return a.LookUp(ctx, s.opts.Net) })
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		return nil
	}
	err = netio.OfHost(err, a)
	for place := range s.order {
		addr := s.at(place)
		found := newFinding(addr, true)
		found.State, found.Said = stateOf(err, addr, s.opts.Net), true
		s.opts.Log(Event{Name: Shut, Addr: addr.Text, Found: found, Err: err})
	}
	return err
}

// fill starts as many probes as may run; false: the run is over.
func (s *scan) fill(ctx, within context.Context) bool {
	for len(s.ready) > 0 && s.running < s.limit && within.Err() == nil {
		if s.started && !pause(within, s.Interval) {
			return ctx.Err() == nil
		}
		s.started = true
		place := s.ready[0]
		s.ready = s.ready[1:]
		s.running++
		go func() { s.results <- s.probe(within, place) }()
	}
	return true
}

// probe probes one address, once.
func (s *scan) probe(ctx context.Context, place int) verdict {
	addr := s.at(place)
	v := verdict{place: place, found: newFinding(addr, true)}
	o := s.opts
	o.Log = func(e Event) { // in its place of the report, when the socket is closed
		if e.Local != nil {
			local := e.Local()
			e.Local = func() string { return local }
		}
		v.events = append(v.events, e)
	}
	once := s.Probe
	once.Wait = 0
	v.err = once.knock(ctx, addr, o, v.found)
	if v.err != nil {
		v.found.State = stateOf(v.err, addr, o.Net)
	}
	return v
}

// take takes what came of a probe: a verdict, or that it is to be done again.
func (s *scan) take(within context.Context, v verdict) {
	switch {
	case v.err == nil:
	case within.Err() != nil:
		if context.Cause(within) != context.DeadlineExceeded {
			return // not the time of --wait: the run is over, and the port not known
		}
		last := s.last[v.place]
		v.err = gaveUp(within, s.at(v.place), s.Wait, last)
		v.found.State = stateOf(v.err, s.at(v.place), s.opts.Net)
	case s.running > 0 && (errors.Is(v.err, syscall.EMFILE) || errors.Is(v.err, syscall.ENFILE)):
		s.limit = s.running // as many descriptors as there are
		s.ready = append(s.ready, v.place)
		return
	case s.Wait > 0 && passes(v.err):
		s.last[v.place] = v.err
		s.again = append(s.again, v.place)
		return
	}
	s.verdicts[v.place] = &v
}

// giveUp ends what waits when the time of --wait is over.
func (s *scan) giveUp(within context.Context) {
	for _, place := range append(s.again, s.ready...) {
		addr, last := s.at(place), s.last[place]
		v := &verdict{place: place, found: newFinding(addr, true)}
		if last == nil {
			v.err = netio.TimeoutError(addr.Text, "not tried within", s.Wait, "--wait", "")
			v.found.State = StateUnknown
		} else {
			v.err = gaveUp(within, addr, s.Wait, last)
			v.found.State = stateOf(v.err, addr, s.opts.Net)
		}
		s.verdicts[place] = v
	}
	s.again, s.ready = nil, nil
}

// tell reports what is known of the addresses that are next.
func (s *scan) tell() {
	for s.told < len(s.verdicts) && s.verdicts[s.told] != nil {
		s.report(s.verdicts[s.told])
		s.verdicts[s.told] = nil
		s.told++
	}
}

// report tells of one address. Of a range, only what is not one of the usual answers of a
// port that is not open is said unless somebody asks for more.
func (s *scan) report(v *verdict) {
	s.counts[v.found.State]++
	for _, e := range v.events {
		s.opts.Log(e)
	}
	if v.err == nil {
		return
	}
	i := s.order[v.place]
	addr := s.Addresses[i]
	if s.first < 0 || i < s.first {
		s.first, s.failure = i, v.err
	}
	if netio.KindOf(v.err) == netio.KindName && s.ports[hostOf(addr)] > 1 {
		v.err = netio.OfHost(v.err, addr)
	}
	var e *netio.Error
	if errors.As(v.err, &e) && e.Addr != addr.Text {
		v.found.Said = s.said[e.Error()]
		s.said[e.Error()] = true
	}
	s.opts.Log(Event{Name: Shut, Addr: addr.Text, Found: v.found, Quiet: len(s.Ranged) > 0 && s.Ranged[i] && isUsual(v.found.State), Err: v.err})
}

func isUsual(state string) bool {
	return state == netio.KindRefused.String() || state == netio.KindTimeout.String() || state == netio.KindUnreachable.String()
}

// conclude says what was found, also where the run was ended before all was known.
func (s *scan) conclude(ctx context.Context) error {
	for ; s.told < len(s.verdicts); s.told++ {
		if v := s.verdicts[s.told]; v != nil {
			s.report(v)
		} else {
			s.counts[StateUnknown]++
		}
	}
	s.opts.Log(Event{Name: Ports, Counts: s.counts, Seconds: time.Since(s.begin).Seconds()})
	open, all := s.counts[StateOpen], len(s.order)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case open == all, s.AnyOpen && open > 0:
		return nil
	}
	return &netio.Error{Kind: netio.KindOf(s.failure), What: fmt.Sprintf("%d of %d ports are not open", all-open, all), Err: s.failure}
}
