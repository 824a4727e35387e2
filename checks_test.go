//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"fid/netio"
)

// The tests of -z over several ports, of --banner, --stay and --count.

// closedPort is an address of this host where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	h := newHost(t)
	_ = h.Close()
	return h.addr()
}

// openPorts are the addresses that a report calls open, in its order.
func openPorts(report string) (list []string) {
	for _, m := range regexp.MustCompile(`(?m)^(\S+): open \(`).FindAllStringSubmatch(report, -1) {
		list = append(list, m[1])
	}
	return list
}

func (p *process) reports(words ...string) {
	p.t.Helper()
	<-p.ended
	for _, w := range words {
		if !strings.Contains(p.stdout.String(), w) {
			p.t.Errorf("fid %s reported %q, want %q in it", strings.Join(p.cmd.Args[1:], " "), p.stdout.String(), w)
		}
	}
}

func TestPortsAreReportedInTheOrderInWhichTheyAreTyped(t *testing.T) {
	hosts := []*host{newHost(t), newHost(t), newHost(t)}
	slow := mute(t)
	typed := []string{hosts[2].addr(), slow, hosts[0].addr(), closedPort(t), hosts[1].addr()}
	p := begin(t, nil, nil, append([]string{"-z", "-w", "300ms"}, typed...)...)
	p.wants(5, slow+": no answer for 300 ms (-w)", typed[3]+": refused", "2 of 5 ports are not open")
	p.reports("3 open, 1 refused, 1 no answer of 5 ports in ")
	if got, want := openPorts(p.stdout.String()), []string{typed[0], typed[2], typed[4]}; !slices.Equal(got, want) {
		t.Errorf("open %v, want %v", got, want)
	}
}

func TestSeveralBlackHolesAreWaitedForTogether(t *testing.T) {
	args := []string{"-z", "-w", "500ms"}
	slow := mute(t)
	for range 60 {
		args = append(args, slow)
	}
	started := time.Now()
	p := begin(t, nil, nil, args...)
	p.wants(5, "60 of 60 ports are not open")
	p.reports("0 open, 60 no answer of 60 ports")
	if took := time.Since(started); took > 15*time.Second { // one after the other it is 30 s
		t.Errorf("it took %s", took)
	}
}

func TestAThousandPortsAreToldInJSONInTheirOrder(t *testing.T) {
	h := newHost(t)
	_, port, _ := net.SplitHostPort(h.addr())
	p := begin(t, nil, nil, "-z", "--json", "127.0.0.1", "1-1000,"+port)
	code := p.code()
	lines := bufio.NewScanner(strings.NewReader(p.stdout.String()))
	var ports []int
	var last record
	for lines.Scan() {
		last = record{}
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		if last.Event == "summary" {
			break
		}
		_, of, _ := net.SplitHostPort(last.Address)
		n, _ := strconv.Atoi(of)
		ports = append(ports, n)
		if last.Event == "shut" && (last.State != last.End || *last.Code == 0) || last.Event == "open" && last.State != "open" {
			t.Errorf("%q", lines.Text())
		}
	}
	if len(ports) != 1001 || !slices.IsSorted(ports) {
		t.Errorf("%d ports are told of: %v", len(ports), ports)
	}
	if last.Ports.Of() != 1001 || last.Ports["open"] < 1 || *last.Code != code {
		t.Errorf("the summary counts %v and says %d; exit %d", last.Ports, *last.Code, code)
	}
}

// Each kind of what is not open costs other descriptors: the black holes keep theirs.
func TestFewDescriptorsAreEnoughForManyPorts(t *testing.T) {
	t.Parallel() // it waits
	h := newHost(t)
	_, port, _ := net.SplitHostPort(h.addr())
	slow := mute(t)
	args := []string{"-c", `ulimit -n 24; exec fid "$@"`, "sh", "-z", "-w", "200ms"}
	for range 20 {
		args = append(args, slow)
	}
	p := begin(t, nil, func(c *exec.Cmd) {
		c.Path, _ = exec.LookPath("sh")
		c.Args = append([]string{"sh"}, args...)
		c.Args = append(c.Args, "localhost:1-500", "localhost:"+port)
	})
	p.wants(5, "no answer")
	p.reports("20 no answer of 521 ports", "localhost:"+port+": open")
	if strings.Contains(p.stderr.String(), "too many open files") || strings.Contains(p.stdout.String(), "failed") {
		t.Errorf("%q, %q", p.stdout.String(), p.stderr.String())
	}
}

func TestAHostWithoutAnAddressIsSaidOnce(t *testing.T) {
	p := begin(t, nil, nil, "-zv", "-n", "nosuch", "20-30")
	p.wants(3, "fid: nosuch: a name, and -n takes addresses only\n")
	if p.stdout.Len() > 0 || strings.Count(p.stderr.String(), "\n") != 1 {
		t.Errorf("it said %q and %q", p.stdout.String(), p.stderr.String())
	}
	h := newHost(t)
	p = begin(t, nil, nil, "-z", "-n", "nosuch:20-30", h.addr())
	p.wants(3, "fid: nosuch: a name, and -n takes addresses only\n", "11 of 12 ports are not open")
	p.reports(h.addr()+": open", "1 open, 11 not resolved of 12 ports")
	if strings.Count(p.stderr.String(), "\n") != 2 {
		t.Errorf("it said %q", p.stderr.String())
	}
}

func TestWaitIsOneBudgetForAllPorts(t *testing.T) {
	begun := time.Now()
	p := begin(t, nil, nil, "-z", "--wait", "1", closedPort(t), closedPort(t), closedPort(t), closedPort(t), closedPort(t))
	p.wants(5, "not there after 1 s (--wait); last: refused", "5 of 5 ports are not open")
	p.reports("0 open, 5 refused of 5 ports")
	if took := time.Since(begun); took > 3*time.Second { // one after the other it is 5 s
		t.Errorf("it took %s", took)
	}
}

