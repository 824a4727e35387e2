package netio

import (
	"context"
	"sync"
)

// Stdio is the near end of listen and connect: standard input and output.
type Stdio struct {
	NoInput   bool // input is not wanted: taken as closed (-d, --recv-only)
	NoOutput  bool // output is not wanted: what comes is thrown away (--send-only)
	RawOutput bool // a terminal as standard output gets control bytes as they are (--raw-output)

	Terminal    *RawTerminal // is standard input, and raw during the session (--raw); nil is as it is
	FirstOutput func()       // told before standard output, a terminal, is first written to; nil is nobody
}

// Dial returns the End of standard input and output. It fails where standard
// input cannot be read at all.
func (s Stdio) Dial(context.Context) (*End, error) {
	std, err := openStdio(s)
	if err != nil {
		return nil, err
	}
	if std.output == InputTerminal && !s.RawOutput && s.Terminal == nil {
		std.escaper = &escaper{to: writeFunc(std.write)}
	}
	end := &End{Stream: std, Name: "standard output", Input: std.input, Size: std.size}
	if s.NoInput {
		end.Input, end.Size = InputNone, 0
	}
	if s.Terminal != nil {
		end.Stream = newRawStdio(std, s.Terminal)
	}
	if s.FirstOutput != nil && std.output == InputTerminal {
		first := sync.OnceFunc(s.FirstOutput)
		end.paces(pacing{piece: func(p []byte) int { first(); return len(p) }})
	}
	return end, nil
}

// Write returns how much of p was taken, whatever a terminal is given for it.
func (s *stdio) Write(p []byte) (int, error) {
	if s.escaper != nil {
		return s.escaper.Write(p)
	}
	return s.write(p)
}

// flush shows what a terminal was not given yet.
func (s *stdio) flush() error {
	if s.escaper == nil {
		return nil
	}
	return s.escaper.flush()
}
