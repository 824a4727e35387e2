//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// A server is a contender that serves clients until it is stopped.
type server struct {
	name  string
	path  string
	forks bool // a process for each connection
	argv  func(s setup) ([]string, error)
}

// A setup is where a server listens and what stands behind it.
type setup struct {
	path           string // of the program
	dir            string // for its files
	listen, target int
	descriptors    int // that it may have
}

func (s setup) at(format string) string { return fmt.Sprintf(format, s.listen) }

// fixed is a command line without files.
func fixed(argv func(s setup) []string) func(setup) ([]string, error) {
	return func(s setup) ([]string, error) { return argv(s), nil }
}

func fidRelay(name, path string) server {
	return server{name: name, path: path, argv: fixed(func(s setup) []string {
		return []string{s.path, "relay", s.at("127.0.0.1:%d"), fmt.Sprintf("127.0.0.1:%d", s.target)}
	})}
}

func fidEcho(name, path string) server {
	return server{name: name, path: path, argv: fixed(func(s setup) []string {
		return []string{s.path, "echo", s.at("127.0.0.1:%d")}
	})}
}

func bareEcho(path string) server {
	return server{name: bareName, path: path, argv: fixed(func(s setup) []string {
		return []string{s.path, strconv.Itoa(s.listen)}
	})}
}

func relayPeers() []server {
	return []server{
		{name: "haproxy", argv: haproxy},
		{name: "rinetd", argv: rinetd},
		{name: "nginx", argv: nginx},
		{name: "socat", forks: true, argv: fixed(func(s setup) []string {
			return []string{s.path, s.at("TCP-LISTEN:%d,bind=127.0.0.1,fork,reuseaddr,backlog=1024"),
				fmt.Sprintf("TCP:127.0.0.1:%d", s.target)}
		})},
	}
}

func echoPeers() []server {
	return []server{
		{name: "socat", forks: true, argv: fixed(func(s setup) []string {
			return []string{s.path, s.at("TCP-LISTEN:%d,bind=127.0.0.1,fork,reuseaddr,backlog=1024"), "PIPE"}
		})},
		{name: "ncat", forks: true, argv: fixed(func(s setup) []string {
			return []string{s.path, "-l", "-k", "-m", "20000", "-e", "/bin/cat", "127.0.0.1", strconv.Itoa(s.listen)}
		})},
	}
}

// servers are all fids, then the other servers that are wanted and installed.
func (r *runner) servers(own func(name, path string) server, bare []server, peers []server) []server {
	var all []server
	for _, f := range r.fids {
		all = append(all, own(f.name, f.path))
	}
	all = append(all, bare...)
	for _, p := range peers {
		if path, ok := r.locate(p.name); ok {
			p.path = path
			all = append(all, p)
		}
	}
	return all
}

func serverNames(servers []server) []string {
	var all []string
	for _, s := range servers {
		all = append(all, s.name)
	}
	return all
}

// find looks a peer up, also where only root's PATH would look.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	return exec.LookPath(filepath.Join("/usr/sbin", name))
}

// config writes a server's configuration into its directory.
func (s setup) config(name, text string) (string, error) {
	path := filepath.Join(s.dir, name)
	return path, os.WriteFile(path, []byte(text), 0o644)
}

func haproxy(s setup) ([]string, error) {
	// A connection takes two descriptors, and haproxy does not start if they
	// could run out.
	path, err := s.config("haproxy.cfg", fmt.Sprintf(`global
	maxconn %d
defaults
	mode tcp
	timeout connect 1h
	timeout client 1h
	timeout server 1h
listen relay
	bind 127.0.0.1:%d
	server target 127.0.0.1:%d
`, min(20000, (s.descriptors-200)/2), s.listen, s.target))
	return []string{s.path, "-db", "-f", path}, err
}

func rinetd(s setup) ([]string, error) {
	path, err := s.config("rinetd.conf", fmt.Sprintf("127.0.0.1 %d 127.0.0.1 %d\n", s.listen, s.target))
	return []string{s.path, "-f", "-c", path}, err
}

// streamModule is where Debian keeps what other systems build in.
const streamModule = "/usr/lib/nginx/modules/ngx_stream_module.so"

func nginx(s setup) ([]string, error) {
	module := ""
	if _, err := os.Stat(streamModule); err == nil {
		module = "load_module " + streamModule + ";\n"
	}
	path, err := s.config("nginx.conf", fmt.Sprintf(`%sdaemon off;
worker_processes auto;
pid %[2]s/nginx.pid;
error_log %[2]s/nginx.log;
events {
	worker_connections 20000;
}
stream {
	proxy_timeout 1h;
	server {
		listen 127.0.0.1:%[3]d;
		proxy_pass 127.0.0.1:%[4]d;
	}
}
`, module, s.dir, s.listen, s.target))
	return []string{s.path, "-e", filepath.Join(s.dir, "nginx.log"), "-c", path}, err
}
