//go:build unix && !linux

package netio

import (
	"syscall"

	"golang.org/x/sys/unix"
)

const msgTruncated = unix.MSG_TRUNC

func hearRefusals(syscall.Conn) {} // a connected socket is told
