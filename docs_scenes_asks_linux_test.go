package main

func askScenes() []scene {
	return []scene{
		{typed: []string{"fid connect -z --wait 30s localhost 5432"}, needs: "later-echo@localhost:5432"},
		{typed: []string{"fid connect -z --wait 30s db 5432 && ./migrate"}, needs: "later-echo@db:5432", says: []string{"migrated"}},
		{typed: []string{"fid: localhost:5432: not there after 2 s (--wait); last: refused (127.0.0.1)"},
			by: []string{"fid connect -z --wait 2s localhost 5432"}, codes: []int{5}},
		{typed: []string{"fid -zv tls:example.com:443"}, needs: "tls-echo@example.com:443", says: []string{"tls:example.com:443: open (198.51.100.7:443, "}},
		{typed: []string{"fid -zv --starttls smtp mail.example.com 25"}, needs: "smtp@mail:25", says: []string{"mail.example.com:25: open (10.0.0.6:25, "}},
		{typed: []string{"fid -z --starttls smtp mail.example.com 25"}, needs: "smtp@mail:25", says: []string{"mail.example.com:25: open (10.0.0.6:25, "}},
		{typed: []string{"fid connect --echo --count 3 -i 0.1 localhost 7000"}, needs: "echo@localhost:7000"},
		{typed: []string{"localhost:7000: 100 sent, 100 back, 0 % lost; round trip min 17.7 µs, median 37.5 µs, 90 % in 71.5 µs, 99 % in 95.2 µs, max 98.2 µs"},
			by: []string{"fid connect --echo --count 100 -i 0.005 localhost 7000"}, needs: "echo@localhost:7000"},
		{typed: []string{"fid connect -z localhost 7000-7001"}, needs: "echo@localhost:7000", codes: []int{4}},
		{typed: []string{"fid connect -z --banner mail 25"}, needs: "smtp@mail:25", says: []string{`"220 mail.example.com ESMTP\r\n"`}},
		{typed: []string{"fid connect -z --stay 2 lb 443"}, needs: "echo@lb:443", says: []string{"lb:443: open (10.0.0.11:443, 1 ms, still open after 2 s)"}},
		{typed: []string{"fid connect --count 10 db 5432"}, needs: "echo@db:5432", says: []string{"db:5432: 10 tried, 10 connected, 0 % lost"}},
		{typed: []string{"fid connect -z --stay 0.2 localhost 22,8000,7000-7010"}, needs: "web@localhost:8000", codes: []int{4}},
		{typed: []string{"fid connect --count 3 -i 0.1 localhost 8000"}, needs: "web@localhost:8000"},
		{typed: []string{`fid --send 'GET /none HTTP/1.0\r\n\r\n' --expect '^HTTP/1\.. 200' localhost 8000 > /dev/null; echo exit $?`}, needs: "web@localhost:8000"},
		{typed: []string{"fid --send ruok --expect imok localhost 2181 > /dev/null"}, needs: "zookeeper@localhost:2181"},
		{typed: []string{"fid connect --wait 30s --send ruok --expect imok localhost 2181 > /dev/null"}, needs: "later-zookeeper@localhost:2181"},
		{typed: []string{`fid --expect '^220 ' --send 'QUIT\r\n' --expect '^221' mail 25`}, needs: "smtp@mail:25", says: []string{"221 2.0.0 Bye"}},
		{typed: []string{`fid --expect '^220 ' --send 'EHLO me\r\n' --expect '^250 ' --send 'QUIT\r\n' --expect '^221' mail 25`}, needs: "smtp@mail:25", says: []string{"221 2.0.0 Bye"}},
		{typed: []string{`fid --send 'PING\r\n' --expect '^\+PONG$' localhost 6379`}, needs: "redis@localhost:6379", says: []string{"+PONG"}},
		{typed: []string{`fid --send 'GET / HTTP/1.0\r\n\r\n' --expect '^HTTP/1\.. 200' localhost 80 > /dev/null`}, needs: "web@localhost:80"},
		{typed: []string{`printf 'GET / HTTP/1.0\r\nHost: localhost\r\n\r\n' | fid connect --no-half-close localhost 8000`}, needs: "web@localhost:8000"},
		{typed: []string{"fid: 127.0.0.1:8099: closed without an answer; if one was due, try --no-half-close"},
			by: []string{`printf 'GET / HTTP/1.0\r\n\r\n' | fid connect 127.0.0.1 8099`}, needs: "hangup@127.0.0.1:8099"},
		{typed: []string{`printf 'HEAD / HTTP/1.0\r\n\r\n' | fid -v example.org 80`}, needs: "web@example.org:80", says: []string{"timings: resolve 1 ms, connect 1 ms, first byte 1 ms, total 1 ms"}},
		{typed: []string{"fid --json=fd:3 tls:example.org:443 3> times.json < request > answer"}, needs: "tls-web@example.org:443",
			check: `grep -q '^HTTP/1.0 200 OK' answer; grep '"event":"ended".*"timings":{.*"tcp":{' times.json`},
		{typed: []string{"fid connect -C mail 25"}, needs: "smtp@mail:25", keys: "QUIT\r", says: []string{"221 2.0.0 Bye"}},
		{typed: []string{"fid connect -t switch 23"}, needs: "telnet@switch:23", says: []string{"login:"}},
	}
}

