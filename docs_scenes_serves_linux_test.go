package main

func serveScenes() []scene {
	return []scene{
		{typed: []string{"fid relay -v --json=relay.log 127.0.0.1:8080 localhost:7000"}, needs: "echo@localhost:7000",
			client: `printf 'hi\n' | fid connect 127.0.0.1 8080`, stop: true, check: `grep '"event":"ended".*"sent":3,"received":3' relay.log`},
		{typed: []string{"fid listen -k -e ./server.py 8080"}, client: says + "8080 | grep -x 'hello yourself'", stop: true},
		{typed: []string{"fid listen --pty -e /bin/sh 127.0.0.1:5000"}, client: `printf 'echo $((6*7)) there\nexit\n' | fid connect 127.0.0.1 5000 | grep '42 there'`},
		{typed: []string{"fid listen -k 9000"}, client: says + "9000", says: []string{"hello"}, stop: true},
		{typed: []string{"fid listen --chat 9000"}, client: hearsOfOther, stop: true},
		{typed: []string{"mkdir -p in && fid listen -k --output 'in/{n}-{peer}' 9000"}, client: says + "9000", stop: true, check: "grep -x hello in/1-127.0.0.1_*"},
		{typed: []string{"mkdir -p in", "fid listen -k --output 'in/{n}-{peer}' 9000"}, shell: true, client: says + "9000", stop: true, check: "grep -x hello in/1-127.0.0.1_*"},
		{typed: []string{"fid listen -k 9000 >> events.log"}, client: says + "9000", stop: true, check: "grep -x hello events.log"},
		{typed: []string{"tail -f log | fid listen -k 9000"}, stop: true,
			client: "fid connect localhost 9000 < /dev/null > heard & echo third >> log; until grep third heard; do sleep 0.01; done; kill $!; printf 'first\nsecond\nthird\n' | cmp - heard"},
		{typed: []string{`fid listen -k --send 'singleton-ok\n' 8443`}, client: "fid connect localhost 8443 < /dev/null | grep -x singleton-ok", stop: true},
		{typed: []string{"fid listen -i 1 9000 < script"}, client: "fid connect localhost 9000 < /dev/null | cmp - script"},
		{typed: []string{"fid relay 127.0.0.1:8001 unix:/run/app.sock"}, needs: "echo@/run/app.sock", client: says + "8001 | grep -x hello", stop: true},
		{typed: []string{"fid relay unix:/run/user/1000/db.sock,mode=0660 db:5432"}, needs: "echo@db:5432", stop: true,
			client: `echo hello | fid connect unix:/run/user/1000/db.sock | grep -x hello; [ "$(stat -c %a /run/user/1000/db.sock)" = 660 ]`},
		{typed: []string{"fid relay --allow 10.0.0.0/8,localhost --deny @bad.txt 8080 db:5432"}, needs: "echo@db:5432", stop: true,
			client: says + `8080 | grep -x hello; fid connect -s 192.0.2.7 192.0.2.2 8080 < /dev/null || [ $? = 6 ]`},
		{typed: []string{"fid echo --min-ttl 255 7"}, client: "fid connect --echo -M 255 localhost 7", stop: true},
		{typed: []string{"hostB$ fid listen --tls --pty -e 'bash -i' 9000", "hostA$ fid --raw --pin sha256:... tls:hostB:9000"},
			ready: "Ctrl-] leaves", keys: "echo $((6*7)) there\r", says: []string{"42 there"}, leave: "^]", codes: []int{anyCode, 0}}, // bash says "exit" to who has left,
	}
}

