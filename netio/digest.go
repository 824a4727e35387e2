package netio

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"slices"
	"sync"
)

// A Digest is that of all bytes of a session that went each way over the network, in
// hexadecimal: of datagrams one after the other.
type Digest struct {
	Algorithm      string // as the user typed it
	Sent, Received string // as in Outcome
}

// An algorithm of digests has the name that is typed.
type algorithm struct {
	name string
	hash func() hash.Hash
}

// algorithms is the table of them: those for which there is a tool that checks files.
func algorithms() []algorithm {
	return []algorithm{{"sha256", sha256.New}, {"sha512", sha512.New}, {"sha1", sha1.New}, {"md5", md5.New}}
}

// Algorithms returns the names of the digests that Digested makes.
func Algorithms() (names []string) {
	for _, a := range algorithms() {
		names = append(names, a.name)
	}
	return names
}

// Digested returns the Layer of --digest, whose Digest is in the session's Outcome; nil
// where name is none of Algorithms. It digests what passes it: what the layers above it
// make of the data.
func Digested(name string) Layer {
	i := slices.Index(Algorithms(), name)
	if i < 0 {
		return nil
	}
	return func(e *End) Stream {
		d := &digested{Stream: e.Stream, algorithm: name}
		d.written.hash, d.read.hash = algorithms()[i].hash(), algorithms()[i].hash()
		e.digest = d
		return d
	}
}

type digested struct {
	Stream
	algorithm     string
	read, written running
}

// Running is a digest of what came so far. A layer above may still write when the session
// has ended.
type running struct {
	mu   sync.Mutex
	hash hash.Hash
}

func (r *running) add(p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, _ = r.hash.Write(p) // never fails (hash.Hash)
}

func (r *running) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return hex.EncodeToString(r.hash.Sum(nil))
}

func (d *digested) Read(p []byte) (int, error) {
	n, err := d.Stream.Read(p)
	d.read.add(p[:n])
	return n, err
}

func (d *digested) Write(p []byte) (int, error) {
	n, err := d.Stream.Write(p)
	d.written.add(p[:n])
	return n, err
}

// digest returns that of a session that has ended in order. One that failed has none: it
// could be taken for that of the whole.
func (s *session) digest(err error) *Digest {
	switch {
	case err != nil:
		return nil
	case s.far.digest != nil:
		d := s.far.digest
		return &Digest{d.algorithm, d.written.String(), d.read.String()}
	case s.near.digest != nil:
		d := s.near.digest
		return &Digest{d.algorithm, d.read.String(), d.written.String()}
	}
	return nil
}
