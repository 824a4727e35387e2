package modes

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fid/netio"
)

// closed is an address where nobody listens.
type closed struct{ tries []time.Time }

func (c *closed) Dial(context.Context) (*netio.End, error) {
	c.tries = append(c.tries, time.Now())
	return nil, &netio.Error{Kind: netio.KindRefused, Addr: "db:1", What: "refused"}
}

func TestPausesOfAWaitGrowAndAreNotAllAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &closed{}
		begin := time.Now()
		_, err := dial(context.Background(), d, netio.Address{Text: "db:1"}, 30*time.Second, nil)
		if took := time.Since(begin); netio.KindOf(err) != netio.KindTimeout || took != 30*time.Second || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%v after %v", err, took)
		}
		want, short := minRetry, 0
		for i := 1; i < len(d.tries); i++ {
			pause := d.tries[i].Sub(d.tries[i-1])
			if pause > want || pause <= want-want/4 {
				t.Errorf("pause %d is %v, want %v or up to a quarter less", i, pause, want)
			}
			if pause < want {
				short++
			}
			want = min(2*want, maxRetry)
		}
		if len(d.tries) < 30 || len(d.tries) > 50 || short < 20 {
			t.Errorf("%d tries, of which %d came early", len(d.tries), short)
		}
	})
}

func TestAWaitEndsWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("a signal")
		ctx, cancel := context.WithCancelCause(context.Background())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		begin := time.Now()
		if _, err := dial(ctx, &closed{}, netio.Address{Text: "db:1"}, time.Hour, nil); err != cause || time.Since(begin) != time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}
