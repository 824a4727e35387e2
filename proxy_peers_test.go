package main

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A realProxy is a proxy that people run, and what fid is told of it; ADDR stands
// for where it listens.
type realProxy struct {
	name  string
	start func(*testing.T) string // returns its address
	flags string
	wrong string // flags with a login that it refuses; "" where it takes anybody
	shut  string // what it says of a port where nobody listens
}

func realProxies() []realProxy {
	peer := func(name, line string) func(*testing.T) string {
		return func(t *testing.T) string {
			requirePeer(t, name)
			requirePortOf(t, name)
			return "127.0.0.1:" + launch(t, name, strings.Fields(line), func(*exec.Cmd) {}).port(t)
		}
	}
	const refused, password = "connection refused", " --proxy-password-file password"
	micro := peer("microsocks", "-i 127.0.0.1 -p 0")
	return []realProxy{
		{"microsocks", micro, "-x ADDR", "", refused},
		{"microsocks, the name looked up here", micro, "-x socks5://ADDR", "", refused},
		{"microsocks with a login", peer("microsocks", "-i 127.0.0.1 -p 0 -u me -P s3cret"), "-X 5 -x ADDR -P me" + password, "-x ADDR", refused},
		{"dante, SOCKS 5", dante, "-x ADDR", "", refused},
		{"dante, SOCKS 4", dante, "-X 4 -x ADDR", "", "rejected or failed"},
		{"tinyproxy, Basic", tinyproxy, "-x http://me:s3cret@ADDR", "-x http://me:wrong@ADDR", "HTTP/1.1 500 Unable to connect"},
		{"squid, Digest", squid, "-X connect -x ADDR -P me" + password, "-x http://me:wrong@ADDR", "HTTP/1.1 503 Service Unavailable"},
		// As a proxy ncat listens on all addresses; of IPv6, too, and on another port then, without -4.
		{"ncat, HTTP", peer("ncat", "-4 -l 127.0.0.1 0 --proxy-type http"), "-X connect -x ADDR", "", "HTTP/1.0 504 Gateway Timeout"},
		{"ncat, HTTP, Digest", peer("ncat", "-4 -l 127.0.0.1 0 --proxy-type http --proxy-auth me:s3cret"), "-x http://me:s3cret@ADDR", "-x http://you:s3cret@ADDR", "HTTP/1.0 504 Gateway Timeout"},
	}
}

// listeningOn starts a program that takes no port 0, on one that is free; another
// one where that has been taken by then.
func listeningOn(t *testing.T, name string, args func(port string) []string) string {
	t.Helper()
	requirePeer(t, name)
	requirePortOf(t, name)
	for range 5 {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		_ = l.Close()
		p := launch(t, name, args(port), func(*exec.Cmd) {})
		listens := false
		err = await(func() bool {
			listens = listeningPort(p.cmd.Process.Pid, "tcp") != ""
			return listens || isClosed(p.ended)
		})
		if err == nil && listens {
			return "127.0.0.1:" + port
		}
		t.Logf("it does not listen on port %s: %s", port, p.report())
	}
	t.Fatalf("%s does not start", name)
	return ""
}

