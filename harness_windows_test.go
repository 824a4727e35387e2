package main

import (
	"os"

	"golang.org/x/sys/windows"
)

const errConnReset = windows.WSAECONNRESET

func exitCode(s *os.ProcessState) int { return s.ExitCode() }

func smallReceiveBuffer(fd uintptr) error {
	return windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, windows.SO_RCVBUF, 2048)
}
