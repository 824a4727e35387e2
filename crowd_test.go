//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"fid/netio"
)

// crowd is how many clients are there at the same time.
const crowd = 5000

func TestCrowdIsServedAllAtOnce(t *testing.T) {
	if limit := netio.DescriptorLimit(); limit < 2*crowd+100 {
		t.Skipf("%d descriptors are too few for %d clients", limit, crowd)
	}
	_, echo := serving(t, nil, nil, "echo", "127.0.0.1:0")
	_, relay := serving(t, nil, nil, "relay", "127.0.0.1:0", echo)
	for name, addr := range map[string]string{"echo": echo, "relay": relay} {
		begin := time.Now()
		clients := make([]net.Conn, crowd)
		for i := range clients {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_ = c.SetDeadline(time.Now().Add(patience))
			clients[i] = c
		}
		held := time.Since(begin)
		var served sync.WaitGroup
		for i, c := range clients {
			served.Go(func() {
				sent := fmt.Appendf(nil, "%0100d", i)
				got := make([]byte, len(sent))
				if _, err := c.Write(sent); err != nil {
					t.Errorf("client %d of %s: %v", i, name, err)
				} else if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, sent) {
					t.Errorf("client %d of %s: %q, %v", i, name, got, err)
				}
			})
		}
		served.Wait()
		t.Logf("%s: %d clients held after %v, all answered after %v", name, crowd, held, time.Since(begin))
	}
}
