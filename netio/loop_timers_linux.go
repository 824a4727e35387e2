package netio

import (
	"container/heap"
	"time"
)

// timers are the sessions of a loop that have a clock running, the next one
// first. They are the loop's own: a timer of Go's would wake another thread
// each time that it is set. It is a heap.Interface.
type timers []*loopSession

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].due.Before(t[j].due) }

func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	t[i].timer, t[j].timer = i, j
}

func (t *timers) Push(s any) {
	s.(*loopSession).timer = len(*t)
	*t = append(*t, s.(*loopSession))
}

func (t *timers) Pop() any {
	last := len(*t) - 1
	s := (*t)[last]
	(*t)[last] = nil
	*t = (*t)[:last]
	s.timer = noTimer
	return s
}

const (
	noTimer     = -1
	longestWait = 24 * time.Hour // epoll_wait(2) takes 24 days at most
)

// set has s looked at when at has come. One that is set for an earlier time
// stays: looking too early does no harm.
func (t *timers) set(s *loopSession, at time.Time) {
	switch {
	case s.timer == noTimer:
		s.due = at
		heap.Push(t, s)
	case at.Before(s.due):
		s.due = at
		heap.Fix(t, s.timer)
	}
}

func (t *timers) stop(s *loopSession) {
	if s.timer != noTimer {
		heap.Remove(t, s.timer)
	}
}

// wait returns how long there is nothing to do, in whole milliseconds as
// epoll_wait(2) takes them: never too short, -1 for ever.
func (t timers) wait() int {
	if len(t) == 0 {
		return -1
	}
	wait := min(max(0, time.Until(t[0].due)), longestWait)
	return int((wait + time.Millisecond - 1) / time.Millisecond)
}

// fire looks at the clocks whose time has come.
func (t *timers) fire() {
	if len(*t) == 0 {
		return
	}
	for now := time.Now(); len(*t) > 0 && !now.Before((*t)[0].due); {
		heap.Pop(t).(*loopSession).tick(now)
	}
}
