package netio

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
)

// Names are hosts that a run looks up once, however often it dials them. The zero Names
// are ready; nil ones keep nothing, and every dial looks its host up.
type Names struct {
	Again bool // a look-up that failed is done again: who waits for a server waits for its name, too

	mu    sync.Mutex
	known map[question]*found
}

type question struct{ host, family string }

// A found is what came of a question, once done is closed.
type found struct {
	done  chan struct{}
	addrs []netip.Addr
	err   error
}

// lookUp returns the addresses of a name in the order to try them. Who asks for what is
// being looked up for somebody else waits for that, within ctx.
func (n *Names) lookUp(ctx context.Context, host, family string) ([]netip.Addr, error) {
	if n == nil {
		return askResolver(ctx, host, family)
	}
	q := question{host, family}
	n.mu.Lock()
	a, asked := n.known[q]
	if !asked {
		if n.known == nil {
			n.known = map[question]*found{}
		}
		a = &found{done: make(chan struct{})}
		n.known[q] = a
	}
	n.mu.Unlock()
	if asked {
		select {
		case <-a.done:
			return a.addrs, a.err
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	a.addrs, a.err = askResolver(ctx, host, family)
	if a.err != nil {
		var clock *Error
		if errors.As(context.Cause(ctx), &clock) {
			a.err = clock // for the others, too
		}
		if n.Again {
			n.forget(q)
		}
	}
	close(a.done)
	return a.addrs, a.err
}

func (n *Names) forget(q question) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.known, q)
}

func askResolver(ctx context.Context, host, family string) ([]netip.Addr, error) {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+family, host)
	if err != nil {
		return nil, err
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return interleave(slices.Compact(addrs)), nil
}

// LookUp looks the address's host up, so that dials that share o.Names need not. It does
// nothing where no name is looked up here.
func (a Address) LookUp(ctx context.Context, o Options) error {
	if !a.IsOverIP() || a.Proxied(o) {
		return nil
	}
	ctx, cancel := o.limit(ctx, a)
	defer cancel()
	_, err := a.resolve(ctx, o)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}

// OfHost is err, said of the host of a instead of one of its ports.
func OfHost(err error, a Address) error {
	var e *Error
	if !errors.As(err, &e) || e.Addr != cut(a.Text) && e.Addr != a.Text {
		return err
	}
	of := *e
	of.Addr = cut(a.Host)
	return &of
}
