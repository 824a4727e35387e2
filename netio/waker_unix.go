//go:build unix

package netio

import (
	"os"

	"golang.org/x/sys/unix"
)

// A waker polls a descriptor in a way that can be called off.
type waker struct{ r, w *os.File }

func newWaker() (*waker, error) {
	r, w, err := os.Pipe()
	return &waker{r, w}, err
}

// wake ends the poll that waits and all later ones: its byte is never read.
func (w *waker) wake() { _, _ = w.w.Write([]byte{0}) }

// poll waits until fd has one of events, or an error or its other end gone,
// and returns what it has; errStopped after wake.
func (w *waker) poll(fd int32, events int16) (int16, error) {
	fds := []unix.PollFd{{Fd: fd, Events: events}, {Fd: int32(w.r.Fd()), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, err
		case fds[1].Revents != 0:
			return 0, errStopped
		case fds[0].Revents != 0:
			return fds[0].Revents, nil
		}
	}
}
