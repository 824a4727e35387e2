package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"fid/modes"
	"fid/netio"
)

// A task is a mode with all that was asked of it.
type task struct {
	mode       runner
	options    modes.Options
	deadline   time.Duration
	recordings []*netio.Recording          // opened before the mode runs, and closed behind it
	password   func(context.Context) error // finds out a proxy's; nil where none is needed
}

// prepare makes the task of what the user typed.
func prepare(v *values, out *console) (task, error) {
	if err := out.configure(v); err != nil {
		return task{}, err
	}
	t := task{options: v.options(out), deadline: v.duration("deadline")}
	if out.verbose > 1 {
		t.options.Net.Step = func(what string) { out.event(modes.Event{Name: modes.Step, Text: what}) }
	}
	t.recordings = v.recordings
	out.measure(&t.options.Net)
	v.terminal = v.raw(out)
	tlsTalk(&t.options.Net, out)
	t.password = v.proxies(&t.options.Net)
	t.options.Net.Note = func(addr, what string) { out.event(modes.Event{Name: modes.Note, Addr: addr, Text: what}) }
	var err error
	t.mode, err = v.mode(out.mode, v.c.Args().Slice())
	if err == nil {
		err = t.options.Net.Socket.Refuse(endsOf(t.mode)...)
	}
	v.progress(&t, out)
	if v.err != nil {
		err = v.err
	}
	if t.password != nil && !isProxied(t.mode, t.options.Net) {
		t.password = nil
	}
	return t, err
}

func (t task) run(ctx context.Context) error {
	if t.deadline > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, t.deadline, netio.TimeoutError("", "not done within", t.deadline, "--deadline", ""))
		defer cancel()
	}
	if t.password != nil {
		if err := t.password(ctx); err != nil {
			return err
		}
	}
	for _, r := range t.recordings {
		if err := r.Open(ctx); err != nil {
			return err
		}
	}
	err := t.mode.Run(ctx, t.options)
	patience := t.options.Rules.Idle
	if netio.KindOf(err) == netio.KindTimeout {
		patience = netio.LastRecords
	}
	for _, r := range t.recordings {
		if failed := r.Close(ctx, patience); err == nil {
			err = failed
		}
	}
	return err
}

// A runner is a mode with its options.
type runner interface {
	Run(context.Context, modes.Options) error
}

func (v *values) mode(name string, words []string) (runner, error) {
	switch name {
	case "listen":
		return v.listen(words)
	case "echo":
		server, err := v.server(words, "fid echo [HOST] PORT")
		if err == nil {
			v.secureListener(&server.Address)
		}
		return modes.EchoServer{Server: server}, err
	case "relay":
		return v.relay(words)
	}
	return v.connect(words)
}

func (v *values) listen(words []string) (runner, error) {
	var err error
	l := modes.Listen{Near: v.near()}
	v.sharing(&l)
	v.pty(netio.Address{})
	l.Server, err = v.server(words, "fid listen [HOST] PORT")
	if err == nil {
		v.secureListener(&l.Server.Address)
		if l.Output != nil && l.KeepOpen {
			err = l.Output.Separates(l.Address)
		}
	}
	return l, err
}

// server reads what the serving modes have in common. In listen, -s and -p are
// the address to bind.
func (v *values) server(words []string, usage string) (modes.Server, error) {
	v.exclude([2]string{"unix", "source"}, [2]string{"unix", "source-port"}, [2]string{"once", "max-conns"})
	if v.err != nil {
		return modes.Server{}, v.err
	}
	if v.is("source-port") {
		if len(words) > 0 {
			host := ""
			if len(words) == 1 && strings.Trim(words[0], "0123456789") != "" {
				host = words[0] + " " // nc.traditional's "nc -l -p PORT HOST"
			}
			return modes.Server{}, netio.Usagef(netio.Typable("fid listen "+host+v.c.String("source-port")), "-p is the port to bind: no address beside it")
		}
		words = []string{v.c.String("source-port")}
	}
	if v.is("source") {
		if len(words) != 1 || v.is("unix") {
			return modes.Server{}, netio.Usagef("fid listen ADDR PORT", "-s is the address to bind: one port beside it")
		}
		words = []string{v.c.String("source"), words[0]}
	}
	address, err := v.address(words, netio.ToListen, usage)
	s := modes.Server{Address: address, Max: v.number("max-conns", 0, 1, 1<<30), Once: v.is("once"),
		Accept: v.duration("accept-timeout"), Ready: v.ready(), Access: v.access(address)}
	return s, err
}

func (v *values) ready() modes.Ready {
	r := modes.Ready{File: v.c.String("ready-file")}
	if v.is("ready-file") && r.File == "" {
		v.fail(netio.Usagef("", "--ready-file: the path is empty"))
	}
	if v.is("ready-fd") {
		n := v.number("ready-fd", 0, 3, 1<<20)
		if r.FD = netio.InheritedFile(n); r.FD == nil && v.err == nil {
			v.fail(netio.Usagef("", "--ready-fd %d: no such descriptor is open for writing", n))
		}
	}
	return r
}