// configFile writes a file that a daemon reads, whoever that runs as.
func configFile(t *testing.T, text string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "fid-proxy-*") // t.TempDir's parents are closed to other users
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	name := filepath.Join(dir, "file")
	if err == nil {
		err = os.WriteFile(name, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func dante(t *testing.T) string {
	return listeningOn(t, "danted", func(port string) []string {
		return []string{"-f", configFile(t, fmt.Sprintf(`logoutput: stderr
internal: 127.0.0.1 port = %s
external: 127.0.0.1
clientmethod: none
socksmethod: none
client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }
`, port))}
	})
}

func tinyproxy(t *testing.T) string {
	return listeningOn(t, "tinyproxy", func(port string) []string {
		return []string{"-d", "-c", configFile(t, "Port "+port+"\nListen 127.0.0.1\nBasicAuth me s3cret\nTimeout 60\nMaxClients 20\n")}
	})
}

func squid(t *testing.T) string {
	const helper = "/usr/lib/squid/digest_file_auth"
	requirePeer(t, "squid", helper)
	users := configFile(t, fmt.Sprintf("me:fid:%x\n", md5.Sum([]byte("me:fid:s3cret"))))
	return listeningOn(t, "squid", func(port string) []string {
		return []string{"-N", "-f", configFile(t, "http_port 127.0.0.1:"+port+`
pid_filename none
access_log none
cache_log /dev/null
cache deny all
coredump_dir /tmp
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
auth_param digest program `+helper+` -c `+users+`
auth_param digest realm fid
auth_param digest children 1
acl SSL_ports port 1-65535
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
`)}
	})
}

func TestAnEchoComesBackWholeThroughTheProxiesThatPeopleRun(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "password"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, echo := serving(t, nil, nil, "echo", "127.0.0.1:0")
	a := newAuthority(t)
	_, secured := serving(t, nil, nil, "echo", "--tls", "--cert", a.issue("server", certificate("x", "127.0.0.1")), "127.0.0.1:0")
	for _, x := range realProxies() {
		t.Run(x.name, func(t *testing.T) {
			addr := x.start(t)
			fid := func(flags, target string, more ...string) *process {
				set := func(c *exec.Cmd) { withEnv()(c); c.Dir = dir }
				return begin(t, nil, set, append(append(more, strings.Fields(strings.ReplaceAll(flags, "ADDR", addr))...), target)...)
			}
			p := fid(x.flags, echo, "connect", "--echo", "--size", "1M")
			p.wants(0)
			if !strings.Contains(p.stdout.String(), "1 sent, 1 back") {
				t.Errorf("it reports %q", p.stdout.String())
			}
			fid(x.flags, secured, "connect", "--echo", "--size", "1M", "--ca", a.roots()).wants(0)
			fid(x.flags, secured, "connect").wants(8, "is not among the system's roots")
			fid(x.flags, "127.0.0.1:1", "connect").wants(11, addr+": says no to 127.0.0.1:1: "+x.shut)
			fid(x.flags, echo, "connect", "-z").wants(0)
			if x.wrong != "" {
				fid(x.wrong, echo, "connect").wants(11, addr+": ", " login")
			}
		})
	}
}

func TestAChainOfSOCKSAndHTTPCarriesAnEcho(t *testing.T) {
	var addrs []string
	for _, x := range realProxies() {
		if x.name == "microsocks" || x.name == "ncat, HTTP, Digest" {
			addrs = append(addrs, x.start(t))
		}
	}
	_, echo := serving(t, nil, nil, "echo", "127.0.0.1:0")
	p := begin(t, nil, withEnv(), "connect", "--echo", "--size", "1M", "-v", "-x", "socks5h://"+addrs[0], "-x", "http://me:s3cret@"+addrs[1], echo)
	p.wants(0, "connected (through "+addrs[0]+" and "+addrs[1]+")")
}

func TestSSHMovesAMegabyteThroughFidAndAProxy(t *testing.T) {
	requirePeer(t, "microsocks")
	proxy := realProxies()[0].start(t)
	options, host := newSSHD(t, "fid connect -X 5 -x "+proxy+" %h %p")
	megabyte := pattern(1e6)
	sameBytes(t, output(t, bytes.NewReader(megabyte), nil, "ssh", append(options, host, "cat")...), megabyte)
}

func TestTheSOCKSOfSSHCarriesAnEcho(t *testing.T) {
	options, host := newSSHD(t, "fid connect %h %p")
	requirePortOf(t, "ssh")
	addr := listeningOn(t, "ssh", func(port string) []string { return append(options, "-N", "-D", "127.0.0.1:"+port, host) })
	_, echo := serving(t, nil, nil, "echo", "127.0.0.1:0")
	for _, kind := range []string{"5", "4", "4A"} {
		p := begin(t, nil, withEnv(), "connect", "--echo", "--size", "1M", "-X", kind, "-x", addr, echo)
		p.wants(0)
	}
	// A half-close passes ssh, and so does a file with its end.
	h := newHost(t)
	p := begin(t, fileOf(t, 1e6), withEnv(), "connect", "-x", addr, h.addr())
	c := h.client()
	c.hears(pattern(1e6))
	c.says([]byte("stored"))
	_ = c.Close()
	p.wants(0)
	if p.stdout.String() != "stored" {
		t.Errorf("the answer is %q", p.stdout.String())
	}
}
