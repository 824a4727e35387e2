//go:build unix

package main

import (
	"bytes"
	"os/exec"
	"testing"
)

// Other programs as the peers of commands.

func TestACommandIsServedToEveryClient(t *testing.T) {
	data := pattern(8 << 20)
	for _, client := range []struct{ program, line string }{
		{"nc.openbsd", "-N 127.0.0.1 PORT"},
		{"nc.traditional", "-q 30 127.0.0.1 PORT"},
		{"ncat", "127.0.0.1 PORT"},
		{"socat", "-t 30 STDIO TCP:127.0.0.1:PORT"},
		{"fid", "connect 127.0.0.1 PORT"},
	} {
		for _, server := range [][]string{{"listen", "-e", "cat", "127.0.0.1:0"}, {"relay", "--once", "127.0.0.1:0", "exec:cat"}} {
			t.Run(client.program+" and "+server[0], func(t *testing.T) {
				requirePeer(t, client.program)
				p, addr := serving(t, nil, nil, server...)
				if got := output(t, bytes.NewReader(data), nil, client.program, arguments(client.line, portOf(addr))...); !bytes.Equal(got, data) {
					t.Errorf("%d of %d bytes came back, or others", len(got), len(data))
				}
				p.wants(0, "listening on")
			})
		}
	}
}

func TestACommandTalksToEveryServer(t *testing.T) {
	for _, server := range []struct{ program, line string }{
		{"nc.openbsd", "-N -l 127.0.0.1 0"},
		{"ncat", "-l 127.0.0.1 0"},
		{"socat", "-t 30 STDIO TCP-LISTEN:0,bind=127.0.0.1"},
		{"fid", "listen --ready-fd 3 127.0.0.1:0"},
	} {
		t.Run(server.program, func(t *testing.T) {
			requirePeer(t, server.program)
			requirePortOf(t, server.program)
			var got buffer
			r, w := pipe(t)
			s := launch(t, server.program, arguments(server.line, ""), func(c *exec.Cmd) { c.Stdin, c.Stdout = r, &got })
			p := begin(t, nil, nil, "connect", "-e", "head -c 1048576 /dev/zero", "127.0.0.1", s.port(t))
			p.wants(0)
			_ = w.Close()
			if !s.ok() || !bytes.Equal(got.Bytes(), make([]byte, 1<<20)) {
				t.Errorf("%d bytes arrived; %s", got.Len(), s.report())
			}
		})
	}
}

func TestATerminalBetweenFidAndSocat(t *testing.T) {
	requirePeer(t, "socat")
	requirePortOf(t, "socat")
	p, addr := serving(t, nil, nil, "listen", "--pty", "-e", "/bin/sh", "127.0.0.1:0")
	got := output(t, bytes.NewReader([]byte("echo $((6*7))\nexit\n")), nil, "socat", arguments("-t 30 STDIO TCP:127.0.0.1:PORT", portOf(addr))...)
	if !bytes.Contains(got, []byte("42")) {
		t.Errorf("socat was told %q", got)
	}
	p.wants(0, "listening on")

	s := launch(t, "socat", []string{"TCP-LISTEN:0,bind=127.0.0.1", "EXEC:/bin/cat,pty,raw,echo=0"}, func(*exec.Cmd) {})
	r, w := pipe(t)
	c := begin(t, r, nil, "connect", "127.0.0.1", s.port(t))
	_, _ = w.WriteString("over\n")
	if err := await(func() bool { return c.stdout.String() == "over\n" }); err != nil {
		t.Errorf("it said %q", c.stdout.String())
	}
	_ = w.Close()
	c.code()
}
