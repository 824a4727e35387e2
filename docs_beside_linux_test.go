package main

import (
	"os"
	"strings"
)

// What runs beside the commands of the documents: see also docServices.

// serve starts the services: those of docServices, and by their names real ones.
func (st *stage) serve(services []string) {
	st.t.Helper()
	var ours []string
	for _, service := range services {
		switch service {
		case "sshd":
			st.sshd()
		case "nameserver":
			st.nameserver()
		case "socks":
			requirePeer(st.t, "microsocks")
			st.daemon("microsocks -p 1080")
		case "httpproxy", "loginproxy":
			requirePeer(st.t, "tinyproxy")
			login := map[string]string{"loginproxy": "BasicAuth me secret"}[service]
			st.script("A", "printf 'Port 3128\n"+login+"\n' > tinyproxy.conf")
			st.daemon("tinyproxy -d -c tinyproxy.conf")
		default:
			ours = append(ours, service)
		}
	}
	if len(ours) > 0 {
		st.daemon("doc-services " + strings.Join(ours, " "))
	}
}

// daemon starts a program beside the scene, in A's directory, and waits until it listens.
func (st *stage) daemon(line string) {
	st.t.Helper()
	before := st.listeners()
	var said buffer
	cmd := st.shell("A", "exec "+line)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		st.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		st.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	st.t.Cleanup(func() { stdin.Close(); _ = cmd.Process.Kill(); <-ended })
	err = await(func() bool {
		if strings.Contains(line, "doc-services") { // which says when all of them do
			return isClosed(ended) || strings.Contains(said.String(), "listening\n")
		}
		return isClosed(ended) || st.listeners() > before
	})
	if err != nil || isClosed(ended) {
		st.t.Fatalf("%s does not serve: it said %q", line, said.String())
	}
}

// nameserver answers at 10.0.0.53 on a host of its own: nobody else can have port 53 of all
// addresses where one of them is taken.
func (st *stage) nameserver() {
	st.n.run("ip addr del 10.0.0.53/32 dev lo")
	st.daemon(`sh -c 'exec 3<&0
unshare --net sh -c "echo \$\$ > holder; until ip link set eth0 up; do sleep 0.01; done 2>/dev/null; ip addr add 10.0.0.53/24 dev eth0; exec doc-services dns@10.0.0.53:53" <&3 &
until [ -s holder ]; do sleep 0.01; done
ip link add out type veth peer name eth0; ip addr add 10.0.0.54/24 dev out; ip link set out up; ip link set eth0 netns $(cat holder); wait'`)
}

func (st *stage) sshd() {
	requirePeer(st.t, "ssh", "sshd", "ssh-keygen")
	if os.Getuid() != 0 {
		missing(st.t, "sshd logs users in where it is root")
	}
	st.script("A", `cd "$HOME" && mkdir -m 700 .ssh && ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519
for h in host build; do printf '%s ' $h; cat .ssh/id_ed25519.pub; done > .ssh/known_hosts`)
	st.daemon(`/usr/sbin/sshd -D -e -f /dev/null -h "$HOME/.ssh/id_ed25519" -o AuthorizedKeysFile="$HOME/.ssh/id_ed25519.pub" \
		-o StrictModes=no -o UsePAM=no -o PidFile=none -o PermitRootLogin=yes -o PrintMotd=no -o PrintLastLog=no -o SetEnv=PATH="$PATH"`)
}
