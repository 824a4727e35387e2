package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// docServices stands for the services that the commands of the documents ask. Each argument is
// what it speaks, "@", and where. It says when all of them listen, and ends with its input.
func docServices() {
	for _, arg := range os.Args[1:] {
		kind, addr, _ := strings.Cut(arg, "@")
		if err := serveDoc(kind, addr); err != nil {
			fmt.Fprintln(os.Stderr, arg, err)
			os.Exit(1)
		}
	}
	fmt.Println("listening")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func serveDoc(kind, addr string) error {
	if answers, ok := docDatagrams()[kind]; ok {
		p, err := net.ListenPacket("udp", addr)
		if err == nil {
			go answerDatagrams(p, answers)
		}
		return err
	}
	if later, ok := strings.CutPrefix(kind, "later-"); ok { // so that who waits for it has to
		time.AfterFunc(300*time.Millisecond, func() { _ = serveDoc(later, addr) })
		return nil
	}
	talk, ok := docTalks()[strings.TrimPrefix(kind, "tls-")]
	if !ok {
		return fmt.Errorf("no such service")
	}
	network := "tcp4"
	if strings.HasPrefix(addr, "/") {
		network = "unix"
	}
	l, err := net.Listen(network, addr)
	if err == nil && strings.HasPrefix(kind, "tls-") {
		l = tls.NewListener(l, docTLS())
	}
	if err == nil {
		go serveTalk(l, talk)
	}
	return err
}

func serveTalk(l net.Listener, talk func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			talk(c)
		}()
	}
}

// docTLS is the certificate of all names, from the file that FID_DOCS_CERTIFICATE names.
func docTLS() *tls.Config {
	file := os.Getenv("FID_DOCS_CERTIFICATE")
	pair, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}
}

// docTalks is what is said over a connection.
func docTalks() map[string]func(net.Conn) {
	return map[string]func(net.Conn){
		"echo": func(c net.Conn) { _, _ = io.Copy(c, c) },
		"sink": func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"slow": func(c net.Conn) {
			_, _ = io.ReadFull(c, make([]byte, 1e6))
			_ = c.(*net.TCPConn).CloseWrite()
			select {}
		},
		"hangup": func(c net.Conn) { _, _ = c.Read(make([]byte, 1000)); _, _ = c.Read(make([]byte, 1)) },
		"telnet": func(c net.Conn) {
			_, _ = io.WriteString(c, "\xff\xfd\x18login: ")
			_, _ = io.ReadFull(c, make([]byte, 3))
		},
		"web":       talkWeb,
		"smtp":      talkSMTP,
		"redis":     func(c net.Conn) { answerLine(c, "PING\r\n", "+PONG\r\n") },
		"zookeeper": talkZooKeeper,
	}
}

func talkZooKeeper(c net.Conn) {
	if four := make([]byte, 4); readsAll(c, four) && string(four) == "ruok" {
		_, _ = io.WriteString(c, "imok")
	}
}

func readsAll(c net.Conn, p []byte) bool {
	_, err := io.ReadFull(c, p)
	return err == nil
}

func answerLine(c net.Conn, question, answer string) {
	if line, _ := bufio.NewReader(c).ReadString('\n'); line == question {
		_, _ = io.WriteString(c, answer)
	}
	_, _ = io.Copy(io.Discard, c)
}

// talkWeb answers in the words of python3 -m http.server.
func talkWeb(c net.Conn) {
	r := bufio.NewReader(c)
	request, _ := r.ReadString('\n')
	for line := request; strings.TrimSpace(line) != ""; {
		var err error
		if line, err = r.ReadString('\n'); err != nil {
			return
		}
	}
	const head = "Server: SimpleHTTP/0.6 Python/3.11.7\r\nDate: Mon, 23 Nov 2026 15:22:52 GMT\r\n"
	body := "<!DOCTYPE HTML>\n" + strings.Repeat(".", 207) + "\n"
	switch method, path, _ := strings.Cut(request, " "); {
	case strings.HasPrefix(path, "/none"):
		_, _ = io.WriteString(c, "HTTP/1.0 404 File not found\r\n"+head+notFound) // 520 bytes
	default:
		_, _ = fmt.Fprintf(c, "HTTP/1.0 200 OK\r\n%sContent-type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n", head, len(body))
		if method != "HEAD" {
			_, _ = io.WriteString(c, body)
			return
		}
		_, _ = io.Copy(io.Discard, c) // who asks for that here half-closes, and comes first
	}
}

const notFound = "Connection: close\r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: 335\r\n\r\n" + `<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 404</p>
        <p>Message: File not found.</p>
        <p>Error code explanation: 404 - Nothing matches the given URI.</p>
    </body>
</html>
`

func talkSMTP(c net.Conn) {
	_, _ = io.WriteString(c, "220 mail.example.com ESMTP\r\n")
	for r := bufio.NewReader(c); ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch strings.ToUpper(strings.TrimRight(line, "\r\n")) {
		case "QUIT":
			_, _ = io.WriteString(c, "221 2.0.0 Bye\r\n")
			return
		case "STARTTLS":
			_, _ = io.WriteString(c, "220 2.0.0 Ready to start TLS\r\n")
			if secure := tls.Server(c, docTLS()); secure.Handshake() == nil {
				_, _ = io.Copy(io.Discard, secure)
			}
			return
		default:
			_, _ = io.WriteString(c, "250-mail.example.com\r\n250 STARTTLS\r\n")
		}
	}
}

// docDatagrams is what answers a datagram; nil is nothing.
func docDatagrams() map[string]func([]byte) []byte {
	return map[string]func([]byte) []byte{
		"statsd": func([]byte) []byte { return nil },
		"dns": func(question []byte) []byte {
			if len(question) < 12 { // a header, RFC 1035 section 4.1.1
				return nil
			}
			answer := append([]byte{}, question...)
			answer[2] |= 0x80 // QR
			return answer
		},
	}
}

func answerDatagrams(p net.PacketConn, answers func([]byte) []byte) {
	for buf := make([]byte, 1500); ; {
		n, from, err := p.ReadFrom(buf)
		if err != nil {
			return
		}
		if answer := answers(buf[:n]); answer != nil {
			_, _ = p.WriteTo(answer, from)
		}
	}
}
