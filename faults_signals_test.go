//go:build unix

package main

import (
	"strings"
	"syscall"
	"testing"
)

func TestASignalResetsTheClientOfEveryServingMode(t *testing.T) {
	for _, line := range []string{"listen 127.0.0.1:0", "listen -k 127.0.0.1:0", "listen -k -e cat 127.0.0.1:0", "echo 127.0.0.1:0", "relay 127.0.0.1:0 echo:"} {
		for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM} {
			stdin, keys := pipe(t)
			_, _ = keys.WriteString("half")
			mode := strings.Fields(line)
			if strings.Contains(line, "-e") {
				stdin = nil
			}
			p, addr := serving(t, stdin, nil, mode...)
			c := dialPeer(t, addr)
			c.says([]byte("half"))
			c.hearsWords("half") // the session runs
			_ = p.cmd.Process.Signal(s)
			c.hearsReset()
			p.wants(128+int(s), "listening on")
		}
	}
}
