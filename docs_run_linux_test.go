package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A stage is a network of its own with the hosts, services and files that the commands of the
// documents name, and a terminal for each line that is typed.
type stage struct {
	t         *testing.T
	n         *network
	dir       string // with A and B, where the hosts' users are, and home
	env       []string
	terminals []*screenOfDoc
}

// A screenOfDoc is a terminal with a command in it.
type screenOfDoc struct {
	command string
	keys    *os.File
	written buffer
	ended   chan struct{} // nothing is written any more
	done    chan struct{} // the command has ended
	cmd     *exec.Cmd
}

// hostsOfDocs is /etc/hosts there. hostA and hostB have the addresses that the documents show.
const hostsOfDocs = `127.0.0.1 localhost
192.0.2.7 hostA
192.0.2.2 hostB
10.0.0.5 db
10.0.0.6 mail mail.example.com
10.0.0.7 nas
10.0.0.8 proxy
10.0.0.9 host build
10.0.0.10 switch
10.0.0.11 lb
10.0.0.12 a
10.0.0.13 b
10.0.0.14 listen
198.51.100.7 example.com example.org
`

// namedServices is /etc/services there: systems differ in what they know.
const namedServices = "ssh 22/tcp\nsmtp 25/tcp\ndomain 53/tcp\ndomain 53/udp\nhttp 80/tcp\nhttps 443/tcp\npostgresql 5432/tcp\n"

// newStage makes the network and starts what the scene needs beside it.
func newStage(t *testing.T, a *authority, certificate string, s scene) *stage {
	t.Helper()
	st := &stage{t: t, n: privateNetwork(t), dir: plainDir(t)}
	st.files()
	st.env = append(os.Environ(), "HOME="+st.dir+"/home", "TERM=xterm", "NO_COLOR=1", "SSL_CERT_FILE="+a.roots(), "SSL_CERT_DIR="+a.dir+"/none",
		"FID_DOCS_CERTIFICATE="+certificate, "ALL_PROXY=", "PATH="+st.dir+"/bin:"+os.Getenv("PATH"), "LC_ALL=C.UTF-8", "SCENE="+st.dir,
		"PRINTED="+strings.Join(s.typed, "\n"))
	st.env = append(st.env, goEnvironment(t)...)
	st.n.run(`
for a in 192.0.2.2 192.0.2.7 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 10.0.0.9 10.0.0.10 10.0.0.11 10.0.0.12 10.0.0.13 10.0.0.14 10.0.0.53 198.51.100.7; do
	ip addr add $a/32 dev lo
done
ip route replace local 192.0.2.2 dev lo table local src 192.0.2.7
for f in hosts passwd resolv.conf services; do
	if [ -e /etc/$f ]; then mount --bind ` + st.dir + `/etc/$f /etc/$f; fi
done
mount -t tmpfs tmpfs /run && mkdir -p /run/sshd /run/user/1000`)
	st.serve(strings.Fields(s.needs))
	if s.before != "" {
		st.script("A", s.before)
	}
	return st
}

// plainDir is a directory for the test whose name no shell takes for anything else.
func plainDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "docs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// goEnvironment lets the commands of go find what is built and downloaded, though HOME is another.
func goEnvironment(t *testing.T) []string {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE", "GOPATH", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Split(string(out), "\n")
	return []string{"REPOSITORY=" + here, "GOCACHE=" + f[0], "GOMODCACHE=" + f[1], "GOPATH=" + f[2], "GOROOT=" + f[3]}
}

// files makes what the users of the documents have in their directories.
func (st *stage) files() {
	st.t.Helper()
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil {
		st.t.Fatal(err)
	}
	me := regexp.MustCompile(`(?m)^root:.*$`).ReplaceAllString(string(passwd), "root:*:0:0:root:"+st.dir+"/home:/bin/sh")
	write := func(name, text string, mode os.FileMode) {
		file := filepath.Join(st.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			st.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), mode); err != nil {
			st.t.Fatal(err)
		}
	}
	write("etc/hosts", hostsOfDocs, 0o644)
	write("etc/services", namedServices, 0o644)
	write("etc/resolv.conf", "nameserver 10.0.0.53\n", 0o644)
	write("etc/passwd", me+"user:*:0:0:user:"+st.dir+"/home:/bin/sh\n", 0o644)
	write("home/bin/.keep", "", 0o600)
	write("B/.keep", "", 0o600)
	write("A/big.iso", string(pattern(3e6)), 0o600)
	write("A/photos/one.jpg", string(pattern(1e5)), 0o600)
	write("A/photos/two.jpg", string(pattern(2e5)), 0o600)
	write("A/index.html", "<p>hello\n", 0o600)
	write("A/request", "GET / HTTP/1.0\r\n\r\n", 0o600)
	write("A/query", "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01", 0o600)
	write("A/server.py", "#!/bin/sh\nread -r line && echo \"$line yourself\"\n", 0o700)
	write("A/migrate", "#!/bin/sh\necho migrated\n", 0o700)
	write("A/bad.txt", "192.0.2.66\n", 0o600)
	write("A/pw", "secret\n", 0o600)
	write("A/script", "first\nsecond\n", 0o600)
	write("A/log", "first\nsecond\n", 0o600)
	if nc, err := lookPeer("nc.openbsd"); err == nil {
		_ = os.MkdirAll(st.dir+"/bin", 0o700)
		if err := os.Symlink(nc, st.dir+"/bin/nc"); err != nil {
			st.t.Fatal(err)
		}
	}
	write("bin/sudo", "#!/bin/sh\nexec \"$@\"\n", 0o700)
	write("bin/wireshark", "#!/bin/sh\nexec tshark -n -l -r - -d tcp.port==443,http\n", 0o700) // -k -i - is: from standard input, at once
}

