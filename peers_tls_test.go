package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tlsTools are what is typed for a transfer over TLS; @cert is a certificate with its
// key, @ca who has signed it.
func tlsTools() []tool {
	return []tool{
		{name: "openssl", program: "openssl",
			// An s_server that sends a file stops after its first record now and then,
			// with s_client as well.
			send: commands{"",
				"s_client -quiet -no_ign_eof -nocommands -CAfile @ca -verify_return_error -connect 127.0.0.1:PORT"},
			receiveHeld: commands{"s_server -quiet -accept 127.0.0.1:0 -cert @cert -key @cert -naccept 1",
				"s_client -quiet -CAfile @ca -verify_return_error -connect 127.0.0.1:PORT"}},
		{name: "ncat", program: "ncat",
			send: commands{"-l --ssl --ssl-cert @cert --ssl-key @cert --send-only 127.0.0.1 0",
				"--ssl --send-only 127.0.0.1 PORT"},
			receiveHeld: commands{"-l --ssl --ssl-cert @cert --ssl-key @cert --recv-only 127.0.0.1 0",
				"--ssl --recv-only 127.0.0.1 PORT"}},
		{name: "socat", program: "socat",
			send: commands{"-u STDIN OPENSSL-LISTEN:0,bind=127.0.0.1,cert=@cert,verify=0",
				"-u STDIN OPENSSL:127.0.0.1:PORT,cafile=@ca"},
			receiveHeld: commands{"-u OPENSSL-LISTEN:0,bind=127.0.0.1,cert=@cert,verify=0 STDOUT",
				"-u OPENSSL:127.0.0.1:PORT,cafile=@ca STDOUT"}},
	}
}

func fidOverTLS() tool {
	both := commands{"listen --ready-fd 3 --tls --cert @cert 127.0.0.1:0", "connect --ca @ca tls:127.0.0.1:PORT"}
	return tool{name: "fid", program: "fid", send: both, receiveHeld: both}
}

func TestATransferOverTLSIsWholeAndEndsWhoeverThePeerIs(t *testing.T) {
	a := newAuthority(t)
	files := strings.NewReplacer("@cert", a.issue("server", certificate("localhost", "localhost", "127.0.0.1")), "@ca", a.roots())
	src := newSource(t, 8<<20)
	for _, peer := range tlsTools() {
		for _, fidSends := range []bool{true, false} {
			for _, fidListens := range []bool{true, false} {
				from, to := peer, fidOverTLS()
				if fidSends {
					from, to = to, from
				}
				x := transfer{from: from, to: to, fromListens: fidSends == fidListens, held: true}
				if x.fromListens && x.from.send.listen == "" {
					continue
				}
				t.Run(x.String(), func(t *testing.T) {
					requirePeer(t, peer.program)
					requirePortOf(t, x.listener().program)
					x.overTLS(t, files, src)
				})
			}
		}
	}
}

// overTLS makes the transfer; openssl s_client has no exit code that would tell.
func (x transfer) overTLS(t *testing.T, files *strings.Replacer, src source) {
	for _, c := range []*commands{&x.from.send, &x.to.receiveHeld} {
		c.listen, c.connect = files.Replace(c.listen), files.Replace(c.connect)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "received"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	in, err := os.Open(src.path)
	if err != nil {
		t.Fatal(err)
	}
	sender, receiver := x.start(t, in, out)
	report := sender.report() + receiver.report() // waits for both
	sum, n := hashOf(t, out.Name())
	fine := func(p *program) bool { return p.ok() && !p.complains() }
	if x.from.name == "ncat" { // it sends no close_notify
		fine = func(p *program) bool {
			return strings.Contains(p.stderr.String(), "cut off (closed without a close_notify)")
		}
	}
	for _, p := range []*program{sender, receiver} {
		if filepath.Base(p.cmd.Path) == "fid" && !fine(p) || sum != src.sum {
			t.Errorf("%d of %d bytes arrived, the same: %v:\n%s", n, src.size, sum == src.sum, report)
			return
		}
	}
}

func TestCurlTalksTLSToFid(t *testing.T) {
	requirePeer(t, "curl")
	a := newAuthority(t)
	page := filepath.Join(t.TempDir(), "page")
	if err := os.WriteFile(page, append([]byte("HTTP/1.0 200 OK\r\n\r\n"), pattern(1e6)...), 0o600); err != nil {
		t.Fatal(err)
	}
	p, addr := serving(t, nil, nil, "relay", "--once", "--cert", a.issue("server", certificate("x", "127.0.0.1")), "tls:127.0.0.1:0", "file:"+page)
	sameBytes(t, curl(t, "--cacert", a.roots(), "https://"+strings.TrimPrefix(addr, "tls:")+"/"), pattern(1e6))
	p.code() // curl closes without reading the close_notify: its reset is no failure of the transfer
}

func TestCurlThroughFidRelayReachesATLSServer(t *testing.T) {
	requirePeer(t, "curl", "openssl")
	a := newAuthority(t)
	cert := a.issue("server", certificate("x", "127.0.0.1"))
	server := launch(t, "openssl", []string{"s_server", "-www", "-accept", "127.0.0.1:0", "-cert", cert, "-key", cert, "-naccept", "1"}, func(*exec.Cmd) {})
	requirePortOf(t, "openssl")
	_, addr := serving(t, nil, nil, "relay", "--once", "--ca", a.roots(), "127.0.0.1:0", "tls:127.0.0.1:"+server.port(t))
	if got := string(curl(t, "http://"+addr+"/")); !strings.Contains(got, "TLSv1.3") {
		t.Errorf("curl got %q", got)
	}
}
