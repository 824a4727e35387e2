package netio

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// A Kind is the class of a failure. Its number is the exit code of the process,
// so a script can tell failures apart. The zero Kind is success.
type Kind int

// The kinds, as docs/exit-codes.md lists them; a test holds the two together.
const (
	KindOther       Kind = 1
	KindUsage       Kind = 2
	KindName        Kind = 3
	KindRefused     Kind = 4
	KindTimeout     Kind = 5
	KindReset       Kind = 6
	KindUnreachable Kind = 7
	KindTLS         Kind = 8
	KindLocal       Kind = 9
	KindBind        Kind = 10
	KindProxy       Kind = 11
	KindCheck       Kind = 12
	KindDenied      Kind = 13
	KindHangup      Kind = 129
	KindInterrupt   Kind = 130
	KindPipe        Kind = 141
	KindTerminate   Kind = 143
)

// Kinds is the table of all kinds in the order of their numbers, each with the
// word that JSON uses and the sentence that the documentation uses.
func Kinds() []struct {
	Kind       Kind
	Word, Text string
} {
	return []struct {
		Kind       Kind
		Word, Text string
	}{
		{0, "delivered", "all delivered"},
		{KindOther, "other", "anything else"},
		{KindUsage, "usage", "the command line is wrong"},
		{KindName, "name", "a name could not be resolved"},
		{KindRefused, "refused", "the connection was refused"},
		{KindTimeout, "timeout", "a clock ran out; the message names it"},
		{KindReset, "reset", "the session was reset or broke"},
		{KindUnreachable, "unreachable", "the network or host is unreachable"},
		{KindTLS, "tls", "the TLS handshake, a certificate or a name failed"},
		{KindLocal, "local", "local input or output failed"},
		{KindBind, "bind", "cannot bind"},
		{KindProxy, "proxy", "a proxy said no"},
		{KindCheck, "check", "a check failed"},
		{KindDenied, "denied", "the peer is not allowed"},
		{KindHangup, "hangup", "ended by SIGHUP"},
		{KindInterrupt, "interrupt", "ended by SIGINT"},
		{KindPipe, "pipe", "nobody reads standard output any more"},
		{KindTerminate, "terminate", "ended by SIGTERM"},
	}
}

// String returns the word that --json uses for the kind.
func (k Kind) String() string {
	for _, row := range Kinds() {
		if row.Kind == k {
			return row.Word
		}
	}
	return KindOther.String()
}

// An Error is a failure told to the user: which endpoint, in the user's own
// words, and what happened to it, as one lowercase clause.
type Error struct {
	Kind Kind
	Addr string // the endpoint as it was typed; empty where none is concerned
	What string // the clause
	Hint string // what to type instead; empty where there is nothing to do
	Err  error  // the cause below, for errors.Is; may be nil

	ChildStatus int // of a command that failed: its exit status, or 128 and the number of the signal that ended it

	Expected string // the regular expression that was awaited, where that is what failed
	Seen     string // the last of what had come in its place, as Escaped writes it

	Chain []Certificate // what a peer presented, where that is why
	Tried []string      // the numeric addresses that were dialled, in their order

	Attempts []Attempt // the same with what came of each (Options.Timed)
}

func (e *Error) Error() string {
	return Label(e.Addr) + e.What
}

// Label is an endpoint before what is said of it: "db:5432: ", and for one that
// ends in a colon already, "echo: ".
func Label(addr string) string {
	switch {
	case addr == "":
		return ""
	case strings.HasSuffix(addr, ":"):
		return addr + " "
	}
	return addr + ": "
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err: 0 for nil, the kind of the outermost *Error
// in its chain, else KindOther.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &e):
		return e.Kind
	}
	return KindOther
}

// Usagef returns an error of the command line, with a hint of what to type
// instead where hint is not empty.
func Usagef(hint, format string, args ...any) error {
	return &Error{Kind: KindUsage, What: fmt.Sprintf(format, args...), Hint: hint}
}

// TimeoutError returns the error of a clock that ran out: what did not happen
// within d, the flag that sets the clock, and what else is to be said.
func TimeoutError(addr, what string, d time.Duration, flag, more string) error {
	return &Error{Kind: KindTimeout, Addr: addr, What: fmt.Sprintf("%s %s (%s)%s", what, Seconds(d), flag, more), Err: context.DeadlineExceeded}
}

// Seconds writes a duration as people say it: "2 s", "1.5 s", "10 min".
func Seconds(d time.Duration) string {
	switch {
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < time.Second:
		return fmt.Sprintf("%g ms", float64(d.Microseconds())/1e3)
	}
	return fmt.Sprintf("%.4g s", d.Seconds())
}

// describe classes a failure of the operating system or the network and says
// it in a clause. It looks at error numbers only, never at text.
func describe(err error) (Kind, string) {
	var errno syscall.Errno
	var dns *net.DNSError
	var mine *Error
	var addr *net.AddrError
	if kind, what, ok := describeTLS(err); ok {
		return kind, what
	}
	switch {
	case errors.As(err, &mine):
		return mine.Kind, mine.What
	case errors.As(err, &dns):
		return describeName(dns)
	case errors.Is(err, errCut):
		return KindReset, "cut off (closed without a close_notify)"
	case errors.As(err, &errno):
		if kind, what, ok := describeErrno(errno); ok {
			return kind, what
		}
		return KindOther, sayErrno(errno)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return KindTimeout, "no answer"
	case errors.Is(err, fs.ErrNotExist):
		return KindOther, "no such file"
	case errors.Is(err, context.Canceled):
		return KindOther, "called off"
	case errors.As(err, &addr):
		return KindName, "no address of this family"
	}
	return KindOther, err.Error()
}

func describeName(dns *net.DNSError) (Kind, string) {
	switch {
	case dns.IsNotFound:
		return KindName, "no such name"
	case dns.IsTimeout:
		return KindName, "the name server did not answer"
	}
	if dns.Server == "" {
		return KindName, "cannot look up the name: " + dns.Err
	}
	// The cause is there as text only, with our own socket's address before its last clause.
	return KindName, "cannot look up the name at " + dns.Server + ": " + dns.Err[strings.LastIndex(": "+dns.Err, ": "):]
}

// localError is a failure of standard input, standard output or a file.
func localError(addr string, err error) error {
	var mine *Error
	if errors.As(err, &mine) {
		return err
	}
	return &Error{Kind: KindLocal, Addr: addr, What: Reason(err), Err: err}
}

// ReaderGone is the end of a run whose standard output nobody reads any more;
// err is what told, or nil.
func ReaderGone(err error) error {
	return &Error{Kind: KindPipe, Addr: "standard output", What: "nobody reads it any more", Err: err}
}

// ErrDropped is the cause below the Error of a session that was ended for the sake of
// others: its client did not read what all are sent.
var ErrDropped = errors.New("dropped")

// Describe says a failure in a clause.
func Describe(err error) string {
	_, what := describe(err)
	return what
}

// Classify classes a failure of an open stream, and says it in a clause.
func Classify(err error) (Kind, string) { return describe(err) }

// Reason is the cause at the bottom of err, without the operations above it.
func Reason(err error) string {
	for {
		below := errors.Unwrap(err)
		if errno, ok := err.(syscall.Errno); ok {
			return sayErrno(errno)
		}
		if below == nil {
			return err.Error()
		}
		err = below
	}
}
