package netio

import (
	"testing"
	"time"
)

// A session that was idle for long enough, and whose far end says something at that very
// moment, was told as stuck: the byte had come too late for the clock, and was on its way.
func TestWhatComesWhileTheIdleClockIsLookedAtIsNoTimeout(t *testing.T) {
	var s session
	comes := func() time.Time { // asked for while the clock is looked at
		s.flow.touch()
		s.flow.In.came(&s.flow, 5)
		return time.Time{}
	}
	near := &End{Name: "near", pacing: []pacing{{waited: comes}}}
	s.begin(&Pump{Rules: Rules{Idle: time.Minute, IdleFlag: "--idle-timeout", IdleOver: true}}, near, &End{Name: "far"}, idleCarrier{})
	s.clocks.start(&s)
	s.flow.started = time.Now().Add(-time.Hour)
	s.clocks.again = time.Now()
	if err := s.clocks.checkIdle(&s); err != nil {
		t.Error(err)
	}
	if s.flow.In.Read() == 0 {
		t.Error("the clock was not looked at")
	}
}

// idleCarrier carries nothing.
type idleCarrier struct{ carrier }

func (idleCarrier) stopReading(*End) {}
