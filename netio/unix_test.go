//go:build unix

package netio

import (
	"net"
	"path/filepath"
	"sync"
	"testing"
)

// Listeners that start at the same moment on a stale socket do not remove each
// other's: one of them gets it, and it answers.
func TestStaleSocketHasOneHeir(t *testing.T) {
	for range 50 {
		path := filepath.Join(t.TempDir(), "s")
		stale, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
		if err != nil {
			t.Skip("no Unix sockets in the temporary directory:", err)
		}
		stale.SetUnlinkOnClose(false)
		_ = stale.Close()
		a, err := ParseAddress("unix:"+path, ToListen)
		if err != nil {
			t.Fatal(err)
		}
		heirs := make(chan Listener, 4)
		var starting sync.WaitGroup
		for range cap(heirs) {
			starting.Go(func() {
				l, err := a.Listen(t.Context(), Options{})
				if err == nil {
					heirs <- l
				} else if KindOf(err) != KindBind {
					t.Error(err)
				}
			})
		}
		starting.Wait()
		if len(heirs) != 1 {
			t.Fatalf("%d listeners have the socket, want 1", len(heirs))
		}
		conn, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal("the heir does not answer:", err)
		}
		_ = conn.Close()
		_ = (<-heirs).Close()
	}
}
