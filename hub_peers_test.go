//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// hubPeers are the tools of the field as clients that somebody types into.
func hubPeers(host, port string) map[string][]string {
	return map[string][]string{"nc.openbsd": {host, port}, "nc.traditional": {host, port}, "ncat": {host, port},
		"socat": {"-", "TCP:" + host + ":" + port}}
}

// typist starts a peer and returns what it is typed and what it shows.
func typist(t *testing.T, name string, args []string) (keys *os.File, screen *buffer) {
	t.Helper()
	r, keys := pipe(t)
	screen = &buffer{}
	launch(t, name, args, func(c *exec.Cmd) { c.Stdin, c.Stdout = r, screen })
	t.Cleanup(func() { _ = keys.Close() })
	return keys, screen
}

func awaitOn(t *testing.T, who string, screen *buffer, want string) {
	t.Helper()
	if await(func() bool { return strings.Contains(screen.String(), want) }) != nil {
		t.Fatalf("%s shows %q, want %q in it", who, screen.String(), want)
	}
}

func TestEveryToolHearsWhatAHubIsTyped(t *testing.T) {
	p, addr, input := hub(t, "-k", "127.0.0.1:0")
	screens := map[string]*buffer{}
	for name, args := range hubPeers("127.0.0.1", portOf(addr)) {
		requirePeer(t, name)
		keys, screen := typist(t, name, args)
		screens[name] = screen
		_, _ = keys.WriteString("from " + name + "\n")
		awaitOn(t, "the hub", &p.stdout, "from "+name+"\n")
	}
	_, _ = input.WriteString("to all\n")
	for name, screen := range screens {
		awaitOn(t, name, screen, "to all\n")
		if got := screen.String(); got != "to all\n" {
			t.Errorf("%s shows %q", name, got)
		}
	}
}

func TestEveryToolCanChat(t *testing.T) {
	_, addr, _ := hub(t, "--chat", "127.0.0.1:0")
	keys, screens := map[string]*os.File{}, map[string]*buffer{}
	for name, args := range hubPeers("127.0.0.1", portOf(addr)) {
		requirePeer(t, name)
		keys[name], screens[name] = typist(t, name, args)
		awaitOn(t, name, screens[name], "<announce> already connected: ")
	}
	for speaker, k := range keys {
		_, _ = k.WriteString(speaker + " says hello\n")
		for name, screen := range screens {
			if name != speaker {
				awaitOn(t, name, screen, "> "+speaker+" says hello\n")
			}
		}
	}
}