func (v *values) relay(words []string) (runner, error) {
	const usage = "fid relay LISTEN TARGET"
	switch {
	case len(words) == 1:
		hint := usage + "; a host called relay: fid connect relay " + words[0]
		if listen, target, found := strings.Cut(words[0], ":"); found && strings.Contains(target, ":") {
			hint = "fid relay " + listen + " " + target // as ssh -L has it
		}
		return nil, v.swallowed(netio.Usagef(netio.Typable(hint), "relay needs a TARGET"), words)
	case len(words) > 2 && strings.HasPrefix(words[1], "exec:"):
		return nil, netio.Usagef(netio.Typable("fid relay "+words[0]+" "+quoted(strings.Join(words[1:], " "))), "a command with its arguments is one word")
	case len(words) > 2 && v.apart() != "":
		return nil, netio.Usagef(v.apart(), "relay takes two addresses, each in one word")
	case len(words) > 2:
		return nil, netio.Usagef(netio.Typable("fid relay "+words[0]+" "+netio.JoinText(words[len(words)-2], words[len(words)-1])),
			"relay takes two addresses, each in one word")
	}
	server, err := v.server(words[:min(1, len(words))], usage)
	if err != nil {
		return nil, err
	}
	target, err := netio.ParseAddress(words[1], netio.ToDial)
	target, err = v.over(target, netio.ToDial, err)
	v.pty(target)
	dialled := []netio.Address{target}
	if err == nil {
		v.secure(&server.Address, dialled)
	}
	return modes.Relay{Server: server, Target: dialled[0]}, err
}

func (v *values) connect(words []string) (runner, error) {
	v.exclude([2]string{"banner", "echo"}, [2]string{"stay", "echo"})
	v.exclude([2]string{"probe", "echo"}, [2]string{"unix", "source"}, [2]string{"unix", "source-port"})
	if v.is("source-port") {
		if _, err := netio.ParsePort(v.c.String("source-port")); err != nil {
			return nil, err
		}
	}
	v.need("size", "echo")
	v.need("random", "probe")
	r := v.rounds()
	if v.is("probe") {
		v.near() // for what excludes it
		v.pty(netio.Address{})
		return v.check(words, r)
	}
	address, err := v.address(words, netio.ToDial, "fid connect HOST PORT")
	if err != nil {
		return nil, err
	}
	v.pty(address)
	v.checkable(address)
	dialled := []netio.Address{address}
	v.secure(nil, dialled)
	address = dialled[0]
	v.fits(address)
	if v.is("echo") {
		v.near() // for what excludes it
		interval := echoInterval
		if v.is("interval") {
			interval = v.duration("interval")
		}
		step, flag := v.clock(checkStep, "idle-timeout", "w")
		return modes.Check{Address: address, Count: r.count, Size: r.size, Interval: interval, Step: step, StepFlag: flag, Wait: r.wait}, nil
	}
	return modes.Connect{Address: address, Near: v.near(), Wait: r.wait}, nil
}

// address reads the words of an address: one, or a host and a port.
func (v *values) address(words []string, role netio.Role, usage string) (netio.Address, error) {
	var a netio.Address
	var err error
	file := ""
	if len(words) > 1 && v.apart() == "" {
		file = v.fileHint(words, role)
	}
	switch {
	case v.is("unix") && len(words) == 1:
		a, err = netio.UnixAddress(words[0], v.is("udp"))
	case v.is("unix"):
		err = netio.Usagef("", "-U takes one word, the path")
	case len(words) == 0:
		err = netio.Usagef(usage, "no address, and there is no default one")
	case len(words) == 1 && (words[0] == "help" || words[0] == "version"):
		err = netio.Usagef("fid --"+words[0]+"; a host of that name: fid connect "+words[0]+" PORT", "%s: no port", words[0])
	case len(words) == 2 && words[0] == "help" && isMode(words[1]):
		err = netio.Usagef("fid "+words[1]+" --help", "%s is neither a port nor the name of a service", words[1])
	case len(words) == 1:
		a, err = netio.ParseAddress(words[0], role)
	case len(words) > 1 && slices.Contains(words, "-"):
		err = v.withoutStdio(words, role, usage)
	case file != "":
		err = netio.Usagef(file, "%s is no part of an address", shorten(words[len(words)-1]))
	case len(words) == 2 && role == netio.ToDial && isPortList(words[1]) && !isService(words[1]):
		err = netio.Usagef(netio.Typable("fid connect -z "+strings.Join(words, " ")), "%s: one HOST and one PORT; several are for -z", shorten(words[1]))
	case len(words) == 2:
		a, err = netio.ParseHostPort(words[0], words[1], role)
	case v.apart() != "":
		err = netio.Usagef(v.apart(), "%s: one HOST and one PORT", shorten(words[2]))
	case role == netio.ToDial && arePorts(words[1:]):
		err = netio.Usagef(netio.Typable("fid connect -z "+strings.Join(words, " ")), "%s: one HOST and one PORT; several are for -z", shorten(words[2]))
	default:
		err = netio.Usagef(usage, "%s: one HOST and one PORT", shorten(words[2]))
	}
	return v.over(a, role, v.swallowed(err, words))
}
