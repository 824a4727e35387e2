package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// A network is a network namespace with its own mounts, where a test may bind any port, drop
// packets and write /etc/hosts (by a bind mount) without harm to the host (namespaces(7)).
type network struct {
	t   *testing.T
	pid string
}

// privateNetwork makes a network with nothing but a loopback interface that is up. It lasts as
// long as the test. Root is needed, or user namespaces that anybody may make.
func privateNetwork(t *testing.T) *network {
	t.Helper()
	requirePeer(t, "unshare", "nsenter", "ip")
	args := []string{"--net", "--mount"}
	if os.Getuid() != 0 {
		args = append(args, "--map-root-user")
	}
	holder := exec.Command("unshare", append(args, "sh", "-c", "ip link set lo up && echo up && exec cat")...)
	stdin, err := holder.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_, _ = io.Copy(io.Discard, stdout)
		_ = holder.Wait()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "up\n" {
		missing(t, fmt.Sprintf("no network namespace can be made here: %v", err))
	}
	return &network{t: t, pid: strconv.Itoa(holder.Process.Pid)}
}

// enter turns a command into one that runs in the network: it is for begin's set, too.
func (n *network) enter(cmd *exec.Cmd) {
	path, err := exec.LookPath("nsenter")
	if err != nil {
		n.t.Fatal(err)
	}
	args := []string{"nsenter", "--net", "--mount", "--target", n.pid}
	if os.Getuid() != 0 {
		args = append(args, "--user", "--preserve-credentials")
	}
	cmd.Args = append(append(args, "--"), cmd.Args...)
	cmd.Path, cmd.Err = path, nil
}

// run runs a shell script in the network, which must succeed: ip, nft, mount.
func (n *network) run(script string) {
	n.t.Helper()
	cmd := exec.Command("sh", "-ec", script)
	n.enter(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		n.t.Fatalf("%s: %v\n%s", script, err, out)
	}
}
