package netio

import (
	"strconv"
	"sync/atomic"
	"time"
)

// A Flow counts what a session moves, while it moves: for clocks, reports and
// progress, none of which look at the bytes. The zero Flow is ready.
type Flow struct {
	Out, In direction // near to far, far to near

	started time.Time
	last    atomic.Int64 // when a byte moved last, in ns after started
}

// A direction is one way of a session. Read and Written may be asked at any time.
type direction struct {
	src, dst *End
	read     atomic.Int64
	written  atomic.Int64
	first    atomic.Int64 // when the first byte came, in ns after Flow.started; 0: none has
	blocked  atomic.Bool  // the destination has no room for what has come
	head     [2]byte      // the first bytes, where they were moved by hand
	done     bool         // set and read by the session's own goroutine only
	most     int          // the datagrams after which the source has ended; 0 is no limit
}

// Read returns how many bytes were taken from the source so far.
func (d *direction) Read() int64 { return d.read.Load() }

// Written returns how many bytes were handed to the destination so far.
func (d *direction) Written() int64 { return d.written.Load() }

// came counts n bytes that were taken from the source. It reports whether they are the first.
func (d *direction) came(f *Flow, n int) bool {
	if n == 0 || d.read.Add(int64(n)) != int64(n) {
		return false
	}
	d.first.Store(max(1, int64(time.Since(f.started))))
	return true
}

// inFlight reports whether bytes have come that the destination has not taken.
func (d *direction) inFlight() bool { return d.blocked.Load() || d.Read() > d.Written() }

func (f *Flow) touch() { f.last.Store(int64(time.Since(f.started))) }

func (f *Flow) lastMove() time.Time { return f.started.Add(time.Duration(f.last.Load())) }

// Bytes writes a count of bytes as people say it: "120 B", "4.0 GB" (1000ⁿ).
func Bytes(n int64) string {
	value, unit := scale(n, n)
	return value + " " + unit
}

// BytesOf writes a part and its whole: "1.2 of 4.0 GB", "64.0 kB of 4.0 GB", and
// to the byte where rounding would hide that they differ.
func BytesOf(part, whole int64) string {
	if part < whole/10 {
		return Bytes(part) + " of " + Bytes(whole)
	}
	value, unit := scale(part, whole)
	all, _ := scale(whole, whole)
	if value == all && part != whole {
		return strconv.FormatInt(part, 10) + " of " + strconv.FormatInt(whole, 10) + " B"
	}
	return value + " of " + all + " " + unit
}

// scale writes n in the unit that suits like.
func scale(n, like int64) (value, unit string) {
	if like < 1000 {
		return strconv.FormatInt(n, 10), "B"
	}
	const units = "kMGTPE"
	v, l, i := float64(n)/1000, float64(like)/1000, 0
	for ; l >= 999.95 && i < len(units)-1; i++ {
		v, l = v/1000, l/1000
	}
	return strconv.FormatFloat(v, 'f', 1, 64), units[i:i+1] + "B"
}