func seeingScenes() []scene {
	const asks = `printf 'HEAD / HTTP/1.0\r\n\r\n' | fid connect localhost 8080`
	return []scene{
		{typed: []string{"fid relay --text 8080 localhost:8000"}, needs: "web@localhost:8000", client: asks, stop: true},
		{typed: []string{"fid relay --text 8080 db:5432"}, needs: "echo@db:5432", client: says + "8080", says: []string{`> hello\n`, `< hello\n`}, stop: true},
		{typed: []string{"fid relay --hex=dump.txt 8080 db:5432"}, needs: "echo@db:5432", client: says + "8080", stop: true,
			check: `grep '^> 00000000  68 65 6c 6c 6f 0a ' dump.txt; grep '^< 00000000  68 65 6c 6c 6f 0a ' dump.txt`},
		{typed: []string{"fid relay --pcap - 8080 tls:example.com:443 | wireshark -k -i -"}, needs: "tls-web@example.com:443", client: asks,
			says: []string{"HEAD / HTTP/1.0", "HTTP/1.0 200 OK"}, stop: true, codes: []int{0}},
		{typed: []string{"fid relay --pcap - 8080 db:5432 | tshark -r -"}, needs: "echo@db:5432", client: says + "8080", says: []string{"[FIN, ACK]"}, stop: true, codes: []int{0}},
		{typed: []string{"fid connect --text --insecure tls:HOST:443"}, needs: "tls-web@host:443", keys: "GET / HTTP/1.0\r\r", says: []string{`> GET / HTTP/1.0\n`, `< HTTP/1.0 200 OK\r\n`}},
		{typed: []string{"fid connect --hex=/dev/tty HOST 80 < request > answer"}, needs: "web@host:80", says: []string{"> 00000000  47 45 54 20"}, check: "grep '^HTTP/1.0 200 OK' answer"},
		{typed: []string{`printf 'HEAD / HTTP/1.0\r\n\r\n' | fid connect --hex localhost 8000`}, needs: "web@localhost:8000"},
		{typed: []string{`printf 'HEAD / HTTP/1.0\r\n\r\n' | fid connect --text localhost 8000`}, needs: "web@localhost:8000"},
		{typed: []string{`printf 'HEAD / HTTP/1.0\r\n\r\n' | fid connect -v localhost 8000 > head`}, needs: "web@localhost:8000"},
		{typed: []string{"fid relay --once --pcap r.pcapng 127.0.0.1:8082 127.0.0.1:7000 2> /dev/null &", "echo hello | fid connect --wait 5s 127.0.0.1:8082",
			"wait; tshark -r r.pcapng -q -z follow,tcp,ascii,0"}, shell: true, needs: "echo@127.0.0.1:7000"},
	}
}

func manualScenes() []scene {
	return []scene{
		{typed: []string{"fid connect listen 80"}, needs: "web@listen:80", keys: "GET / HTTP/1.0\r\r", says: []string{"HTTP/1.0 200 OK"}},
		{typed: []string{"tshark -r FILE -d tcp.port==443,http"}, needs: "tls-web@example.com:443",
			before: "fid --pcap FILE tls:example.com:443 < request > answer", says: []string{"GET / HTTP/1.0"}},
		{typed: []string{"nc -w1 host port"}, instead: []string{"~/bin/nc -w1 host 7 < /dev/null"}, before: `ln -s "$(command -v fid)" ~/bin/nc`, needs: "echo@host:7", codes: []int{5}},
		{typed: []string{"fid connect -z --banner host 20-30"}, needs: "smtp@host:25", says: []string{`"220 mail.example.com ESMTP\r\n"`}, codes: []int{4}},
		{typed: []string{"fid connect -z --stay 2 host 443 8443"}, needs: "echo@host:443 echo@host:8443", says: []string{"2 open"}},
		{typed: []string{"fid connect --count 10 host 443"}, needs: "echo@host:443", says: []string{"host:443: 10 tried, 10 connected, 0 % lost"}},
		{typed: []string{"fid connect --echo --count 5 host 7"}, needs: "echo@host:7", says: []string{"host:7: 5 sent, 5 back, 0 % lost"}},
		{typed: []string{`printf 'GET / HTTP/1.0\r\n\r\n' | fid connect --no-half-close host 80`}, needs: "web@host:80", says: []string{"HTTP/1.0 200 OK"}},
		{typed: []string{"fid relay -v --json=relay.log 8080 db:5432"}, needs: "echo@db:5432", client: says + "8080", stop: true, check: "grep ended relay.log"},
		{typed: []string{"fid echo --ready-file ready 127.0.0.1:0 &"}, client: `fid connect --echo "$(cat ready)"`, stop: true},
	}
}
