//go:build linux

package main

import (
	"context"
	_ "embed" // for the C program
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed c/epollecho.c
var bareSource []byte

// A program is a fid by the name that tables give it.
type program struct{ name, path string }

// install builds fid and copies it to path, as the README has it done. The file
// that the linker has written lies in the page cache a page at a time, and starts
// slower than any that was copied, as the peers were.
func install(ctx context.Context, path string) error {
	linked := path + ".linked"
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "urfave_cli_no_docs",
		"-ldflags", "-s -w", "-o", linked, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, said)
	}
	program, err := os.ReadFile(linked)
	if err != nil {
		return err
	}
	return os.WriteFile(path, program, 0o755)
}

// build makes the fid as it is released, and the C program if there is a compiler.
func (r *runner) build(ctx context.Context) error {
	path := r.opts.fid
	if path == "" {
		path = filepath.Join(r.dir, "fid")
		if err := install(ctx, path); err != nil {
			return err
		}
	}
	r.fids = append(r.fids, program{subjectName, path})
	if r.opts.vs != "" {
		r.fids = append(r.fids, program{otherName, r.opts.vs})
	}
	compiler, err := find("cc")
	if err != nil {
		r.lacks("cc")
		return nil
	}
	source := filepath.Join(r.dir, "epollecho.c")
	if err := os.WriteFile(source, bareSource, 0o644); err != nil {
		return err
	}
	r.bare = filepath.Join(r.dir, "epollecho")
	if said, err := exec.CommandContext(ctx, compiler, "-O2", "-o", r.bare, source).CombinedOutput(); err != nil {
		return fmt.Errorf("cc %s: %w\n%s", source, err, said)
	}
	return nil
}
