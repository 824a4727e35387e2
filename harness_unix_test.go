//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

const errConnReset = syscall.ECONNRESET

func exitCode(s *os.ProcessState) int {
	if w := s.Sys().(syscall.WaitStatus); w.Signaled() {
		return 128 + int(w.Signal())
	}
	return s.ExitCode()
}

func addrOf(sa *unix.SockaddrInet4) string {
	return net.JoinHostPort(net.IP(sa.Addr[:]).String(), strconv.Itoa(sa.Port))
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

func smallReceiveBuffer(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 2048)
}

// resident returns the kilobytes of memory that fid has had at most; 0 where there is no
// /proc. The rusage of a child begins with its parent's.
func (p *process) resident() (kb int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if _, own := os.Stat("/proc/self/status"); own == nil && err != nil {
		p.t.Error(err)
	}
	if _, line, found := strings.Cut(string(status), "VmHWM:"); found {
		_, _ = fmt.Sscan(line, &kb)
	}
	return kb
}

// descriptors counts those that fid has open, but for pollers: Go's runtime opens its own with
// its first timer, which may be the garbage collector's, at any time. A directory is not read at
// one moment, and a file that gets a new number meanwhile may be in no place: it is read until it
// says the same twice.
func (p *process) descriptors() int {
	p.t.Helper()
	open := p.openFiles()
	for before := []string(nil); !slices.Equal(before, open); {
		before, open = open, p.openFiles()
	}
	return len(open)
}

// openFiles are the descriptors and what each is. A fid that has ended has none: only where there
// is no /proc may a test be skipped.
func (p *process) openFiles() (open []string) {
	p.t.Helper()
	dir := fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid)
	entries, err := os.ReadDir(dir)
	if _, own := os.Stat("/proc/self/fd"); own != nil {
		p.t.Skip("no /proc here")
	}
	if err != nil {
		p.t.Fatal(err)
	}
	for _, entry := range entries {
		file, err := os.Readlink(filepath.Join(dir, entry.Name()))
		if err == nil && file != "anon_inode:[eventpoll]" && file != "anon_inode:[eventfd]" {
			open = append(open, entry.Name()+" "+file)
		}
	}
	return open
}

// children are the processes that fid has started, whichever of its threads did, zombies too;
// none where the kernel does not list them.
func (p *process) children() (pids []string) {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p.cmd.Process.Pid))
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread may end meanwhile
		pids = append(pids, strings.Fields(string(text))...)
	}
	return pids
}
