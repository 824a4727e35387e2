//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

// The benchmark starts itself again for what has to be a process of its own.
// Its first argument is roleFlag then, and its second the role.
const (
	roleFlag   = "-role"
	clientRun  = "client"  // makes a load, given as JSON
	produceRun = "produce" // writes to standard output, so many bytes
	consumeRun = "consume" // counts standard input
	sourceRun  = "source"  // sends to a port, so many bytes
	sinkRun    = "sink"    // reads from a client of a port
)

// The kinds of load.
const (
	pingPong    = "ping-pong"
	connections = "connections"
	bulk        = "bulk"
	idle        = "idle"
)

// A load is what a client is to do.
type load struct {
	Kind       string
	Port       int
	Conns      int
	Bytes      int64 // of each bulk stream
	Warm, Last time.Duration
}

// A result is what a client has counted, in how long.
type result struct {
	Count, Seconds float64
}

func runRole(args []string) error {
	log.SetPrefix("") // whoever reads it knows whom it comes from
	if len(args) != 2 {
		return fmt.Errorf("%s needs a role and its argument", roleFlag)
	}
	switch args[0] {
	case clientRun:
		return runClient(args[1])
	case produceRun:
		return produce(args[1])
	case consumeRun:
		return consume()
	case sourceRun:
		return source(args[1])
	case sinkRun:
		return sink(args[1])
	default:
		return fmt.Errorf("no role %q", args[0])
	}
}

func runClient(spec string) error {
	var l load
	if err := json.Unmarshal([]byte(spec), &l); err != nil {
		return fmt.Errorf("load %s: %w", spec, err)
	}
	runtime.LockOSThread()
	debug.SetGCPercent(-1) // it allocates at the start only
	c, err := newClient(l.Port)
	if err != nil {
		return err
	}
	var r result
	switch l.Kind {
	case pingPong:
		r, err = c.pingPong(l.Conns, l.Warm, l.Last)
	case connections:
		r, err = c.connections(l.Conns, l.Warm, l.Last)
	case bulk:
		r, err = c.bulk(l.Conns, l.Bytes)
	case idle:
		return c.idle(l.Conns)
	default:
		return fmt.Errorf("no load %q", l.Kind)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

// idle opens one connection, says so, and for every line that it is given opens
// n more and says so; they stay until the end of the input.
func (c *client) idle(n int) error {
	lines := bufio.NewScanner(os.Stdin)
	for want := 1; ; want = n {
		if _, err := c.gather(want); err != nil {
			return err
		}
		if _, err := fmt.Println(want); err != nil {
			return err
		}
		if !lines.Scan() {
			return lines.Err()
		}
	}
}
