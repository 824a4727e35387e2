package netio

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// maxUnixPath is the shortest limit of sun_path among the systems fid is built
// for, less the final NUL: 107 on Linux, 103 on the others (unix(7), unix(4)).
func maxUnixPath() int {
	if runtime.GOOS == "linux" {
		return 107
	}
	return 103
}

type unixDialer struct {
	addr  Address
	opts  Options
	noted sync.Once // notes of the socket options are told once
}

func dialUnix(a Address, o Options) (Dialer, error) { return &unixDialer{addr: a, opts: o}, nil }

// Dial connects to the Unix socket. There is no reset on a Unix socket: a peer
// that is killed looks like one that has finished.
func (d *unixDialer) Dial(ctx context.Context) (*End, error) {
	begun := time.Now()
	conn, err := d.connect(ctx, net.Dialer{}, "unix")
	if err != nil {
		return nil, err
	}
	end := socketEnd(conn, d.addr.Text)
	if d.opts.Timed {
		end.Timings = &Timings{Begun: begun, Connect: time.Since(begun)}
	}
	return end, nil
}

// connect connects a socket of the network, one of package net's.
func (d *unixDialer) connect(ctx context.Context, nd net.Dialer, network string) (*net.UnixConn, error) {
	ctx, cancel := d.opts.limit(ctx, d.addr)
	defer cancel()
	name := nd.Control
	nd.Control = func(network, address string, raw syscall.RawConn) error {
		err := d.opts.control(network, address, raw)
		if err == nil && name != nil {
			err = name(network, address, raw)
		}
		return err
	}
	conn, err := nd.DialContext(ctx, network, d.addr.Path)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		kind, what := describe(err)
		return nil, &Error{Kind: kind, Addr: d.addr.Text, What: what, Err: err}
	}
	d.noted.Do(func() { d.opts.noteShort(d.addr.Text, conn.(syscall.Conn)) })
	return conn.(*net.UnixConn), nil
}

func (a Address) checkUnixPath() error {
	switch {
	case !a.hasUnixKind():
		return Usagef("", "%s: %s has no such sockets", cut(a.Text), runtime.GOOS)
	case a.Path == "@": // an unset variable must not become a name
		return Usagef("", "%s: no name after the @", cut(a.Text))
	case len(a.Path) > maxUnixPath():
		return Usagef("", "%s: a Unix socket's path has at most %d bytes here", cut(a.Text), maxUnixPath())
	case a.isAbstract() && runtime.GOOS != "linux":
		return Usagef("", "%s: only Linux has abstract sockets", cut(a.Text))
	}
	return nil
}

// isAbstract: a name in Linux's abstract namespace, no file (unix(7)).
func (a Address) isAbstract() bool { return strings.HasPrefix(a.Path, "@") }

// listenUnix binds a Unix socket of mode 0600, or what ",mode=" says. A socket
// file that nobody answers on is replaced; anything else that is there stays.
func listenUnix(ctx context.Context, a Address, o Options) (Listener, error) {
	l, err := listenUnixOf(ctx, "unix", a, o)
	if err != nil {
		return nil, err
	}
	return l, nil
}

// listenUnixOf is listenUnix for a network of package net.
func listenUnixOf(ctx context.Context, network string, a Address, o Options) (*unixListener, error) {
	var l net.Listener
	lc := net.ListenConfig{Control: o.control}
	file, err := bindUnixFile(a, func() (err error) {
		l, err = lc.Listen(ctx, network, a.Path)
		return err
	})
	if err != nil {
		return nil, err
	}
	bound := l.(*net.UnixListener)
	bound.SetUnlinkOnClose(false) // Go would unlink whatever has the name by then
	o.noteShort(a.Text, bound)
	return &unixListener{listener: &listener{bound, a.Text, "unix", o.asked()}, file: file}, nil
}

// bindUnixFile has bind make the socket, with its file, and returns that.
func bindUnixFile(a Address, bind func() error) (file unixFile, err error) {
	mode := uint64(0o600)
	if m, ok := a.Options["mode"]; ok {
		if mode, err = strconv.ParseUint(m, 8, 9); err != nil {
			return file, Usagef("", "%s: mode=%s is not three octal digits", cut(a.Text), cut(m))
		}
	}
	if !a.isAbstract() {
		defer lockDirectory(a.Path)()
		if err := removeStale(a); err != nil {
			return file, err
		}
	}
	if err := withMode(fs.FileMode(mode), bind); err != nil {
		return file, unixBindError(a, err)
	}
	if !a.isAbstract() {
		file.path = absoluteIfShort(a.Path)
		file.info, _ = os.Lstat(file.path)
	}
	return file, nil
}

// absoluteIfShort is the path that can be dialled from anywhere, if it can be
// dialled at all: the limit of a socket's path holds for what is typed.
func absoluteIfShort(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil || len(whole) > maxUnixPath() {
		return path
	}
	return whole
}

func unixBindError(a Address, err error) error {
	_, what := describe(err)
	if errors.Is(err, fs.ErrNotExist) {
		what = "no such directory"
	}
	return &Error{Kind: KindBind, Addr: a.Text, What: "cannot bind: " + what, Err: err}
}

// removeStale makes way for a bind: a socket on which nobody answers goes. It
// asks with a datagram socket where it can: that is refused by a dead socket
// and is of the wrong type for a live one, whose only client it would be else.
func removeStale(a Address) error {
	st, err := os.Lstat(a.Path)
	switch {
	case err != nil:
		return nil // bind tells what is wrong, if anything is
	case st.Mode().Type() != fs.ModeSocket:
		return &Error{Kind: KindBind, Addr: a.Text, What: "cannot bind: a file that is not a socket is there"}
	}
	conn, err := net.DialTimeout(askNetwork, a.Path, time.Second)
	if err == nil {
		_ = conn.Close()
	}
	switch {
	case errors.Is(err, fs.ErrPermission):
		return &Error{Kind: KindBind, Addr: a.Text, What: "cannot bind: a socket is there that is not ours to ask", Err: err}
	case err == nil || !errors.Is(err, errnoRefused):
		return &Error{Kind: KindBind, Addr: a.Text, What: "cannot bind: in use", Err: err}
	}
	if err := os.Remove(a.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unixBindError(a, err)
	}
	return nil
}

// A unixListener unlinks its own socket file when it closes, and no other's.
type unixListener struct {
	*listener
	file unixFile
	once sync.Once
}

func (l *unixListener) Close() error {
	err := net.ErrClosed
	l.once.Do(func() { // a second one could find another's socket under a number used again
		l.file.remove()
		err = l.listener.Close()
	})
	return err
}

// Addr returns the socket's path, absolute where that is not too long to dial.
func (l *unixListener) Addr() net.Addr {
	if l.file.path == "" {
		return l.listener.Addr()
	}
	return &net.UnixAddr{Net: "unix", Name: l.file.path}
}
