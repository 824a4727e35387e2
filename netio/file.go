package netio

import (
	"context"
	"io/fs"
	"os"
)

type fileDialer struct{ addr Address }

func dialFile(a Address, _ Options) (Dialer, error) { return &fileDialer{a}, nil }

// Dial opens the file for one session, to be read from its start.
func (d *fileDialer) Dial(context.Context) (*End, error) {
	if st, err := os.Stat(d.addr.Path); err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		// Opening a FIFO waits for its writer, and nothing could call that off.
		return nil, &Error{Kind: KindLocal, Addr: d.addr.Text, What: "not a regular file: it has no start to read from"}
	}
	f, err := os.Open(d.addr.Path)
	if err != nil {
		return nil, localError(d.addr.Text, err)
	}
	return &End{Stream: &source{f}, Name: d.addr.Text}, nil
}

// A source is a file that is only read: what is written to it is thrown away,
// since closing a socket with bytes unread would reset it.
type source struct{ *os.File }

func (s *source) Write(p []byte) (int, error) { return len(p), nil }
func (s *source) CloseWrite() error           { return nil }

// OpenOutput opens a file to write to, or makes it. A pipe is waited for until somebody opens it
// to read (fifo(7)), or ctx ends: the error is its cause then.
func OpenOutput(ctx context.Context, path string, flag int, mode fs.FileMode) (*os.File, error) {
	var f *os.File
	var err error
	opened := make(chan struct{})
	go func() {
		f, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|flag, mode)
		close(opened)
	}()
	select {
	case <-opened:
		return f, err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}
