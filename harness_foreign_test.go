package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A foreign is a testing.M whose tests start another fid than the test binary: FID_COMMAND, the
// path of a program and before it, if it cannot run by itself, what runs it, as in
//
//	FID_COMMAND='qemu-aarch64-static /tmp/arm64/fid' go test -count 1 .
//
// (The cache of test results does not know of it.) A binary as it is released can be tested so, too.
type foreign struct {
	*testing.M
	command string
}

func (f foreign) Run() int {
	dir, err := os.MkdirTemp("", "fid-command-*")
	if err == nil {
		defer os.RemoveAll(dir)
		err = f.install(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "FID_COMMAND:", err)
		return 1
	}
	return f.M.Run()
}

// install puts scripts named fid and nc before what PATH has. What they run has those names, too.
func (f foreign) install(dir string) error {
	words := strings.Fields(f.command)
	runner, program := words[:len(words)-1], words[len(words)-1]
	program, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	script := "#!/bin/sh\n"
	if filepath.Ext(program) == ".exe" {
		script += readyFile
	}
	for _, name := range []string{"fid", "nc"} {
		named := filepath.Join(dir, name+".d", name+filepath.Ext(program))
		if err = os.Mkdir(filepath.Dir(named), 0o700); err == nil {
			err = os.Symlink(program, named)
		}
		if err == nil {
			run := "exec " + strings.Join(append(runner, named), " ") + " \"$@\"\n"
			err = os.WriteFile(filepath.Join(dir, name), []byte(script+run), 0o700)
		}
		if err != nil {
			return err
		}
	}
	return os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// readyFile stands in for --ready-fd 3 where a process inherits handles, not numbers: fid writes
// a file, and what it wrote is passed on.
const readyFile = `
n=$#; file=
while [ $n -gt 0 ]; do
	arg=$1; shift; n=$((n - 1))
	case $arg in
	--ready-fd)
		shift; n=$((n - 1))
		file=$(mktemp -u); set -- "$@" --ready-file "$file" ;;
	*)
		set -- "$@" "$arg" ;;
	esac
done
if [ "$file" ]; then
	while [ -e /proc/$$/exe ]; do # not one that is a zombie
		[ -s "$file" ] && cat "$file" >&3 && rm -f "$file" && break
		sleep 0.02
	done </dev/null >/dev/null 2>&1 &
	exec 3>&-
fi
`
