package netio

import (
	"context"
	"sync"
)

// Stdio is the near end of listen and connect: standard input and output.
type Stdio struct {
	NoInput  bool // input is not wanted: taken as closed (-d, --recv-only)
	NoOutput bool // output is not wanted: what comes is thrown away (--send-only)

	FirstOutput func() // told before standard output, a terminal, is first written to; nil is nobody
}

// Dial returns the End of standard input and output. It fails where standard
// input cannot be read at all.
func (s Stdio) Dial(context.Context) (*End, error) {
	std, err := openStdio(s)
	if err != nil {
		return nil, err
	}
	end := &End{Stream: std, Name: "standard output", Input: std.input, Size: std.size}
	if s.NoInput {
		end.Input, end.Size = InputNone, 0
	}
	if s.FirstOutput != nil && std.output == InputTerminal {
		first := sync.OnceFunc(s.FirstOutput)
		end.paces(pacing{piece: func(p []byte) int { first(); return len(p) }})
	}
	return end, nil
}
