package netio

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

// Between a socket and standard input or output the kernel can move bytes
// itself, without their being copied into this process and out again.
// docs/performance.md says what each path gains.

// A step moves some bytes and tells how many; none is the source's end.
type step func() (int, failure)

// errNoShortcut is a step's failure when the bytes have to be moved by hand.
var errNoShortcut = errors.New("the kernel does not move these")

// spliceMost is the most bytes of one call: more than most pipes and sockets hold.
const spliceMost = 1 << 20

// moveInKernel moves until an end has ended or failed. Where ok is false the
// rest is to be moved by hand.
func (d *direction) moveInKernel(f *Flow) (fail failure, ok bool) {
	next := d.shortcut()
	if next == nil {
		return failure{}, false
	}
	for {
		n, fail := next()
		f.touch() // before it counts: what is in flight has just moved
		d.came(f, n)
		d.written.Add(int64(n))
		switch {
		case fail.err == errNoShortcut:
			return failure{}, false
		case fail.err != nil:
			return fail, true
		case n == 0:
			return d.sourceEnded(), true
		}
	}
}

// shortcut returns the step for what d joins; nil where there is none. A file on
// standard output has none: splice(2) does not lock the file's position, which
// whoever shares the description (2>&1, a second fid) would overwrite.
func (d *direction) shortcut() step {
	if std, ok := d.src.Stream.(*stdio); ok && d.dst.isPlain() {
		to, err := d.dst.Sock.conn.SyscallConn()
		switch {
		case err != nil:
		case std.input == InputStream && d.src.Size > 0:
			return d.sendFile(std, to)
		case std.input == InputPipe:
			enlarge(stdin) // by hand all the same: in large pieces that is faster
		}
		return nil
	}
	if std, ok := d.dst.Stream.(*stdio); ok && d.src.isPlain() {
		from, err := d.src.Sock.conn.SyscallConn()
		switch {
		case err != nil:
		case std.output == InputNone && d.src.Sock.tcp != nil:
			return d.discard(from)
		case std.output == InputPipe:
			enlarge(stdout)
			return d.spliceToPipe(from)
		}
	}
	return nil
}

// sendFile: the file's pages go to the socket as they are. The last call asks
// for exactly the rest, since one that asks for more may hold the tail back for
// 200 ms (MSG_MORE of send(2)); what the file has grown by is moved by hand.
func (d *direction) sendFile(std *stdio, to syscall.RawConn) step {
	left := d.src.Size
	return func() (n int, fail failure) {
		if left <= 0 {
			return 0, failure{d.src, errNoShortcut}
		}
		err := std.awaitInput()
		if err != nil {
			return 0, failure{d.src, err}
		}
		gone := to.Write(func(fd uintptr) bool {
			n, err = restarted(func() (int, error) { return unix.Sendfile(int(fd), stdin, nil, int(min(left, spliceMost))) })
			return err != unix.EAGAIN
		})
		left -= int64(max(n, 0))
		return moved(n, d.dst, gone, err)
	}
}

// discard throws bytes away where they are: with MSG_TRUNC they are not copied
// at all (tcp(7)).
func (d *direction) discard(from syscall.RawConn) step {
	unused := make([]byte, spliceMost)
	return func() (n int, fail failure) {
		var err error
		gone := from.Read(func(fd uintptr) bool {
			n, err = restarted(func() (int, error) {
				n, _, err := unix.Recvfrom(int(fd), unused, unix.MSG_TRUNC)
				return n, err
			})
			return err != unix.EAGAIN
		})
		return moved(n, d.src, gone, err)
	}
}

// spliceToPipe: the pages that have come go to the pipe.
func (d *direction) spliceToPipe(from syscall.RawConn) step {
	return func() (n int, fail failure) {
		for {
			n, gone, err := spliceFrom(from)
			switch err {
			case errFull:
				d.awaitRoom()
			case unix.EPIPE:
				return 0, failure{d.dst, ReaderGone(err)}
			default:
				return moved(n, d.src, gone, err)
			}
		}
	}
}

// errFull is spliceFrom's when standard output has no room.
var errFull = errors.New("the pipe is full")

// spliceFrom moves what has come to standard output. splice(2) does not get past
// an urgent byte (MSG_OOB): it says that there is nothing, or that the stream has
// ended. So its EAGAIN on a socket with bytes and a pipe with room, and its 0, are
// errNoShortcut. It waits for the socket only: a wait for the pipe in here would
// keep Close waiting.
func spliceFrom(from syscall.RawConn) (n int, gone, err error) {
	gone = from.Read(func(fd uintptr) bool {
		for range 2 {
			n, err = splice(int(fd), stdout, spliceMost, unix.SPLICE_F_NONBLOCK)
			switch {
			case n == 0 && err == nil:
				err = errNoShortcut
				return true
			case err != unix.EAGAIN:
				return true
			case !readable(fd):
				return false
			case !writable(uintptr(stdout)):
				err = errFull
				return true
			}
		}
		err = errNoShortcut
		return true
	})
	return n, gone, err
}

// awaitRoom waits until standard output takes bytes, or nobody reads it.
func (d *direction) awaitRoom() {
	d.blocked.Store(true)
	defer d.blocked.Store(false)
	fds := []unix.PollFd{{Fd: stdout, Events: unix.POLLOUT}}
	_, _ = unix.Poll(fds, -1)
}

// pipeSize is what a pipe is enlarged to. A user's pipes share 64 MiB (pipe(7),
// pipe-user-pages-soft), so it is not the most that one can have.
const pipeSize = 512 << 10

// enlarge makes a pipe hold more, so that those at its ends take turns less
// often. One that cannot be enlarged works as well.
func enlarge(pipe int) {
	if size, err := unix.FcntlInt(uintptr(pipe), unix.F_GETPIPE_SZ, 0); err == nil && size < pipeSize {
		_, _ = unix.FcntlInt(uintptr(pipe), unix.F_SETPIPE_SZ, pipeSize)
	}
}

func splice(from, to, most, flags int) (int, error) {
	return restarted(func() (int, error) {
		n, err := unix.Splice(from, nil, to, nil, most, flags)
		return int(n), err
	})
}

// restarted makes the call again when a signal of Go's own scheduler cut it short.
func restarted(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); err != unix.EINTR {
			return n, err
		}
	}
}

// moved tells what came of a call on the socket of e. A call that the kernel
// does not take for these descriptors, or that fails for a reason that is not
// the connection's, is left to the calls of a move by hand, which tell which end
// has failed.
func moved(n int, e *End, gone, err error) (int, failure) {
	n = max(n, 0)
	switch {
	case gone != nil:
		return n, failure{e, gone}
	case err == nil:
		return n, failure{}
	}
	if kind, _ := describe(err); kind == KindReset || kind == KindTimeout || kind == KindUnreachable {
		return n, failure{e, err}
	}
	return n, failure{e, errNoShortcut}
}