// shell is a command that runs line in a host's directory.
func (st *stage) shell(host, line string) *exec.Cmd {
	cmd := exec.Command("bash", "-c", "cd "+st.dir+"/"+host+"\n"+line)
	cmd.Env = st.env
	st.n.enter(cmd)
	return cmd
}

// script runs a script, which must succeed, and returns what it said.
func (st *stage) script(host, text string) string {
	st.t.Helper()
	var out buffer
	cmd := st.shell(host, "set -e; "+text)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := st.limited(cmd); err != nil {
		st.t.Fatalf("%s\n%v; it said %q\n%s", text, err, out.String(), st.seen())
	}
	return out.String()
}

// limited runs cmd for as long as patience lasts.
func (st *stage) limited(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		_ = cmd.Process.Kill()
		return fmt.Errorf("it hangs: %w", <-ended)
	}
}

// listeners counts the sockets in the network that wait for somebody.
func (st *stage) listeners() int {
	n := 0
	for table, waits := range map[string]*regexp.Regexp{
		"tcp":  regexp.MustCompile(`(?m)^ *\d+: \S+ \S+ 0A `), // proc_pid_net(5): TCP_LISTEN
		"udp":  regexp.MustCompile(`(?m)^ *\d+: \S+ \S+ 07 `), // not connected
		"unix": regexp.MustCompile(`(?m)^\S+ \S+ \S+ 00010000 `),
	} {
		for _, name := range []string{table, table + "6"} {
			text, _ := os.ReadFile("/proc/" + st.n.pid + "/net/" + name) // there is no unix6
			n += len(waits.FindAll(text, -1))
		}
	}
	return n
}

// open types line at a new terminal of 80 columns, which echoes nothing.
func (st *stage) open(host, line string) *screenOfDoc {
	st.t.Helper()
	keys, tty := terminal(st.t)
	fd := int(tty.Fd())
	modes, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err == nil {
		modes.Lflag &^= unix.ECHO
		err = unix.IoctlSetTermios(fd, unix.TCSETS, modes)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	s := &screenOfDoc{command: line, keys: keys, cmd: st.shell(host, line), ended: make(chan struct{}), done: make(chan struct{})}
	controls(tty)(s.cmd)
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		st.t.Fatal(err)
	}
	_ = tty.Close()
	go func() {
		defer close(s.ended)
		for buf := make([]byte, 4096); ; {
			n, err := keys.Read(buf)
			if _, _ = s.written.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	go func() { _ = s.cmd.Wait(); close(s.done) }()
	st.terminals = append(st.terminals, s)
	st.t.Cleanup(func() { _ = s.cmd.Process.Kill(); <-s.done; _ = keys.Close() })
	return s
}

// shows is what stands on the screen by now, in lines.
func (s *screenOfDoc) shows() []string {
	text := screenOf(strings.ReplaceAll(s.written.String(), "\r\n", "\n"))
	if text = strings.TrimRight(text, "\n"); text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// seen is what stands on all screens, for a message.
func (st *stage) seen() string {
	var b strings.Builder
	for _, s := range st.terminals {
		fmt.Fprintf(&b, "$ %s\n", s.command)
		for _, line := range s.shows() {
			fmt.Fprintf(&b, "  | %s\n", line)
		}
		if isClosed(s.done) {
			b.WriteString("  exit " + strconv.Itoa(exitCode(s.cmd.ProcessState)) + "\n")
		}
	}
	return b.String()
}

// awaits waits for something to be so, and says what where it is not.
func (st *stage) awaits(what string, is func() bool) {
	st.t.Helper()
	if err := await(is); err != nil {
		st.t.Fatalf("waited in vain: %s\n%s", what, st.seen())
	}
}
