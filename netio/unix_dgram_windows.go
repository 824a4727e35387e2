package netio

import (
	"errors"
	"net"
)

// There are no Unix sockets of datagrams on Windows: addresses of such are refused.

func sendBuffer(uintptr) int { return 0 }

func sendUnix(*net.UnixConn, []byte, string, <-chan struct{}) error { return errors.ErrUnsupported }

func sendEmpty(*net.UnixConn) error { return errors.ErrUnsupported }
