package netio

import (
	"testing"
	"time"
)

func TestASocketOptionThatNoEndHasIsRefused(t *testing.T) {
	tos := SocketOptions{TTL: 3}
	buffers := SocketOptions{RecvBuffer: 1, SendBuffer: 1}
	for _, x := range []struct {
		asked SocketOptions
		ends  []string
		want  string
	}{
		{SocketOptions{}, []string{"unix:/x"}, ""},
		{tos, []string{"h:1"}, ""},
		{tos, []string{"tcp6:h:1"}, ""},
		{tos, []string{"unix:/x"}, "-M has no meaning for unix:/x"},
		{tos, []string{"echo:"}, "-M has no meaning for echo:"},
		{tos, []string{"h:1", "unix:/x"}, ""},
		{tos, []string{"unix:/x", "h:1"}, ""},
		{tos, []string{"h:1", "file:/x"}, ""},
		{tos, []string{"unix:/x", "zero:"}, "-M has no meaning for unix:/x and zero:"},
		{buffers, []string{"unix:/x"}, ""},
		{buffers, []string{"echo:"}, "-I has no meaning for echo:"},
		{SocketOptions{Nagle: true}, []string{"unix:/x"}, "--nagle has no meaning for unix:/x"},
		{SocketOptions{KeepAlive: -1}, []string{"unix:/x"}, "--keepalive has no meaning for unix:/x"},
		{SocketOptions{KeepAlive: time.Second}, []string{"h:1"}, ""},
	} {
		var ends []Address
		for _, word := range x.ends {
			a, err := ParseAddress(word, ToDial)
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, a)
		}
		err := x.asked.Refuse(ends...)
		if x.want == "" && err != nil || x.want != "" && (KindOf(err) != KindUsage || err.Error() != x.want) {
			t.Errorf("%+v of %v: %v, want %q", x.asked, x.ends, err, x.want)
		}
	}
}