func proxyScenes() []scene {
	const answer = "42 there"
	return []scene{
		{typed: []string{"ssh -o ProxyCommand='fid connect %h %p' user@host"}, needs: "sshd", keys: typesAnswer, says: []string{answer}},
		{typed: []string{"ssh -o ProxyCommand='fid connect -x proxy:1080 %h %p' user@host"}, needs: "sshd socks", keys: typesAnswer, says: []string{answer}},
		{typed: []string{"ssh -o ProxyCommand='fid connect -X 5 -x proxy:1080 %h %p' user@host"}, needs: "sshd socks", keys: typesAnswer, says: []string{answer}},
		{typed: []string{"ssh -o ProxyCommand='fid connect -x proxy:1080 %h %p' host"}, needs: "sshd socks", keys: typesAnswer, says: []string{answer}},
		{typed: []string{"Host build", "    ProxyCommand fid connect --connect-timeout 5 %h %p"}, needs: "sshd",
			instead: []string{`printf '%s\n' "$PRINTED" > ~/.ssh/config; ssh build`}, keys: typesAnswer, says: []string{answer}},
		{typed: []string{"fid relay 8080 'exec:ssh host nc db 5432'"}, needs: "sshd echo@db:5432",
			client: `fid --send 'hello\n' --expect '^hello$' localhost 8080`, stop: true},
		{typed: []string{"fid connect -x socks5h://proxy:1080 db 5432"}, needs: "socks echo@db:5432", keys: "hello\r", says: []string{"hello"}, stop: true},
		{typed: []string{"fid connect -X connect -x proxy -P me --proxy-password-file pw db 5432"}, needs: "loginproxy echo@db:5432",
			keys: "hello\r", says: []string{"hello"}, stop: true},
		{typed: []string{"fid connect -x socks5h://a -x http://b db 5432"}, needs: "socks httpproxy echo@db:5432", keys: "hello\r", says: []string{"hello"}, stop: true},
		{typed: []string{"fid connect -z --wait 30s -x proxy db 5432"}, needs: "socks later-echo@db:5432", says: []string{"db:5432: open"}},
	}
}

func datagramScenes() []scene {
	return []scene{
		{typed: []string{`echo "requests:1|c" | fid -q0 udp:localhost:8125 || true`}, needs: "statsd@localhost:8125"},
		{typed: []string{"fid relay --idle-timeout 5 udp:53 udp:10.0.0.53:53"}, needs: "nameserver",
			client: "fid connect -u -W 1 -w 5 localhost 53 < query | cmp -n 2 - query", stop: true},
		{typed: []string{"fid relay udp:5300 udp:10.0.0.53:53"}, needs: "dns@10.0.0.53:53",
			client: "fid connect -u -W 1 -w 5 localhost 5300 < query | cmp -n 2 - query", stop: true},
		{typed: []string{"fid connect -zu 10.0.0.53 53"}, needs: "dns@10.0.0.53:53", codes: []int{5}},
		{typed: []string{"fid connect -u -W 1 -w 2 10.0.0.53 53 < query > answer"}, needs: "dns@10.0.0.53:53", check: "cmp -n 2 answer query"},
		{typed: []string{"dd bs=65000 count=1 | fid connect -u"}, instead: []string{"dd bs=65000 count=1 < big.iso | fid connect -v -u localhost 8125"},
			needs: "statsd@localhost:8125", says: []string{"65.0 kB sent"}},
	}
}
