//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// facts are what the figures depend on: the machine, and every version.
func (r *runner) facts(ctx context.Context) ([]fact, error) {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return nil, os.NewSyscallError("uname", err)
	}
	model, err := processor()
	if err != nil {
		return nil, err
	}
	var memory unix.Sysinfo_t
	if err := unix.Sysinfo(&memory); err != nil {
		return nil, os.NewSyscallError("sysinfo", err)
	}
	all := []fact{
		{"processor", fmt.Sprintf("%s, %d cores", model, runtime.NumCPU())},
		{"memory", number(float64(memory.Totalram)*float64(memory.Unit)/1e9, 1) + " GB"},
		{"kernel", unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:]) + ", " + runtime.GOARCH},
		{"descriptors", fmt.Sprintf("%d at most for a process", r.descriptors)},
		{"Go", runtime.Version()},
	}
	for _, f := range r.fids {
		all = append(all, fact{f.name, version(ctx, f.path, "--version")})
	}
	return append(all, r.versions(ctx)...), nil
}

// versions are those of the peers that took part, and of the compiler.
func (r *runner) versions(ctx context.Context) []fact {
	var all []fact
	if path, ok := r.nc(); ok {
		all = append(all, fact{ncName, version(ctx, path, "-h")})
	}
	for _, p := range []struct{ name, flag string }{
		{"ncat", "--version"}, {"socat", "-V"}, {"haproxy", "-v"}, {"rinetd", "--version"}, {"nginx", "-v"}, {"cc", "--version"},
	} {
		if path, err := find(p.name); err == nil && (p.name == "cc" || r.opts.wants(p.name)) {
			all = append(all, fact{p.name, version(ctx, path, p.flag)})
		}
	}
	return all
}

// version is the first line with a digit of what a program says about itself.
func version(ctx context.Context, path, flag string) string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, flag)
	cmd.WaitDelay = time.Second
	said, _ := cmd.CombinedOutput() // some exit with 1 after that
	for line := range strings.Lines(string(said)) {
		if strings.ContainsAny(line, "0123456789") {
			return strings.TrimSpace(line)
		}
	}
	return "version unknown"
}

// processor is the name of the first one.
func processor() (string, error) {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value), nil
		}
	}
	return "unnamed", nil // other architectures have other fields
}
