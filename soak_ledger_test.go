package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"fid/modes"
)

// A soakLedger has what the clients of a server know of their sessions, by their address.
// One address can have had several: a port is used again.
type soakLedger struct {
	mu       sync.Mutex
	accounts map[string]*soakAccount
	visits   []soakVisit // all of them; only where outputs are compared with them
	keeps    bool        // such visits
}

type soakAccount struct {
	sessions, orderly int
	owed, most        int64 // bytes said: of orderly sessions, and of all
	heard             int64
}

// A soakVisit is one session as its client knows it.
type soakVisit struct {
	peer        string
	orderly     bool
	said, heard int64
	data        []byte // what was said, where files are compared with it
	value       byte   // … which it is all of, where values are tallied
}

func newSoakLedger(keeps bool) *soakLedger {
	return &soakLedger{accounts: map[string]*soakAccount{}, keeps: keeps}
}

// enters writes down a session that is over.
func (l *soakLedger) enters(peer string, v soakVisit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[peer]
	if a == nil {
		a = &soakAccount{}
		l.accounts[peer] = a
	}
	a.sessions++
	a.most += v.said
	a.heard += v.heard
	if v.orderly {
		a.orderly++
		a.owed += v.said
	}
	if l.keeps {
		v.peer = peer
		l.visits = append(l.visits, v)
	}
}

// A soakTold is what fid told of an address in --json.
type soakTold struct {
	ended, delivered int
	up, down         int64 // from the client, and to it
}

// A soakRecord is what is read of a line of --json.
type soakRecord struct {
	Event, Peer, End, Error, Text string
	Sent, Received                int64
	Code, Sessions                int
}

// soakLog gives what is in a file of --json, which may be more than memory has room for.
func soakLog(t *testing.T, path string) iter.Seq[soakRecord] {
	return func(yield func(soakRecord) bool) {
		t.Helper()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var r soakRecord
			if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
				t.Fatalf("%q: %v", lines.Text(), err)
			}
			if !yield(r) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// soakNumbers are what makes two messages differ that say the same.
var soakNumbers = regexp.MustCompile(`[0-9.]+`)

// soakSum looks at each session's end, which must be one of the words of ends if it is not
// delivered, and compares their sum, which it returns, with the summary: no event is missing.
// each is given every record.
func soakSum(t *testing.T, mode, ends string, records iter.Seq[soakRecord], each func(soakRecord)) (up, down int64) {
	t.Helper()
	var accepted, ended int
	var total soakRecord // the last one
	strange, example := map[string]int{}, map[string]soakRecord{}
	for r := range records {
		each(r)
		total = r
		switch r.Event {
		case modes.Accepted:
			accepted++
		case modes.Ended:
			u, d := soakWays(mode, r)
			ended, up, down = ended+1, up+u, down+d
			if r.Code != 0 && !strings.Contains(ends, r.End) {
				what := r.End + ": " + soakNumbers.ReplaceAllString(r.Error, "N")
				strange[what], example[what] = strange[what]+1, r
			}
		case modes.Note:
			if !strings.Contains(r.Text, "has finished") { // a half-open session goes on, which may take long here
				strange[r.Text]++
			}
		}
	}
	u, d := soakWays(mode, total)
	if total.Event != "summary" || accepted != ended || total.Sessions != ended || u != up || d != down {
		t.Errorf("fid %s: %d clients came, %d sessions ended with %d and %d bytes; the last line is %+v",
			mode, accepted, ended, up, down, total)
	}
	for what, times := range strange {
		t.Errorf("fid %s said %d times %q, as in %+v", mode, times, what, example[what])
	}
	t.Logf("fid %s: %d sessions, %d bytes from clients, %d to them", mode, ended, up, down)
	return up, down
}

// A soakClients is what was told of each address.
type soakClients map[string]*soakTold

// adds adds a record.
func (c soakClients) adds(mode string, r soakRecord) {
	if r.Event != modes.Accepted && r.Event != modes.Ended {
		return
	}
	one := c[r.Peer]
	if one == nil {
		one = &soakTold{}
		c[r.Peer] = one
	}
	if r.Event == modes.Accepted {
		return
	}
	up, down := soakWays(mode, r)
	one.ended, one.up, one.down = one.ended+1, one.up+up, one.down+down
	if r.Code == 0 {
		one.delivered++
	}
}

// soakWays returns the bytes that came from the client and went to it; docs/json.md says
// whose they are.
func soakWays(mode string, r soakRecord) (up, down int64) {
	if mode == "relay" {
		return r.Sent, r.Received
	}
	return r.Received, r.Sent
}

// compares looks at each address: every byte of a session in order has been told, exactly
// where the address had no others, and no byte that nobody has said.
func (l *soakLedger) compares(t *testing.T, told soakClients, row soakRow) {
	t.Helper()
	complaints := 0
	complain := func(format string, args ...any) {
		if complaints++; complaints <= 10 {
			t.Errorf(format, args...)
		}
	}
	for peer, a := range l.accounts {
		one := told[peer]
		if one == nil {
			one = &soakTold{}
		}
		whose := fmt.Sprintf("%s, %d sessions of which %d in order: ", peer, a.sessions, a.orderly)
		if one.up < a.owed || one.up > a.most {
			complain("%s%d to %d bytes were said, fid tells of %d", whose, a.owed, a.most, one.up)
		}
		if row.reply == soakEchoed && (one.down < a.heard || one.down > a.most) {
			complain("%s%d bytes were heard, fid tells of %d", whose, a.heard, one.down)
		}
		if !row.isDatagrams() && (one.ended > a.sessions || one.delivered < a.orderly && row.reply != soakOthers) {
			complain("%sfid tells of %d, of which %d in order", whose, one.ended, one.delivered)
		}
	}
	for peer := range told {
		if l.accounts[peer] == nil {
			complain("fid tells of %q, who is none of the clients", peer)
		}
	}
}
