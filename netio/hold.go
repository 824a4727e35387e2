package netio

// A hold is what one direction of a stream waits with for a Recording's reader. It waits before
// it takes anything: what is not taken yet stays where the rules of ending look for it.
type hold struct {
	rec         *Recording
	waits, over bool // guarded by the Recording
}

// await waits for room, or returns errStopped where that was called off.
func (t *hold) await() error {
	r := t.rec
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.waiting) > maxUnwritten && r.err == nil && !r.closed {
		if t.over {
			return errStopped
		}
		t.waits = true
		r.room.Wait()
		t.waits = false
	}
	return nil
}

// stop calls off a wait, and those to come.
func (t *hold) stop() {
	t.rec.mu.Lock()
	defer t.rec.mu.Unlock()
	t.over = true
	t.rec.room.Broadcast()
}

func (t *hold) isWaiting() bool {
	t.rec.mu.Lock()
	defer t.rec.mu.Unlock()
	return t.waits
}

// holds are those of both directions of an end.
type holds struct{ in, out hold }

// heldUpBy registers e as one that waits for the reader of r.
func (e *End) heldUpBy(r *Recording) *holds {
	t := &holds{hold{rec: r}, hold{rec: r}}
	e.paces(pacing{stopReading: t.in.stop, stopWriting: t.out.stop, held: t.in.isWaiting})
	return t
}

// stop calls off the waits of both: the end is closed.
func (t *holds) stop() {
	t.in.stop()
	t.out.stop()
}
