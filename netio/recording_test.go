package netio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// RecordTo returns an open Recording.
func RecordTo(name string, to io.Writer, failed func(error)) *Recording {
	r := NewRecording(name, nil, failed)
	r.to = to
	return r
}

// write waits for room, as a stream that is recorded does, and records.
func (r *Recording) write(record []byte) {
	_ = (&hold{rec: r}).await()
	r.add(record)
}

// A fullDisk has room for some bytes.
type fullDisk struct {
	bytes.Buffer
	room int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), d.room)
	d.room -= n
	d.Buffer.Write(p[:n])
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func TestAFullDiskUnderARecordingIsToldOnceAndHarmsNoSession(t *testing.T) {
	for _, room := range []int{0, 100, 1 << 20} {
		told := make(chan error, 9)
		rec := RecordTo("the file", &fullDisk{room: room}, func(err error) { told <- err })
		far, peer := pair(t, rowOf("tcp4"))
		far.Stream = NewCapture(rec, "").Layer(far)
		data := noise(4 << 20)
		go Pump{}.Loop(context.Background(), peer)
		n := near{in: bytes.NewReader(data), stopped: make(chan struct{})}
		o := Pump{}.Join(context.Background(), &End{Stream: &n, Name: "near"}, far)
		if o.Err != nil || !bytes.Equal(n.out.Bytes(), data) {
			t.Errorf("%+v, %d bytes", o, n.out.Len())
		}
		first := <-told
		if err := rec.Close(context.Background(), 0); err != first || KindOf(err) != KindLocal || err.Error() != "the file: no space left on device" || len(told) > 0 {
			t.Errorf("%v, then %v", first, err)
		}
	}
}

func TestARecordThatWasWrittenInPartIsTakenBack(t *testing.T) {
	f, err := os.Create(t.TempDir() + "/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ends := []int{10, 25, 30}
	for written, whole := range map[int]int64{0: 0, 9: 0, 10: 10, 11: 10, 24: 10, 25: 25, 29: 25, 30: 30} {
		_, err := f.Write(append([]byte("before"), noise(written)...))
		if err != nil {
			t.Fatal(err)
		}
		cutBack(f, written, ends)
		if st, err := f.Stat(); err != nil || st.Size() != 6+whole {
			t.Errorf("%d of %v written: %d bytes are left, %v", written, ends, st.Size()-6, err)
		}
		_ = f.Truncate(0)
		_, _ = f.Seek(0, io.SeekStart)
	}
	cutBack(io.Discard, 5, ends) // what is no file keeps what it has
}

func TestARecordingWithoutAReaderSaysSo(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	_ = r.Close()
	rec := RecordTo("the pipe", w, func(error) {})
	rec.write([]byte("record"))
	if err := rec.Close(context.Background(), 0); KindOf(err) != KindLocal || err.Error() != "the pipe: nobody reads it any more" {
		t.Error(err)
	}
}

// A reader who has stopped makes a session wait, but not its end.
func TestAStuckReaderOfARecordingHoldsUpNoEnd(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	rec := RecordTo("the pipe", w, func(err error) { t.Error(err) })
	far, peer := pair(t, rowOf("tcp4"))
	c := NewCapture(rec, "")
	far.Stream = c.Layer(far)
	go Pump{}.Loop(context.Background(), peer)
	ctx, cancel := context.WithCancelCause(context.Background())
	cause := errors.New("called off")
	go func() {
		for !rec.isFull() {
			time.Sleep(time.Millisecond)
		}
		cancel(cause)
	}()
	n := near{in: zeros{}, stopped: make(chan struct{})}
	if o := (Pump{}).Join(ctx, &End{Stream: &n, Name: "near"}, far); o.Err != cause {
		t.Errorf("%+v", o)
	}
	c.Layer(&End{Stream: &tape{}}) // a client is still taken
	if err := rec.Close(ctx, 0); err == nil || !strings.Contains(err.Error(), "nobody reads it") {
		t.Error(err)
	}
	rec.write([]byte("what comes now is nobody's"))
	go func() { _, _ = io.Copy(io.Discard, r) }()
	<-rec.done()
	_, _ = w.Close(), r.Close()
}

func (r *Recording) isFull() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.waiting) > maxUnwritten
}

func (r *Recording) done() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.written == nil {
		over := make(chan struct{})
		close(over)
		return over
	}
	return r.written
}

func TestASlowReaderOfARecordingGetsAllOfIt(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	rec := RecordTo("the pipe", w, func(err error) { t.Error(err) })
	got := make(chan []byte)
	go func() {
		all, _ := io.ReadAll(r)
		got <- all
	}()
	data := noise(5000000)
	for at := 0; at < len(data); at += 100 {
		rec.write(data[at:][:100])
	}
	if err := rec.Close(context.Background(), 0); err != nil {
		t.Error(err)
	}
	_ = w.Close()
	if all := <-got; !bytes.Equal(all, data) {
		t.Errorf("%d of %d bytes", len(all), len(data))
	}
}

// A clock had the reader stuck: he is waited for while he takes anything.
func TestAReaderOfARecordingIsWaitedForWhileHeTakesAnything(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rec := RecordTo("the pipe", w, func(err error) { t.Error(err) })
	for range 20 {
		rec.add(noise(60_000))
	}
	closed := make(chan error, 1)
	go func() { closed <- rec.Close(context.Background(), time.Second) }()
	for range 15 { // longer than the patience in all
		time.Sleep(100 * time.Millisecond)
		if _, err := io.ReadFull(r, make([]byte, 60_000)); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case err := <-closed:
		t.Fatal(err, " before he has stopped")
	default:
	}
	if err := <-closed; err == nil || !strings.Contains(err.Error(), "nobody reads it") {
		t.Error(err)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r, 5*60_000))
	<-rec.done()
	_ = w.Close()
}

func TestAFileThatCannotBeOpenedIsNoRecording(t *testing.T) {
	path := t.TempDir() + "/none/file"
	if err := NewRecording(path, nil, nil).Open(t.Context()); KindOf(err) != KindLocal || !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}
