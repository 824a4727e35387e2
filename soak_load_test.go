package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The load of a soak: many clients at once, each of which comes back when it has gone.

// soakLargest is the most that a client says in a session.
const soakLargest = 1 << 20

// A soakLoad is what all clients of a server share.
type soakLoad struct {
	t       *testing.T
	row     soakRow
	address string // as --ready-fd tells it
	ledger  *soakLedger
	noise   []byte // what is said is a part of it, which begins anywhere
	serial  atomic.Int64
	broken  atomic.Int64 // clients that have failed
}

func newSoakLoad(t *testing.T, row soakRow, address string) *soakLoad {
	return &soakLoad{t: t, row: row, address: address, ledger: newSoakLedger(row.files || row.tally), noise: pattern(2 * soakLargest)}
}

// lasts has clients come and go, until so much time has passed and each has come once.
func (l *soakLoad) lasts(d time.Duration, seed uint64) {
	var clients sync.WaitGroup
	until := time.Now().Add(d)
	for i := range l.row.clients {
		clients.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			for first := true; first || time.Now().Before(until); first = false {
				if name, err := l.visits(i, rng); err != nil {
					if l.broken.Add(1) <= 10 {
						l.t.Errorf("client %d %s: %v", i, name, err)
					}
					return
				}
			}
		})
	}
	clients.Wait()
}

// visits is one session, or what a client that has no manners makes of it.
func (l *soakLoad) visits(i int, rng *rand.Rand) (string, error) {
	if l.row.isDatagrams() {
		return "of datagrams", l.writes(rng)
	}
	manners := soakManners()
	if strings.HasPrefix(l.address, "tls:") {
		manners = append(manners, soakStrangers()...)
	}
	manner := manners[rng.IntN(len(manners))]
	c := &soakClient{rng: rng, reply: l.row.reply, piece: 1 + rng.IntN(32<<10), buf: make([]byte, 64<<10)}
	largest := soakLargest
	if l.row.files {
		largest >>= 4 // they stay on the disk until they are looked at
	}
	at := rng.IntN(soakLargest)
	c.data = l.noise[at:][:rng.IntN(1+largest>>rng.IntN(21))]
	if l.row.tally {
		c.data = soakOfOne(byte(i), len(c.data))
	}
	if err := l.dials(c, soakSource(i)); err != nil {
		return "connects", err
	}
	defer c.raw.Close()
	_ = c.raw.SetDeadline(time.Now().Add(patience))
	peer := c.raw.LocalAddr().String()
	var err error
	if manner.orderly {
		err = c.begins()
	}
	if err == nil {
		err = manner.do(c)
	}
	orderly := manner.orderly
	if l.row.reply == soakOthers { // a broker may drop who holds the others up
		orderly, err = false, soakHung(err)
	}
	v := soakVisit{orderly: orderly, said: c.said, heard: c.heard, value: byte(i)}
	if l.row.files {
		v.data = c.data[:c.said]
	}
	l.ledger.enters(peer, v)
	return manner.name, err
}

// soakOfOne is n bytes of one value, by which a client is known in what many have said.
func soakOfOne(value byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = value
	}
	return b
}

// soakSource is the address of a client: each has one, where all of 127/8 is this host's, so
// that a port seldom stands for two sessions. Empty is any.
func soakSource(i int) string {
	if runtime.GOOS != "linux" {
		return ""
	}
	return fmt.Sprintf("127.0.1.%d", 1+i)
}

// dials connects a client.
func (l *soakLoad) dials(c *soakClient, from string) error {
	conn, err := l.socket(from)
	if err != nil {
		return err
	}
	c.raw, c.conn = conn, conn.(halfCloser)
	if strings.HasPrefix(l.address, "tls:") {
		c.conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true}) // it was made for this run
	}
	return nil
}

// socket connects to where fid listens; a Unix socket has a name of its own, by which fid
// tells of it, and others the address from, if there is one.
func (l *soakLoad) socket(from string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	scheme, rest, found := strings.Cut(l.address, ":")
	network := map[string]string{"unix": "unix", "unix-seqpacket": "unixpacket", "unix-dgram": "unixgram", "udp": "udp", "tls": "tcp"}[scheme]
	if network == "" || !found {
		network, rest = "tcp", l.address
	}
	var d net.Dialer
	switch {
	case strings.HasPrefix(network, "unix"):
		d.LocalAddr = &net.UnixAddr{Net: network, Name: fmt.Sprintf("@soak-%d-%d", os.Getpid(), l.serial.Add(1))}
	case from != "" && network == "tcp":
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	case from != "":
		d.LocalAddr = &net.UDPAddr{IP: net.ParseIP(from)}
	}
	return d.DialContext(ctx, network, rest)
}

// writes is what a client of datagrams does: it may vanish, and comes back elsewhere. Who
// vanishes has an address of its own kind, or its answer could reach who has its port next.
func (l *soakLoad) writes(rng *rand.Rand) error {
	defer time.Sleep(time.Duration(rng.Int64N(int64(500 * time.Millisecond)))) // a session costs a buffer for as long as it may come back
	if rng.IntN(2) == 0 {
		if err := l.corresponds("127.0.0.2", rng, (*soakCorrespondent).vanishes); err != nil {
			return err
		}
	}
	return l.corresponds("127.0.0.1", rng, (*soakCorrespondent).corresponds)
}

func (l *soakLoad) corresponds(from string, rng *rand.Rand, do func(*soakCorrespondent) error) error {
	conn, err := l.socket(from)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	c := &soakCorrespondent{rng: rng, conn: conn, reply: l.row.reply, data: l.noise}
	peer := conn.LocalAddr().String()
	err = do(c)
	l.ledger.enters(peer, soakVisit{orderly: err == nil, said: c.said, heard: c.heard})
	return err
}
