package netio

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

// A relay dials without a goroutine where it can; what came of it is told all the same.
func TestADialOnALoopIsTimed(t *testing.T) {
	o := Options{Timed: true, Timeout: 50 * time.Millisecond, TimeoutFlag: "--connect-timeout"}
	for addr, kind := range map[string]Kind{"127.0.0.1:1": KindRefused, fullListener(t): KindTimeout} {
		err := dialOnLoop(context.Background(), t, o, addr)
		var e *Error
		if !errors.As(err, &e) || len(e.Attempts) != 1 || e.Attempts[0].Addr != addr || KindOf(e.Attempts[0].Err) != kind ||
			kind == KindTimeout && e.Attempts[0].Took != o.Timeout {
			t.Errorf("%v with %+v", err, e)
		}
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	end, err := endOnLoop(context.Background(), t, o, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if tm := end.Timings; tm == nil || tm.Connect == 0 || len(tm.Attempts) != 1 || !tm.Attempts[0].Connected || tm.Begun.IsZero() {
		t.Errorf("%+v", tm)
	}
	_ = end.Close()
}

// What an event loop does not count itself, how long nothing has passed, the kernel tells.
func TestIdleOnALoopIsTheKernels(t *testing.T) {
	for _, r := range rows() {
		if !r.loop || !r.resets {
			continue
		}
		far, peer := pair(t, r)
		_, end := r.nearEnd(t, nil)
		m := &Monitor{}
		joined := make(chan Outcome, 1)
		go func() { joined <- r.pump(context.Background(), Pump{Monitor: m}, end, far) }()
		if _, err := peer.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		var least time.Duration
		for begin := time.Now(); least < slowness; time.Sleep(time.Millisecond) {
			if list := m.Report(); len(list) == 1 && list[0].Received == 5 {
				least = list[0].Idle
			}
			if time.Since(begin) > patience {
				t.Fatalf("%s: idle for %v", r.name, least)
			}
		}
		_ = peer.Close()
		<-joined
	}
}
