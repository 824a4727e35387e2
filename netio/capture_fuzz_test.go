package netio

import "testing"

// FuzzDatagramCapture: whatever comes in datagrams from whomever, the file is one that every
// reader takes, and all of it is in there.
func FuzzDatagramCapture(f *testing.F) {
	f.Add([]byte("to and fro"), []byte{1, 2, 3}, "192.0.2.1:80", "[::]:53")
	f.Add([]byte{}, []byte{}, "[fe80::1%lo]:1", "127.0.0.1:2")
	f.Add(noise(300), []byte{255, 1}, "/tmp/a\nb\xff", "@")
	f.Fuzz(func(t *testing.T, b, cuts []byte, from, local string) {
		w := newWire(t)
		c, end := w.capture()
		pieces := cutUp(b, cuts)
		s := c.Layer(&End{Stream: &tape{gives: cutUp(b, cuts)}, Datagram: 65507, Peer: from, Name: string(b),
			Sock: &Socket{conn: &peer{particulars: particulars{local: addrAt(local)}}}})
		for _, p := range pieces {
			if _, err := s.Write(p); err != nil {
				t.Fatal(err)
			}
		}
		for range pieces {
			if _, err := s.Read(make([]byte, 65536)); err != nil {
				t.Fatal(err)
			}
		}
		end()
		var size [3]int
		for _, p := range w.packets {
			size[p.went] += p.size
		}
		if len(w.packets) < 1000 && (size[inbound] != len(b) || size[outbound] != len(b)) {
			t.Errorf("%d bytes in, %d out, of %d", size[inbound], size[outbound], len(b))
		}
	})
}
