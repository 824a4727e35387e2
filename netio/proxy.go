package netio

import (
	"context"
	"errors"
	"strings"
	"time"
)

// A proxyDialer reaches its address through one proxy or a chain of them: each is
// asked for the next one, and the last one for the address.
type proxyDialer struct {
	addr Address
	opts Options
}

// A hop is one proxy of the chain, and what it is asked for.
type hop struct {
	Proxy
	speak  func(*dialogue, *hop) error
	to     destination
	rest   []destination // what to ask for where the proxy says no to that: further addresses of a name
	tried  []string      // the addresses of a name that were asked for
	login  *digest       // how an HTTP proxy wants to be answered; nil: it did not say yet
	basic  bool          // it wants user and password as they are
	logins int           // how often it was answered so
}

// errAgain ends a try after which the next one has better prospects: a hop has
// another address to ask for, or knows how to log in now.
var errAgain = errors.New("try again")

// Dial connects to the first proxy and goes from one to the next, all within
// Options.Timeout.
func (d *proxyDialer) Dial(ctx context.Context) (*End, error) {
	within, cancel := d.opts.limit(ctx, d.opts.Proxies[0].At)
	defer cancel()
	t := try{within: within, parent: ctx, opts: d.opts, begun: time.Now()}
	hops, err := d.hops(&t)
	for err == nil {
		var end *End
		if end, err = t.through(hops); err == nil {
			end.Name, end.Through = d.addr.Text, joinProxies(d.opts.Proxies)
			return end, nil
		}
		if err == errAgain {
			err = nil
		}
	}
	return nil, err
}

func joinProxies(proxies []Proxy) string {
	words := make([]string, len(proxies))
	for i, p := range proxies {
		words[i] = p.At.Text
	}
	return strings.Join(words, " and ")
}

// hops makes the chain. What cannot be asked of a proxy is refused here, before
// anything is sent, and names that a proxy is not to see are looked up.
func (d *proxyDialer) hops(t *try) ([]*hop, error) {
	var hops []*hop
	for i, p := range d.opts.Proxies {
		to := d.addr
		if i+1 < len(d.opts.Proxies) {
			to = d.opts.Proxies[i+1].At
		}
		if err := p.check(); err != nil {
			return nil, err
		}
		all, err := t.destinations(p, to)
		if err != nil {
			return nil, err
		}
		scheme, _ := proxyScheme(p.Scheme)
		hops = append(hops, &hop{Proxy: p, speak: scheme.speak, to: all[0], rest: all[1:]})
	}
	return hops, nil
}

// A try is one way through the chain, and the time that it has.
type try struct {
	within context.Context // the limit's
	parent context.Context // without the limit
	opts   Options
	begun  time.Time     // the first try
	lookUp time.Duration // of names that no proxy is to see
}

// through connects to the first proxy and speaks with each.
func (t *try) through(hops []*hop) (*End, error) {
	o := t.opts
	o.Timeout, o.Proxies = 0, nil // the limit is that of within
	first := &tcpDialer{addr: hops[0].At, opts: o}
	end, err := first.Dial(t.within)
	if err != nil {
		return nil, t.ended(err, hops[0].At.Text, "")
	}
	t.opts.step(hops[0].At.Text, ": connected")
	connected := time.Now()
	for _, h := range hops {
		if err := t.open(h, end); err != nil {
			end.CloseInOrder() // nothing was sent through it yet
			return nil, err
		}
	}
	if end.Timings != nil {
		end.Timings.Begun, end.Timings.Proxy = t.begun, time.Since(connected)
		end.Timings.Resolve += t.lookUp
	}
	return end, nil
}

// open makes the proxy that end leads to a tunnel to h.to.
func (t *try) open(h *hop, end *End) error {
	d := &dialogue{rw: end, proxy: h.Proxy, asked: h.to.name}
	err := underContext(t.within, end, "", func() error {
		if h.Scheme == "https" {
			d.step = "the TLS handshake"
			if err := proxyTLS(end, h.At); err != nil {
				return err
			}
			t.opts.step(h.At.Text, ": speaks TLS")
		}
		return h.speak(d, h)
	})
	switch {
	case err == nil:
		t.opts.step(h.At.Text, ": asked for ", h.to.name, ": granted")
		return nil
	case err == errAgain:
		t.opts.step(h.At.Text, ": wants a login, on a new connection")
		return err
	case t.within.Err() != nil:
		return d.hinted(t.ended(err, h.At.Text, d.pending()))
	}
	next := h.next(err)
	if next == errAgain {
		t.opts.step(err.Error())
	}
	return next
}

// next is what follows the proxy's answer no: the next address of a name that was
// looked up here, or the end.
func (h *hop) next(err error) error {
	var answer *Error
	if !errors.As(err, &answer) || answer.Err == nil || KindOf(err) != KindProxy || len(h.tried) == 0 && len(h.rest) == 0 {
		return err
	}
	h.tried = append(h.tried, h.to.ip.String())
	if len(h.rest) > 0 {
		h.to, h.rest = h.rest[0], h.rest[1:]
		return errAgain
	}
	answer.What += " (tried " + strings.Join(h.tried, ", ") + ")"
	return answer
}

// ended says why a try was called off, if it was: the cause that is not a clock's
// as it stands; a clock's with the endpoint that it ran out on, and what that had
// not answered.
func (t *try) ended(err error, addr, pending string) error {
	if t.within.Err() == nil {
		return err
	}
	cause := context.Cause(t.parent)
	switch {
	case cause != nil && !errors.Is(cause, context.DeadlineExceeded), KindOf(cause) == KindTimeout:
		return cause // a signal, or --deadline
	case cause != nil: // the time of --wait, which says so itself
		return &Error{Kind: KindTimeout, Addr: addr, What: "no answer" + pending, Err: cause}
	case pending == "":
		return err // the dialler has told what was tried
	}
	return TimeoutError(addr, "no answer for", t.opts.Timeout, t.opts.TimeoutFlag, pending)
}
