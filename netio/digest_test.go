package netio

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"testing"
)

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// digestOf returns what comes of a session that sends and receives, seen by a layer on the
// near or the far end.
func digestOf(t *testing.T, layers []Layer, onNear bool, sends, receives []byte, reset bool) Outcome {
	t.Helper()
	far, peer := pair(t, rows()[0])
	near, user := pair(t, rows()[0])
	layered := far
	if onNear {
		layered = near
	}
	Options{Layers: layers}.layer(layered)
	go func() {
		_, _ = user.Write(sends)
		_ = user.CloseWrite()
		_, _ = io.ReadAll(user)
		_ = user.Close()
	}()
	go func() {
		_, _ = io.ReadAll(peer)
		_, _ = peer.Write(receives)
		if !reset {
			peer.CloseInOrder()
		}
		_ = peer.Close()
	}()
	return Pump{}.Join(t.Context(), near, far)
}

func TestTheDigestIsOfWhatWentEachWay(t *testing.T) {
	sends, receives := noise(3<<20), noise(1<<20)
	want := Digest{"sha256", sha(sends), sha(receives)}
	for _, onNear := range []bool{false, true} {
		o := digestOf(t, []Layer{Digested("sha256")}, onNear, sends, receives, false)
		if o.Err != nil || o.Digest == nil || *o.Digest != want {
			t.Errorf("on the near end %v: %+v, %+v", onNear, o, o.Digest)
		}
	}
	if o := digestOf(t, nil, false, sends, receives, false); o.Digest != nil {
		t.Errorf("nobody asked for %+v", o.Digest)
	}
}

func TestASessionThatFailedHasNoDigest(t *testing.T) {
	o := digestOf(t, []Layer{Digested("sha256")}, false, noise(100), noise(100), true)
	if o.Err == nil || o.Digest != nil {
		t.Errorf("%+v", o)
	}
}

// The other side digests what came, so what -C adds belongs to it.
func TestTheDigestIsOfWhatLayersMakeOfTheData(t *testing.T) {
	o := digestOf(t, []Layer{Digested("sha256"), CRLF}, false, []byte("a\nb\n"), []byte("c\n"), false)
	if o.Digest == nil || o.Digest.Sent != sha([]byte("a\r\nb\r\n")) || o.Digest.Received != sha([]byte("c\n")) {
		t.Errorf("%+v", o.Digest)
	}
}

func TestTheDigestOfALoopIsOfBothWays(t *testing.T) {
	end, peer := pair(t, rows()[0])
	Options{Layers: []Layer{Digested("md5")}}.layer(end)
	data := noise(100_000)
	go func() {
		go func() { _, _ = peer.Write(data); _ = peer.CloseWrite() }()
		_, _ = io.ReadAll(peer)
		_ = peer.Close()
	}()
	o := Pump{}.Loop(t.Context(), end)
	sum := md5.Sum(data)
	want := Digest{"md5", hex.EncodeToString(sum[:]), hex.EncodeToString(sum[:])}
	if o.Err != nil || o.Digest == nil || *o.Digest != want {
		t.Errorf("%+v, %+v", o, o.Digest)
	}
}

// What was not written is not digested, and what was is, whatever the error.
func TestTheDigestIsOfWhatTheStreamTook(t *testing.T) {
	end := &End{Stream: &breaking{}}
	s := Digested("sha256")(end)
	if n, err := s.Write([]byte("abcdef")); n != 3 || err == nil {
		t.Fatal(n, err)
	}
	b := make([]byte, 6)
	if n, err := s.Read(b); n != 3 || err == nil {
		t.Fatal(n, err)
	}
	if d := end.digest; d.written.String() != sha([]byte("abc")) || d.read.String() != sha(b[:3]) {
		t.Errorf("%s, %s", &d.written, &d.read)
	}
}

// Half is a Stream that fails in the middle.
type breaking struct{}

func (breaking) Read(p []byte) (int, error)  { return copy(p, "xyz"), errors.New("broken") }
func (breaking) Write(p []byte) (int, error) { return len(p) / 2, errors.New("broken") }
func (breaking) CloseWrite() error           { return nil }
func (breaking) Close() error                { return nil }