func TestWaitEndsWhenAllPortsAreThere(t *testing.T) {
	open, late := newHost(t), closedPort(t)
	p := begin(t, nil, nil, "-z", "--wait", "20", late, open.addr())
	open.client() // fid is at work
	serving(t, nil, nil, "echo", late)
	p.wants(0)
	p.reports("2 open of 2 ports")
	if got := openPorts(p.stdout.String()); !slices.Equal(got, []string{late, open.addr()}) {
		t.Errorf("open %v", got)
	}
}

func TestWhatIsKnownAtTheDeadlineIsReported(t *testing.T) {
	h, slow := newHost(t), mute(t)
	p := begin(t, nil, nil, "-z", "--deadline", "500ms", slow, h.addr())
	p.wants(5, "not done within 500 ms (--deadline)")
	p.reports(h.addr()+": open", "1 open, 1 not known of 2 ports")
}

func TestConnectTimeIsMeasured(t *testing.T) {
	h := newHost(t)
	go h.echoes()
	p := begin(t, nil, nil, "--count", "12", "-i", "0", h.addr())
	p.wants(0)
	p.reports(h.addr()+": connect 12: ", h.addr()+": 12 tried, 12 connected, 0 % lost; connect time min ", ", median ", ", 90 % in ", ", max ")

	p = begin(t, nil, nil, "--count", "2", "-i", "0", "--json", h.addr())
	p.wants(0)
	p.reports(`"event":"ping"`, `"seq":2`, `"event":"pings"`, `"probes":2,"back":2,"round_trip_seconds":{`)

	gone := closedPort(t)
	p = begin(t, nil, nil, "-z", "--count", "2", "-i", "0", gone)
	p.wants(4, gone+": 2 of 2 connects failed")
	p.reports(gone+": connect 1: refused\n", gone+": connect 2: refused\n", "2 tried, 0 connected, 100 % lost\n")
}

// What is lost in between is a line of the report, and does not end it.
func TestALostConnectIsCounted(t *testing.T) {
	t.Parallel() // it waits
	h := newHost(t)
	addr := h.addr()
	r, w := pipe(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "--count", "2", "-i", "2", addr)
	_ = w.Close()
	lines := bufio.NewScanner(r)
	lines.Scan()
	_ = h.Close()
	var rest []string
	for lines.Scan() {
		rest = append(rest, lines.Text())
	}
	p.wants(4, addr+": 1 of 2 connects failed")
	if want := addr + ": connect 2: refused"; len(rest) != 2 || rest[0] != want || !strings.HasPrefix(rest[1], addr+": 2 tried, 1 connected, 50 % lost; connect time min ") {
		t.Errorf("%q", rest)
	}
}

func TestASignalEndsTheMeasurementWithItsSummary(t *testing.T) {
	h := newHost(t)
	r, w := pipe(t)
	p := begin(t, nil, func(c *exec.Cmd) { c.Stdout = w }, "--count", "1000", "-i", "20", h.addr())
	_ = w.Close()
	lines := bufio.NewScanner(r)
	lines.Scan()
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	if !lines.Scan() || !strings.HasPrefix(lines.Text(), h.addr()+": 1 tried, 1 connected, 0 % lost") {
		t.Errorf("%q", lines.Text())
	}
	p.wants(130)
}

// A range is a search: what is refused there is counted, and told with -v only.
func TestWhatIsRefusedInARangeIsCountedAndWhatIsTypedIsTold(t *testing.T) {
	h := newHost(t)
	p := begin(t, nil, nil, "-z", h.addr(), "127.0.0.1:1-9", "127.0.0.1:11")
	p.wants(4, "fid: 127.0.0.1:11: refused\nfid: 10 of 11 ports are not open\n")
	p.reports("1 open, 10 refused of 11 ports")
	p = begin(t, nil, nil, "-zv", h.addr(), "127.0.0.1:1-9")
	p.wants(4, "fid: 127.0.0.1:1: refused\n", "fid: 127.0.0.1:9: refused\n")
}

func TestAnOpenPortIsCalledByItsService(t *testing.T) {
	var h *host
	var name string
	for port := 1024; port < 65536 && h == nil; port++ {
		if name = netio.SystemServices().Name(strconv.Itoa(port), "tcp"); name == "" {
			continue
		}
		if l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			t.Cleanup(func() { _ = l.Close() })
			h = &host{t, l}
		}
	}
	if h == nil {
		t.Skip("this system has no name for a port that is free")
	}
	_, port, _ := net.SplitHostPort(h.addr())
	begin(t, nil, nil, "-zv", h.addr()).reports("open (" + h.addr() + ", " + name + ", ")
	begin(t, nil, nil, "-z", h.addr(), h.addr()).reports("open (" + h.addr() + ", " + name + ", ")
	begin(t, nil, nil, "-z", "--json", h.addr()).reports(`"service":"` + name + `"`)
	p := begin(t, nil, nil, "-zvn", h.addr())
	if p.reports("open"); strings.Contains(p.stdout.String(), name) {
		t.Errorf("-n: %q", p.stdout.String())
	}
	asNC := func(c *exec.Cmd) { c.Args[0] = "nc" }
	begin(t, nil, asNC, "-zv", "127.0.0.1", port).wants(0, "Connection to 127.0.0.1 "+port+" port [tcp/"+name+"] succeeded!")
	begin(t, nil, asNC, "-zvn", "127.0.0.1", port).wants(0, "Connection to 127.0.0.1 "+port+" port [tcp/*] succeeded!")
}
