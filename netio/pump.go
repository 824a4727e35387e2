package netio

import (
	"context"
	"time"
)

// A FIN policy says when a session's own direction to the far end is ended
// after the near end's input has ended.
type FIN int

// The policies. The zero value sends the FIN at the input's end, but holds it
// back where there was no input at all: a receiver that sends FIN at once makes
// other tools stop sending.
const (
	FINAuto FIN = iota
	FINNow      // at the input's end, even where there was none (-N)
	FINHeld     // only when the far end has finished (--no-half-close)
)

// Rules say how a session ends. The zero Rules wait for both sides, for ever.
type Rules struct {
	FIN      FIN
	Hangup   bool // the far end's FIN ends the session
	SendOnly bool // the session ends when what was sent is acknowledged

	Linger    time.Duration // after the near input's end, how long the reply is read; see Bounded
	Bounded   bool          // Linger is meant, also where it is 0
	FirstByte time.Duration // how long to wait for the far end's first byte; 0 is for ever
	Idle      time.Duration // how long no byte may pass either way; 0 is for ever
	IdleFlag  string        // the flag that set Idle, for the message
	IdleEnds  bool          // Idle is an end in order once the near input has ended (-w)
	HalfOpen  time.Duration // Idle's limit once one side has ended, where it is shorter; 0 is for ever
	Watch     time.Duration // how often to look for a reset end whose bytes cannot be passed on; 0 is never
	MaxRead   int           // the most bytes of one Read and Write of a stream; 0 is what suits the ends

	// Datagrams of a transport that has no end. The zero values end the session
	// with the near input, whatever came.
	Quiet     time.Duration // after the near input's end, how long none may pass either way for the far end to have finished; below 0 is for ever
	IdleOver  bool          // Idle is an end in order at any time
	Datagrams int           // the session ends when so many were received; 0 is no limit
}

// An Outcome is what came of a session.
type Outcome struct {
	Sent, Received int64         // bytes handed to the far and to the near end; in a Loop, to and from its end
	First          string        // who ended first: "near", "far" (a Loop's end) or, where nobody did, ""
	Duration       time.Duration // from the joint to the end
	Digest         *Digest       // of what went each way, where that was asked for and Err is nil
	SpeaksTLS      bool          // all that the far end said was a TLS alert, and no TLS was asked for

	FirstByte time.Duration // from the joint to the far end's first byte; 0: none came
	Timings   *Timings      // of how the far end was opened; nil where nobody asked
	Total     time.Duration // from Timings.Begun to the end; 0 without Timings
	Near, Far *TCPInfo      // what the kernel told at the end (Monitor.Sockets); nil where there is no TCP
	Unacked   int64         // of Sent, what the far end's kernel had not acknowledged then (Monitor.Sockets)

	Err error // nil: all delivered, both sides ended in order
}

// A Pump joins two ends. It is the only joint: modes differ in what they join.
type Pump struct {
	Rules   Rules
	Note    func(what string) // told what a person might wonder about; may be nil
	Monitor *Monitor          // knows of its sessions; may be nil
}

// Join moves bytes between near and far until the session has ended, and closes
// both. When ctx ends it resets both, and its cause is the Outcome's error.
func (p Pump) Join(ctx context.Context, near, far *End) Outcome {
	return p.run(ctx, near, far)
}

// Loop sends back what end says until it finishes, and closes it.
func (p Pump) Loop(ctx context.Context, end *End) Outcome {
	return p.run(ctx, end, end)
}

func (p Pump) run(ctx context.Context, near, far *End) Outcome {
	g := &goroutines{events: make(chan event, maxEvents), largest: p.Rules.MaxRead}
	switch {
	case g.largest != 0:
	case near.Sock == nil:
		g.largest = maxStdioBuffer
	default:
		g.largest = maxBuffer
	}
	g.session.begin(&p, near, far, g)
	return g.outcome(g.run(ctx))
}
