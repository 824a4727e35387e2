package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// inetd serves each client with a process of its own, its socket as standard
// input and output: sshd and git daemon cannot bind port 0 themselves.
func inetd(t *testing.T, name string, args ...string) string {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	path, err := lookPeer(name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			f, err := c.(*net.TCPConn).File()
			_ = c.Close()
			if err != nil {
				return // the client sees an end, and the test fails
			}
			cmd := exec.CommandContext(ctx, path, args...)
			cmd.Stdin, cmd.Stdout = f, f
			_ = cmd.Start()
			_ = f.Close()
			go func() { _ = cmd.Wait() }()
		}
	}()
	return l.Addr().String()
}

// newSSH starts an sshd and returns the command line that reaches it through
// fid connect as a ProxyCommand.
func newSSH(t *testing.T) func(t *testing.T, stdin io.Reader, command string) []byte {
	t.Helper()
	options, host := newSSHD(t, "fid connect %h %p")
	return func(t *testing.T, stdin io.Reader, command string) []byte {
		t.Helper()
		return output(t, stdin, nil, "ssh", append(options, host, command)...)
	}
}

// newSSHD starts an sshd and returns what ssh needs to reach it: options, and the
// name of the host.
func newSSHD(t *testing.T, proxyCommand string) (options []string, host string) {
	t.Helper()
	requirePeer(t, "ssh", "sshd", "ssh-keygen")
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if me.Uid == "0" { // as root sshd wants a place to lock itself up in
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			missing(t, "sshd cannot run here: "+err.Error())
		}
	}
	key := filepath.Join(t.TempDir(), "key")
	output(t, nil, nil, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	addr := inetd(t, "sshd", "-i", "-e", "-f", "/dev/null", "-h", key, "-o", "AuthorizedKeysFile="+key+".pub",
		"-o", "StrictModes=no", "-o", "UsePAM=no", "-o", "PidFile=none", "-o", "PermitRootLogin=yes")
	host, port, _ := net.SplitHostPort(addr)
	return []string{"-F", "/dev/null", "-i", key, "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "ProxyCommand=" + proxyCommand,
		"-p", port, "-l", me.Username}, host
}

func TestSSHMovesAMegabyteEachWayWithFidConnectAsItsProxyCommand(t *testing.T) {
	ssh := newSSH(t)
	megabyte := pattern(1e6)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, megabyte, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("the output of a command", func(t *testing.T) {
		sameBytes(t, ssh(t, nil, "cat "+file), megabyte)
	})
	t.Run("the input of a command", func(t *testing.T) {
		sameBytes(t, ssh(t, bytes.NewReader(megabyte), "cat > "+file+".sent && echo stored"), []byte("stored\n"))
		sent, err := os.ReadFile(file + ".sent")
		if err != nil {
			t.Fatal(err)
		}
		sameBytes(t, sent, megabyte)
	})
	t.Run("both at once", func(t *testing.T) {
		sameBytes(t, ssh(t, bytes.NewReader(megabyte), "cat"), megabyte)
	})
}

// relayTo starts a relay of one session and returns its address, and a check
// that it ended with that session and found nothing wrong with it.
func relayTo(t *testing.T, target string) (addr string, endsInOrder func()) {
	t.Helper()
	relay, addr := serving(t, nil, nil, "relay", "--once", "127.0.0.1:0", target)
	return addr, func() {
		t.Helper()
		relay.wants(0, "listening on "+addr)
	}
}

// curl runs without what the user has set for it: a proxy, a .curlrc.
func curl(t *testing.T, args ...string) []byte {
	t.Helper()
	return output(t, nil, nil, "curl", append([]string{"-q", "-sS", "--fail", "--noproxy", "*"}, args...)...)
}

func TestCurlThroughFidRelayGetsAndPostsTheSameBytes(t *testing.T) {
	requirePeer(t, "curl")
	page, other := pattern(1e6), []byte("another page\n")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(page) })
	mux.HandleFunc("GET /other", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(other) })
	mux.HandleFunc("POST /copy", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, _ = w.Write(body)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	target := server.Listener.Addr().String()

	t.Run("a GET", func(t *testing.T) {
		addr, endsInOrder := relayTo(t, target)
		sameBytes(t, curl(t, "http://"+addr+"/page"), page)
		endsInOrder()
	})
	t.Run("a POST", func(t *testing.T) {
		addr, endsInOrder := relayTo(t, target)
		file := filepath.Join(t.TempDir(), "body")
		if err := os.WriteFile(file, page, 0o600); err != nil {
			t.Fatal(err)
		}
		sameBytes(t, curl(t, "--data-binary", "@"+file, "http://"+addr+"/copy"), page)
		endsInOrder()
	})
	t.Run("two URLs over one kept connection", func(t *testing.T) {
		addr, endsInOrder := relayTo(t, target) // a second connection would be refused
		sameBytes(t, curl(t, "http://"+addr+"/page", "http://"+addr+"/other"), append(bytes.Clone(page), other...))
		endsInOrder()
	})
}

func TestGitClonesARepositoryThroughFidRelay(t *testing.T) {
	requirePeer(t, "git")
	env := []string{"GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a"}
	git := func(args ...string) string {
		t.Helper()
		return strings.TrimSpace(string(output(t, nil, env, "git", args...)))
	}
	if _, err := exec.LookPath(filepath.Join(git("--exec-path"), "git-daemon")); err != nil {
		missing(t, "git daemon is not installed")
	}
	base, content := t.TempDir(), pattern(3e6) // does not compress: that many bytes pass
	repo, copied := filepath.Join(base, "repo"), filepath.Join(t.TempDir(), "copy")
	git("init", "-q", "-b", "main", repo)
	if err := os.WriteFile(filepath.Join(repo, "file"), content, 0o600); err != nil {
		t.Fatal(err)
	}
	git("-C", repo, "add", "file")
	git("-C", repo, "commit", "-q", "-m", "a file")

	addr, endsInOrder := relayTo(t, inetd(t, "git", "daemon", "--inetd", "--export-all", "--base-path="+base, base))
	git("clone", "-q", "git://"+addr+"/repo", copied)
	endsInOrder()
	got, err := os.ReadFile(filepath.Join(copied, "file"))
	if err != nil {
		t.Fatal(err)
	}
	sameBytes(t, got, content)
	if here, there := git("-C", copied, "rev-parse", "HEAD"), git("-C", repo, "rev-parse", "HEAD"); here != there {
		t.Errorf("the clone is at %s, the repository at %s", here, there)
	}
}

func sameBytes(t *testing.T, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes came, want %d, and the same ones", len(got), len(want))
	}
}
