package netio

import (
	"errors"
	"io"
)

// A connection that says little should cost little: a direction begins with a
// small buffer, and each time a Read fills it the next is twice as large. Of
// sessions with standard input or output there is one at a time, and a large
// buffer makes the fewest calls.
const (
	minBuffer      = 4 << 10
	maxBuffer      = 256 << 10
	maxStdioBuffer = 1 << 20
)

// A failure is how a direction ended: at which end, and why. A nil end with a
// nil err is the source's end in order.
type failure struct {
	end *End
	err error
}

// move moves from d.src to d.dst until one of them ends or fails: inside the
// kernel where that is possible and pays, else by hand.
func (d *direction) move(f *Flow, largest int) failure {
	fail := d.moveAll(f, largest)
	if err := d.dst.flush(); err != nil && fail.err == nil {
		return failure{d.dst, err}
	}
	return fail
}

func (d *direction) moveAll(f *Flow, largest int) failure {
	if d.src.Datagram > 0 || d.dst.Datagram > 0 {
		return d.copyDatagrams(f)
	}
	if fail, ok := d.moveInKernel(f); ok {
		return fail
	}
	return d.copy(f, largest)
}

// copy is the only loop of the portable pump that touches bytes.
func (d *direction) copy(f *Flow, largest int) failure {
	buf := make([]byte, min(minBuffer, largest))
	for {
		n, err := d.src.Read(buf)
		if n > 0 {
			f.touch() // before it counts: what is in flight has just moved
			if d.came(f, n) {
				copy(d.head[:], buf[:n])
			}
			if werr := d.write(f, buf[:n]); werr != nil {
				return failure{d.dst, werr}
			}
		}
		if err != nil {
			return d.sourceFailed(err)
		}
		if n == len(buf) && n < largest {
			buf = make([]byte, min(2*n, largest))
		}
	}
}

// write writes p, as far as it can.
func (d *direction) write(f *Flow, p []byte) error {
	for {
		piece := d.dst.piece(p)
		n, err := d.dst.Write(piece)
		d.written.Add(int64(n))
		f.touch()
		switch {
		case err != nil:
			return err
		case n < len(piece):
			return io.ErrShortWrite
		case n == len(p):
			return nil
		}
		p = p[n:]
	}
}

// sourceFailed: a Read of the source has returned err.
func (d *direction) sourceFailed(err error) failure {
	if errors.Is(err, io.EOF) {
		return d.sourceEnded()
	}
	return failure{d.src, err}
}

// sourceEnded: the source gives no more, in order unless it was reset.
func (d *direction) sourceEnded() failure {
	if d.src.wasReset() {
		return failure{d.src, errReset}
	}
	return failure{}
}

// errReset is a reset that no system call reported: see Socket.IsReset.
var errReset = errors.New("reset")
