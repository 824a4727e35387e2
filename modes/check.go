package modes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"fid/netio"
)

// Check sends probes to an echo server and compares what comes back.
type Check struct {
	Address  netio.Address
	Count    int           // probes, at least 1
	Size     int           // bytes of a probe, at least 1
	Interval time.Duration // from one probe to the next
	Step     time.Duration // how long a probe may take to come back
	StepFlag string        // the flag that set Step
	Wait     time.Duration // see Connect.Wait
}

// Probes is what came of all probes.
type Probes struct {
	Sent, Back int
	Trips      []time.Duration // the round trips of those that came back, sorted
}

// Loss is the share of probes that did not come back, 0 to 1.
func (p Probes) Loss() float64 { return 1 - float64(p.Back)/float64(max(p.Sent, 1)) }

// Percentile returns the round trip that q (0 to 1) of the probes did not
// exceed (nearest rank), 0 without any.
func (p Probes) Percentile(q float64) time.Duration {
	if len(p.Trips) == 0 {
		return 0
	}
	rank := int(q*float64(len(p.Trips))+0.9999999) - 1
	return p.Trips[min(max(rank, 0), len(p.Trips)-1)]
}

// Run returns nil when every probe came back as it was sent.
func (c Check) Run(ctx context.Context, o Options) error {
	dialer, err := c.Address.Dialer(o.Net)
	if err != nil {
		return err
	}
	end, err := dial(ctx, dialer, c.Address, c.Wait, o.Log)
	if err != nil {
		return err
	}
	defer end.Close() // a reset, unless all came back
	defer context.AfterFunc(ctx, func() { _ = end.Close() })()
	var probes Probes
	failed := c.probe(ctx, end, o.Log, &probes)
	if ctx.Err() != nil {
		failed = context.Cause(ctx)
	}
	slices.Sort(probes.Trips)
	o.Log(Event{Name: Echoes, Addr: c.Address.Text, Peer: end.Peer, Probes: &probes})
	if failed == nil {
		end.CloseInOrder()
	}
	return failed
}

// probe sends one probe after the other until one fails: bytes that come late
// would be taken for the next probe's.
func (c Check) probe(ctx context.Context, end *netio.End, log Log, probes *Probes) error {
	for seq := 1; seq <= c.Count; seq++ {
		begin := time.Now()
		from := &timely{end: end}
		if c.Step > 0 {
			from.until = begin.Add(c.Step)
		}
		_ = end.Sock.SetDeadline(from.until) // fails only on a closed socket, as the next call does
		probes.Sent++
		if err := c.compare(from, seq); err != nil {
			return err
		}
		trip := time.Since(begin)
		probes.Back++
		probes.Trips = append(probes.Trips, trip)
		log(Event{Name: Echo, Addr: c.Address.Text, Peer: end.Peer, Seq: seq, Sent: int64(c.Size), Seconds: trip.Seconds()})
		if seq < c.Count && !pause(ctx, c.Interval-time.Since(begin)) {
			return context.Cause(ctx)
		}
	}
	return nil
}

// compare sends a probe while it reads the echo: a probe can be larger than
// all the buffers on its way.
func (c Check) compare(from *timely, seq int) error {
	end, sent := from.end, payload(seq, c.Size)
	wrote := make(chan error, 1)
	go func() {
		_, err := end.Write(sent)
		if wrote <- err; err != nil {
			end.Sock.StopReading() // nothing comes back
		}
	}()
	got := make([]byte, len(sent))
	n, err := io.ReadFull(from, got)
	if i := firstDifference(got[:n], sent); i >= 0 {
		return c.failed(seq, "byte %d of %d differs: sent 0x%02x, came 0x%02x", i+1, len(sent), sent[i], got[i])
	}
	if err == nil {
		return <-wrote
	}
	select {
	case werr := <-wrote:
		switch {
		case errors.Is(werr, os.ErrDeadlineExceeded):
			return c.failed(seq, "%s could not be sent within %s (%s)", netio.Bytes(int64(len(sent))), netio.Seconds(c.Step), c.StepFlag)
		case werr != nil:
			return c.failed(seq, "cannot send %s: %s", netio.Bytes(int64(len(sent))), netio.Describe(werr))
		}
	default:
	}
	came := fmt.Sprintf("%s of %s came back", netio.Bytes(int64(n)), netio.Bytes(int64(len(sent))))
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return c.failed(seq, "%s within %s (%s)", came, netio.Seconds(c.Step), c.StepFlag)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return c.failed(seq, "%s, then the far end closed", came)
	}
	return c.failed(seq, "%s, then: %s", came, netio.Describe(err))
}

func (c Check) failed(seq int, format string, args ...any) error {
	return &netio.Error{Kind: netio.KindCheck, Addr: c.Address.Text,
		What: fmt.Sprintf("echo %d of %d: ", seq, c.Count) + fmt.Sprintf(format, args...)}
}

// payload differs from probe to probe and at every place, so that an echo that
// is late, shifted or cut cannot pass.
func payload(seq, size int) []byte {
	p := fmt.Appendf(nil, "fid echo %d ", seq)
	for i := len(p); i < size; i++ {
		p = append(p, byte(i*31+i>>8+seq))
	}
	return p[:size]
}

func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}
