package netio

import (
	"testing"
	"time"
)

// Every step is short enough by itself: a limit that began anew with each would never end it.
func TestOneLimitCoversAllStepsOfADialTogether(t *testing.T) {
	const hops, pause, limit = 10, 100 * time.Millisecond, 300 * time.Millisecond
	p := proxyThat(t, func(c *fakeClient) { // all proxies in one
		for range hops {
			c.hears(3)
			time.Sleep(pause) // stands for no event: the proxy is slow
			c.says("\x05\x00")
			head := c.hears(5)
			if len(head) < 5 {
				return // fid has left
			}
			c.hears(int(head[4]) + 2)
			c.says(granted5)
		}
		c.waits()
	})
	chain := []string{"socks5h://" + p.addr}
	for range hops - 1 {
		chain = append(chain, "socks5h://proxy.example")
	}
	x := proxyCase{limit: limit}
	_, err := x.dial(t, t.Context(), chain...)
	wantsError(t, err, KindTimeout, "no answer for 300 ms (--connect-timeout)")
	x = proxyCase{}
	if _, err := x.dial(t, t.Context(), chain...); err != nil {
		t.Errorf("without that limit: %v", err)
	}
}
