package netio

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// A dialogue is what is said with a proxy until it is a tunnel. Of its answers
// not a byte is read too many: what follows them is the far end's.
type dialogue struct {
	rw    io.ReadWriter
	proxy Proxy
	asked string // host and port that the proxy is asked for
	step  string // what it was told last
	came  int    // bytes of its answer to that
}

// tell sends what step is the name of.
func (d *dialogue) tell(step string, b []byte) error {
	d.step, d.came = step, 0
	if _, err := d.rw.Write(b); err != nil {
		return d.broken(err)
	}
	return nil
}

// hear reads into all of b.
func (d *dialogue) hear(b []byte) error {
	n, err := io.ReadFull(d.rw, b)
	d.came += n
	if err != nil {
		return d.broken(err)
	}
	return nil
}

func (d *dialogue) hearByte() (byte, error) {
	var b [1]byte
	err := d.hear(b[:])
	return b[0], err
}

// pending is what there is no answer to, for a clock that runs out on it.
func (d *dialogue) pending() string {
	if d.came > 0 {
		return " to " + d.step + " but a part of one"
	}
	return " to " + d.step
}

// broken is a connection that ended before the answer.
func (d *dialogue) broken(err error) error {
	how := "closed"
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return err // underContext knows why
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		_, how = describe(err)
	}
	when := "before its answer"
	if d.came > 0 {
		when = "in the middle of its answer"
	}
	return &Error{Kind: KindProxy, Addr: d.proxy.At.Text, What: how + " " + when + " to " + d.step}
}

// failed is an answer that leads to no tunnel.
func (d *dialogue) failed(format string, args ...any) error {
	return &Error{Kind: KindProxy, Addr: d.proxy.At.Text, What: fmt.Sprintf(format, args...)}
}

// no is the proxy's answer to what it was asked for; kind is what a far end would
// be said to be that answers so, 0 where it was not asked at all.
func (d *dialogue) no(kind Kind, words string) error {
	return &Error{Kind: KindProxy, Addr: d.proxy.At.Text, What: "says no to " + d.asked + ": " + words,
		Err: &Error{Kind: kind, What: words}}
}

// refusesLogin is the proxy's answer to user and password.
func (d *dialogue) refusesLogin(words string) error {
	return d.failed("refuses the login of %s: %s", cut(d.proxy.User), words)
}

// wantsLogin is a proxy that does not serve just anybody.
func (d *dialogue) wantsLogin(words string) error {
	e := &Error{Kind: KindProxy, Addr: d.proxy.At.Text, What: words}
	if d.proxy.User == "" {
		e.Hint = "-P USER, its password in FID_PROXY_PASSWORD or --proxy-password-file FILE"
	}
	return e
}

// hinted adds to a clock's error what a proxy may speak that says nothing to a
// greeting of SOCKS 5: HTTP waits for the end of a line.
func (d *dialogue) hinted(err error) error {
	if e, ok := err.(*Error); ok && e.Kind == KindTimeout && e.Addr == d.proxy.At.Text && d.step == "the greeting" && d.came == 0 {
		e.Hint = "if it speaks HTTP: -X connect, or http:// before its name"
	}
	return err
}

// wrongProxy hints at what a proxy speaks that begins its answer with first.
func wrongProxy(first byte) string {
	switch first {
	case 'H':
		return "it looks like HTTP: -X connect, or http:// before its name"
	case 5:
		return "it looks like SOCKS 5: -X 5, or socks5h:// before its name"
	case 0x15:
		return "it looks like TLS: https:// before its name"
	}
	return ""
}
