//go:build unix

package netio

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// startCommand returns the end of a command that was started for nobody.
func startCommand(t *testing.T, line string, o Options) *End {
	t.Helper()
	a, err := CommandAddress(line)
	if err != nil {
		t.Fatal(err)
	}
	d, err := a.Dialer(o)
	if err != nil {
		t.Fatal(err)
	}
	end, err := d.Dial(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return end
}

// An overwritten Stream hides all that is not in the interface.
type observed struct{ Stream }

func TestConformanceOfCommands(t *testing.T) {
	layered := Options{Layers: []Layer{func(e *End) Stream { return &observed{e.Stream} }}}
	for name, part := range map[string]func(*testing.T, Options){
		"a big transfer comes back whole":       commandBigTransfer,
		"a half-closed request is answered":     commandHalfClose,
		"a cancelled session ends at once":      commandCancelled,
		"an idle session ends by its clock":     commandIdle,
		"a failure is the session's, once only": commandFails,
	} {
		for options, o := range map[string]Options{"": {}, " behind a layer": layered} {
			t.Run("exec"+options+": "+name, func(t *testing.T) {
				before := runtime.NumGoroutine()
				part(t, o)
				noGoroutinesLeft(t, before)
			})
		}
	}
}

func commandBigTransfer(t *testing.T, o Options) {
	data := noise(16 << 20)
	n, end := row{}.nearEnd(t, bytes.NewReader(data))
	out := Pump{}.Join(context.Background(), end, startCommand(t, "cat", o))
	if out.Err != nil || out.Sent != int64(len(data)) || sha256.Sum256(n.output()) != sha256.Sum256(data) {
		t.Errorf("%+v, %d bytes", out, n.out.Len())
	}
}

func commandHalfClose(t *testing.T, o Options) {
	n, end := row{}.nearEnd(t, strings.NewReader("question"))
	out := Pump{}.Join(context.Background(), end, startCommand(t, `sh -c 'q=$(cat); printf "%s answered" "$q"'`, o))
	if out.Err != nil || string(n.output()) != "question answered" || out.First != "near" {
		t.Errorf("%+v, %q", out, n.out.String())
	}
}

func commandCancelled(t *testing.T, o Options) {
	_, end := row{}.nearEnd(t, nil)
	far := startCommand(t, "sleep 1000", o)
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("called off")
	go cancel(cause)
	if out := (Pump{}).Join(ctx, end, far); out.Err != cause {
		t.Errorf("%+v", out)
	}
	noProcessLeft(t, far)
}

func commandIdle(t *testing.T, o Options) {
	_, end := row{}.nearEnd(t, nil)
	far := startCommand(t, "sleep 1000", o)
	out := Pump{Rules: Rules{Idle: 50 * time.Millisecond, IdleFlag: "--idle-timeout"}}.Join(context.Background(), end, far)
	if KindOf(out.Err) != KindTimeout {
		t.Errorf("%+v", out)
	}
	noProcessLeft(t, far)
}

func commandFails(t *testing.T, o Options) {
	far, peer := pair(t, rows()[0])
	near := startCommand(t, "sh -c 'echo before; exit 3'", o)
	joined := make(chan Outcome, 1)
	go func() { joined <- Pump{}.Join(context.Background(), near, far) }()
	got := make([]byte, 100)
	n, _ := peer.Read(got)
	_, err := peer.Read(got[n:])
	out := <-joined
	var e *Error
	if string(got[:n]) != "before\n" || !isReset(err) || !errors.As(out.Err, &e) || e.Kind != KindLocal || e.ChildStatus != 3 {
		t.Errorf("%q, %v, %+v", got[:n], err, out)
	}
	_ = peer.Close()
}

// noProcessLeft: the session has waited for its process.
func noProcessLeft(t *testing.T, e *End) {
	t.Helper()
	if p := e.process.(*process); !isClosed(p.gone) || syscall.Kill(p.pid, 0) != syscall.ESRCH {
		t.Errorf("process %d is left", p.pid)
	}
}

func TestWordsAreSplitAsShDoes(t *testing.T) {
	for _, line := range []string{
		`a b`, `  a   b  `, `'a b' c`, `"a b"c`, `a\ b`, `a\\b`, `"a\"b"`, `"a\b"`, `'a\b'`, `''`, `a '' b`, `""`, `a""b`, `"a
b"`, "a\tb", "a\\\nb", `'it'\''s'`, `"\$HOME \` + "`" + `"`, `\'`, `a\`, `"'"`, `'"'`,
	} {
		said, err := exec.Command("sh", "-c", "set -f; printf '%s\\0' "+line).Output()
		words, open := splitWords(line)
		if got := strings.Join(words, "\x00") + "\x00"; err != nil || open || got != string(said) {
			t.Errorf("%q is %q, of sh %q (%v)", line, words, said, err)
		}
	}
	if words, _ := splitWords("a\nb"); len(words) != 2 { // to sh it ends the command
		t.Errorf("a newline makes %q", words)
	}
	for _, line := range []string{`'a`, `"a`, `a "b\"`, `'`} {
		if words, open := splitWords(line); !open {
			t.Errorf("%q is %q, and no quote open", line, words)
		}
	}
}

func FuzzSplitWords(f *testing.F) {
	for _, line := range []string{`a 'b c' "d\"e" \f`, `''`, `'`, `\`, "a\\\nb", `a"b'c"d'e"f'`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, open := splitWords(line)
		if open {
			return
		}
		for i := range words {
			words[i] = "'" + strings.ReplaceAll(words[i], "'", `'\''`) + "'"
		}
		quoted := strings.Join(words, " ")
		again, open := splitWords(quoted)
		for i := range again {
			again[i] = "'" + strings.ReplaceAll(again[i], "'", `'\''`) + "'"
		}
		if open || strings.Join(again, " ") != quoted {
			t.Errorf("%q gives %q, and those quoted %q", line, words, again)
		}
	})
}

func TestInheritedDescriptorsAreSealedOneByOneWhereTheKernelCannot(t *testing.T) {
	fd, err := unix.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	sealEach()
	if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("flags %d, %v: a command would inherit it", flags, err)
	}
}
