//go:build unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What is typed, what of it is offered, and what is not.
type completion struct {
	line            string
	offered, absent []string
}

func completions() []completion {
	return []completion{
		{"fid co", []string{"connect"}, nil},
		{"fid ", []string{"listen", "connect", "echo", "relay", "tcp:", "unix:"}, []string{"file:"}},
		{"true; fid ech", []string{"echo", "echo:"}, nil},
		{"fid connect ech", []string{"echo:"}, nil},
		{"fid connect --te", []string{"--telnet", "--text"}, nil},
		{"fid listen --ou", []string{"--output"}, nil},
		{"fid listen --no-", []string{"--no-half-close", "--no-progress", "--no-stdin"}, nil},
		{"fid relay --once -", []string{"-4", "-v", "--once", "--allow"}, []string{"-z", "-k", "--wait", "--output", "."}},
		{"fid --wai", []string{"--wait"}, nil},
		{"fid --wait 3 --keep", []string{"--keepalive"}, nil},
		{"fid -l --keep", []string{"--keep-open", "--keepalive"}, nil},
		{"fid -X 5 -nvlp 80 --keep", []string{"--keep-open", "--keepalive"}, nil},
		{"fid --lis", []string{"--listen"}, nil},
		{"fid --digest sha", []string{"sha256", "sha512", "sha1"}, nil},
		{"fid connect -X ", []string{"5", "4", "4A", "connect"}, nil},
		{"fid connect -zX con", []string{"connect"}, nil},
		{"fid connect --starttls p", []string{"pop3", "postgres"}, nil},
		{"fid connect --tos af1", []string{"af11", "af12", "af13"}, nil},
		{"fid --completion ", shells(), []string{"tcp:"}},
		{"fid connect ud", []string{"udp:", "udp4:", "udp6:"}, nil},
		{"fid relay 80 fil", []string{"file:"}, nil},
		{"fid relay --tos ef -v 80 exe", []string{"exec:"}, nil},
		{"fid relay -- 80 exe", []string{"exec:"}, nil},
		{"fid connect --js", []string{"--json"}, nil},
	}
}

func TestTheShellOffersWhatFidTakes(t *testing.T) {
	for name, begin := range completers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shell := begin(t)
			for _, c := range completions() {
				got := shell(c.line)
				for _, word := range c.offered {
					if !slices.Contains(got, word) {
						t.Errorf("%q: %q is not offered, but %q", c.line, word, got)
					}
				}
				for _, word := range c.absent {
					if slices.Contains(got, word) {
						t.Errorf("%q: %q is offered", c.line, word)
					}
				}
				for _, word := range got {
					if c.absent == nil && !slices.Contains(c.offered, strings.TrimSuffix(word, "=")) {
						t.Errorf("%q: %q is offered, too", c.line, word)
					}
				}
			}
		})
	}
}

// Where there is nothing to offer a shell leaves the line as it is.
func TestTheShellOffersNothingWhereFidTakesNothingOfTheKind(t *testing.T) {
	for name, begin := range completers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shell := begin(t)
			for _, line := range []string{"fid relay fil", "fid listen exe", "fid listen --wai", "fid connect -X4 conn", "fid connect -p lis",
				"fid connect localhost tc", "fid connect -- --js", "fid --source con", "fid relay --tos=xx"} {
				typed := line[strings.LastIndex(line, " ")+1:]
				if got := shell(line); len(got) > 1 || len(got) == 1 && got[0] != typed {
					t.Errorf("%q: %q is offered", line, got)
				}
			}
		})
	}
}

func TestTheTabKeyCompletesNamesOfFiles(t *testing.T) {
	shells := map[string]func(*testing.T) func(string) []string{
		"bash": func(t *testing.T) func(string) []string { return bash(t, "source bash/completions/fid") },
		"zsh": func(t *testing.T) func(string) []string {
			return zsh(t, "autoload -Uz compinit; compinit -u -D; source zsh/_fid")
		},
	}
	for name, begin := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := begin(t)
			for keys, want := range map[string]string{
				"fid connect --cert my\\ cert.p\t": "connect|--cert|my cert.pem",
				"fid connect --cert 'my cert.p\t":  "connect|--cert|my cert.pem",
				"fid connect --cert=my\\ cert.p\t": "connect|--cert=my cert.pem",
				"fid connect --hex=my\\ cert.p\t":  "connect|--hex=my cert.pem",
				"fid connect -U my\\ cert.p\t":     "connect|-U|my cert.pem",
				"fid connect unix:my\\ cert.d/\t":  "connect|unix:my cert.d/key",
				"fid relay 80 file:my\\ cert.p\t":  "relay|80|file:my cert.pem",
				"fid listen -e basenam\t":          "listen|-e|basename",
				"fid listen --dig\tsha25\t -v":     "listen|--digest|sha256|-v",
				"fid listen --digest=sha25\t":      "listen|--digest=sha256",
				"fid connect unix-d\t/run/x":       "connect|unix-dgram:/run/x",
				"fid --compl\tpower\t":             "--completion|powershell",
				"fid rel\t8080 disc\t":             "relay|8080|discard:",
			} {
				got := strings.Join(run(keys), "|")
				if name == "zsh" { // which attaches values by itself
					got, want = strings.ReplaceAll(got, "=", "|"), strings.ReplaceAll(want, "=", "|")
				}
				if got != want {
					t.Errorf("%q is %q, want %q", keys, got, want)
				}
			}
		})
	}
	t.Run("fish", func(t *testing.T) {
		shell := fish(t, "source fish/fid.fish")
		for line, want := range map[string]string{
			"fid connect --cert my\\ cert.p": "my cert.pem",
			"fid connect --cert=my\\ cert.p": "--cert=my cert.pem",
			"fid connect -U my\\ cert.p":     "my cert.pem",
			"fid connect unix:my\\ cert.p":   "unix:my cert.pem",
			"fid relay 80 file:my\\ cert.p":  "file:my cert.pem",
			"fid listen -e basenam":          "basename",
			"fid listen --digest=sha25":      "--digest=sha256",
		} {
			if got := fmt.Sprint(shell(line)); got != "["+want+"]" {
				t.Errorf("%q: %s is offered, want %s", line, got, want)
			}
		}
	})
}
