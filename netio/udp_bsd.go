//go:build unix && !linux

package netio

import "golang.org/x/sys/unix"

const msgTruncated = unix.MSG_TRUNC
