package netio

import (
	"context"
	"io"
	"strings"
	"testing"
)

// The pump's own cost, a message or a block at a time, with what it allocates:
//
//	go test -run '^$' -bench . ./netio

// relay joins two sockets under the row's engine and returns what is behind them.
func (r row) relay(t testing.TB) (client, server *End) {
	client, near := pair(t, r)
	far, server := pair(t, r)
	done := make(chan struct{})
	go func() { r.join(context.Background(), Rules{}, near, far); close(done) }()
	t.Cleanup(func() {
		_ = client.Close()
		_ = server.Close()
		<-done
	})
	return client, server
}

// through sends p to a relay and reads it behind.
func through(t testing.TB, client, server *End, p []byte) {
	var sent chan error
	if len(p) > minBuffer { // it may not fit on the way
		sent = make(chan error, 1)
		go func() { _, err := client.Write(p); sent <- err }()
	} else if _, err := client.Write(p); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(server, p); err != nil {
		t.Fatal(err)
	}
	if sent != nil {
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkPump(b *testing.B) {
	for _, r := range rows() {
		for _, size := range []struct {
			name  string
			bytes int
		}{{"message of 64 B", 64}, {"block of 1 MiB", 1 << 20}} {
			b.Run(r.name+", "+size.name, func(b *testing.B) {
				client, server := r.relay(b)
				p := make([]byte, size.bytes)
				b.SetBytes(int64(size.bytes))
				b.ReportAllocs()
				for b.Loop() {
					through(b, client, server, p)
				}
			})
		}
	}
}

func TestMessageThroughAPumpAllocatesNothing(t *testing.T) {
	for _, r := range rows() {
		if strings.HasPrefix(r.name, "tls") || strings.HasSuffix(r.name, "captured") || strings.HasSuffix(r.name, "dump") {
			continue // crypto/tls allocates, and so does what records
		}
		t.Run(r.name, func(t *testing.T) {
			client, server := r.relay(t)
			p := make([]byte, 64)
			through(t, client, server, p)
			if n := testing.AllocsPerRun(200, func() { through(t, client, server, p) }); n > 0 {
				t.Errorf("%g allocations a message", n)
			}
		})
	}
}
