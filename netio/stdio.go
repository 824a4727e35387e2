package netio

import (
	"context"
	"io"
	"sync"
)

// Stdio is the near end of listen and connect: standard input and output.
type Stdio struct {
	NoInput  bool // input is not wanted: taken as closed (-d, --recv-only)
	NoOutput bool // output is not wanted: what comes is thrown away (--send-only)
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
	return end, nil
}

// SharedOutput is the near end of several sessions at once that have no input:
// each Read of one of them is one Write here, never mixed with another's.
type SharedOutput struct {
	mu  sync.Mutex
	end *End
}

// NewSharedOutput makes a SharedOutput of standard output, or of nothing where
// output is not wanted.
func NewSharedOutput(ctx context.Context, noOutput bool) (*SharedOutput, error) {
	end, err := Stdio{NoInput: true, NoOutput: noOutput}.Dial(ctx)
	return &SharedOutput{end: end}, err
}

// End returns an End of the shared output for one more session. Ending the
// session leaves standard output open.
func (s *SharedOutput) End() *End {
	return &End{Stream: &share{s}, Name: s.end.Name, Input: InputNone}
}

type share struct{ *SharedOutput }

func (s *share) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.end.Write(p)
}

func (s *share) Read([]byte) (int, error) { return 0, io.EOF }
func (s *share) CloseWrite() error        { return nil }
func (s *share) Close() error             { return nil }

// Close ends standard output; its error is that of the last write to reach the disk.
func (s *SharedOutput) Close() error {
	if err := s.end.CloseWrite(); err != nil {
		return localError(s.end.Name, err)
	}
	return nil
}

// AwaitReaderGone returns nil when nobody reads standard output any more, and
// an error when that cannot be told here or Close comes first.
func (s *SharedOutput) AwaitReaderGone() error {
	w, ok := s.end.Stream.(interface{ awaitReaderGone() error })
	if !ok {
		return errStopped
	}
	return w.awaitReaderGone()
}
