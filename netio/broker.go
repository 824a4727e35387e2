package netio

import (
	"bytes"
	"context"
	"sync"
)

// A Broker is the near end of several sessions at once, each of whose clients hears
// what the others say. The zero Broker is not ready.
type Broker struct {
	hub  *hub
	chat bool

	mu   sync.Mutex // held while a client joins a chat: all hear of those who come in one order
	came int64      // clients so far
}

// NewBroker returns a Broker without members. With chat it hands on whole lines,
// says whose they are, and who comes and goes.
func NewBroker(chat bool) *Broker { return &Broker{hub: newHub(), chat: chat} }

// For returns what makes the near end of the client's session.
func (b *Broker) For(client *End) Dialer {
	return dialFunc(func(context.Context) (*End, error) {
		end := &End{Name: "the others", Input: InputShared}
		if b.chat {
			c := b.joinChat(client)
			end.Stream, end.lost = c, c.lost
		} else {
			m, _ := b.hub.join(client, "")
			end.Stream, end.lost = speaker{m}, m.lost
		}
		return end, nil
	})
}

func (b *Broker) joinChat(client *End) *chatter {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.came++
	return joinChat(b.hub, client, b.came)
}

// Close is for who closes all that gives near ends: a Broker has nothing to close.
func (b *Broker) Close() error { return nil }

// A speaker is a member of a hub who says to the others what is written to it.
type speaker struct{ *member }

func (s speaker) Write(p []byte) (int, error) {
	if err := s.hub.give(s.member, bytes.Clone(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}
