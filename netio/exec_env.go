package netio

import (
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

type peerInContext struct{}

// WithPeer returns a context in which a command that is dialled is told of peer,
// the end it is to be joined with.
func WithPeer(ctx context.Context, peer *End) context.Context {
	return context.WithValue(ctx, peerInContext{}, peer)
}

func peerOf(ctx context.Context) *End {
	peer, _ := ctx.Value(peerInContext{}).(*End)
	return peer
}

// isPlain: the zone, the name of an interface (RFC 4007, section 11), is nothing to a shell.
func isPlain(zone string) bool {
	return strings.Trim(zone, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-") == ""
}

// environment is ours with the addresses of peer. Those are numeric or left out:
// no name that somebody else has chosen comes near a shell. What a fid above us
// has set is not passed on.
func environment(peer *End) []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return strings.HasPrefix(name, "FID_PEER") || strings.HasPrefix(name, "FID_LOCAL")
	})
	if peer == nil {
		return env
	}
	add := func(name, addr string) {
		// Written anew from what was parsed, so that no letter of addr itself passes but a zone's.
		if ap, err := netip.ParseAddrPort(addr); err == nil && isPlain(ap.Addr().Zone()) {
			host, port := ap.Addr().Unmap(), strconv.Itoa(int(ap.Port()))
			env = append(env, name+"="+net.JoinHostPort(host.String(), port), name+"_HOST="+host.String(), name+"_PORT="+port)
		}
	}
	add("FID_PEER", peer.Peer)
	add("FID_LOCAL", peer.Local())
	return env
}
