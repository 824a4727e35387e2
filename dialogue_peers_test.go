//go:build unix

package main

import (
	"os"
	"os/exec"
	"testing"
)

// What the tools of the field are told, and say, in a dialogue.
func TestDialoguesWithOtherTools(t *testing.T) {
	const smtp = `printf '220 mail\r\n'; while IFS= read -r l; do case $l in
		EHLO*) printf '250-a\r\n250 b\r\n';; QUIT*) printf '221 bye\r\n'; exit;; esac; done`
	for name, args := range map[string][]string{
		"socat": {"TCP-LISTEN:0,bind=127.0.0.1", "SYSTEM:exec sh script"},
		"ncat":  {"-l", "127.0.0.1", "0", "--sh-exec", "exec sh script"},
	} {
		t.Run(name, func(t *testing.T) {
			requirePeer(t, name)
			requirePortOf(t, name)
			dir := t.TempDir()
			if err := os.WriteFile(dir+"/script", []byte(smtp), 0o600); err != nil {
				t.Fatal(err)
			}
			server := launch(t, name, args, func(c *exec.Cmd) { c.Dir = dir })
			p := begin(t, nil, nil, "--expect", "^220 ", "--send", `EHLO me\r\n`, "--expect", "^250 ", "--send", `QUIT\r\n`,
				"--expect", `^221 .*\r\n`, "127.0.0.1", server.port(t))
			p.wants(0)
			if p.stdout.String() != "220 mail\r\n250-a\r\n250 b\r\n221 bye\r\n" {
				t.Errorf("%q", p.stdout.String())
			}
		})
	}
}

func TestEveryToolHearsWhatAListenerSays(t *testing.T) {
	_, addr := serving(t, nil, nil, "listen", "-k", "--send", `singleton-ok\n`, "127.0.0.1:0")
	for name, args := range map[string][]string{"nc.openbsd": {"127.0.0.1", portOf(addr)}, "nc.traditional": {"127.0.0.1", portOf(addr)},
		"ncat": {"127.0.0.1", portOf(addr)}, "socat": {"-", "TCP:" + addr}} {
		t.Run(name, func(t *testing.T) {
			requirePeer(t, name)
			if got := output(t, nil, nil, name, args...); string(got) != "singleton-ok\n" {
				t.Errorf("%q", got)
			}
		})
	}
}
