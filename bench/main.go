//go:build linux

// Command bench measures fid against the tools of its kind: go run ./bench -h.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/signal"
	"runtime"

	"golang.org/x/sys/unix"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("bench: ")
	if err := run(os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		log.Fatal(err)
	}
}

func run(args []string) error {
	if len(args) > 0 && args[0] == roleFlag {
		return runRole(args[1:])
	}
	// A child is killed when the thread that started it ends, so all of them
	// are started by the one thread that stays.
	runtime.LockOSThread()
	opts, err := parseOptions(args, os.Stderr)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGPIPE)
	defer stop()
	r, err := newRunner(ctx, opts)
	if err != nil {
		return err
	}
	defer r.close()
	return r.run(ctx)
}
