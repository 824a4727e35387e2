package main

import "slices"

// The scenes of the documents: a recipe that is new is one entry more.
func docScenes() []scene {
	return slices.Concat(startScenes(), fileScenes(), askScenes(), proxyScenes(), serveScenes(), datagramScenes(), seeingScenes(), manualScenes())
}

// docLinesNotRun are lines in the documents that are not run, with the reason.
func docLinesNotRun() map[string]string {
	notRun := map[string]string{
		"go test ./...": "this test is a part of it",
		"fid connect":   "the beginning of a command",
		"fid --completion powershell | Out-String | Invoke-Expression":                         "Debian has no PowerShell",
		"go test . -run TestSoak -count 1 -soak 2m":                                            ".ci/soak runs it",
		"FID_COMMAND='qemu-aarch64-static /tmp/arm64/fid' go test -count 1 -run TestScripts .": ".ci/platforms runs it",
		"go run ./bench": "it takes ten minutes of an idle machine",
	}
	for _, line := range []string{"sha256sum --ignore-missing -c checksums.txt",
		"dpkg -i fid_0.1.0_amd64.deb", "rpm -i fid-0.1.0-1.x86_64.rpm", "apk add --allow-untrusted fid_0.1.0_x86_64.apk",
		"tar -xzf fid_0.1.0_linux_amd64.tar.gz", "install fid /usr/local/bin/", "install -D -m 644 docs/fid.1 /usr/local/share/man/man1/fid.1",
		"mkdir image", "tar -xzf fid_0.1.0_linux_amd64.tar.gz -C image fid", "cp /etc/ssl/certs/ca-certificates.crt image/",
		"buildah bud -t fid -f .release/Containerfile image", "git checkout v0.1.0",
		"CGO_ENABLED=0 GOFLAGS= go build -trimpath -buildvcs=true -tags urfave_cli_no_docs -ldflags '-s -w'", "sha256sum fid",
		"go run github.com/goreleaser/goreleaser/v2@v2.13.3 release --clean --skip=publish"} {
		notRun[line] = "it wants a release: .ci/release makes one and does the same"
	}
	return notRun
}

// Clients that many scenes have.
const (
	says         = "echo hello | fid connect localhost "
	isKilled     = `mkfifo input; exec 3<>input; fid connect 192.0.2.2 9000 < input & head -c 5000000 /dev/zero >&3; until [ "$(stat -c %s "$RECEIVED")" = 5000000 ]; do sleep 0.01; done; kill -9 $!`
	sameFile     = `cmp "$SCENE/A/big.iso" "$SCENE/B/big.iso"`
	typesAnswer  = "echo $((6*7)) there; exit\r"
	hearsOfOther = `mkfifo input; fid connect localhost 9000 < input > heard & exec 3> input; until [ -s heard ]; do sleep 0.01; done
echo hello | fid connect localhost 9000; until grep hello heard; do sleep 0.01; done; exec 3>&-; wait`
)

func startScenes() []scene {
	return []scene{
		{typed: []string{"echo hello | fid connect echo:"}},
		{typed: []string{"echo hello | go run . connect echo:"}, instead: []string{`cd "$REPOSITORY" && echo hello | go run . connect echo:`}, says: []string{"hello"}},
		{typed: []string{"CGO_ENABLED=0 go build -trimpath -tags urfave_cli_no_docs -ldflags '-s -w'", "sudo install fid /usr/local/bin/",
			"sudo install -D -m 644 docs/fid.1 /usr/local/share/man/man1/fid.1"}, shell: true,
			before: `cp -r "$REPOSITORY"/{go.mod,go.sum,*.go,modes,netio,docs} . && mount -t tmpfs tmpfs /usr/local/bin && mount -t tmpfs tmpfs /usr/local/share`,
			check:  `echo hello | /usr/local/bin/fid connect echo: | grep -x hello; cmp docs/fid.1 /usr/local/share/man/man1/fid.1`},
		{typed: []string{"fid --completion bash > ~/.local/share/bash-completion/completions/fid", "fid --completion zsh > ~/.zfunc/_fid",
			"fid --completion fish > ~/.config/fish/completions/fid.fish"}, shell: true,
			before: "mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc ~/.config/fish/completions",
			check:  `bash -n ~/.local/share/bash-completion/completions/fid; test -s ~/.zfunc/_fid; test -s ~/.config/fish/completions/fid.fish`},
		{typed: []string{`ln -s "$(command -v fid)" ~/bin/nc`}, check: `~/bin/nc -h | grep 'fid under the name nc'`},
		{typed: []string{"rm -f ready", "fid echo --ready-file ready 127.0.0.1:0 &", "while [ ! -s ready ]; do sleep 0.01; done",
			`fid connect --echo "$(cat ready)"`, "kill $!"}, shell: true, says: []string{"1 sent, 1 back, 0 % lost"}},
		{typed: []string{"mkfifo address", "fid echo --once --ready-fd 3 127.0.0.1:0 3>address &", "read -r where < address",
			`fid connect --echo "$where"`, "rm address"}, shell: true, says: []string{"1 sent, 1 back, 0 % lost"}},
	}
}

func fileScenes() []scene {
	return []scene{
		{typed: []string{`fid listen 9000 > big.iso; echo "exit $?"`}, client: `RECEIVED=big.iso; ` + isKilled},
		{typed: []string{"hostB$ fid listen 9000 > big.iso", "hostA$ fid connect hostB 9000 < big.iso"}, check: sameFile},
		{typed: []string{"hostA$ fid listen 9000 < big.iso", "hostB$ fid connect hostA 9000 > big.iso"}, check: sameFile},
		{typed: []string{"fid: 9000: 192.0.2.7:44499: reset after 0 B sent, 512.0 MB received"}, by: []string{"hostB$ fid listen 9000 > big.iso"},
			client: `RECEIVED="$SCENE/B/big.iso"; ` + isKilled, codes: []int{6}},
		{typed: []string{"hostB$ fid listen 9001 > /mnt/full/big.iso", "hostA$ fid connect hostB 9001 < big.iso"},
			before: "rm big.iso; truncate -s 1100000000 big.iso; mount -t tmpfs tmpfs /mnt; mkdir /mnt/full; mount -t tmpfs -o size=24m tmpfs /mnt/full", codes: []int{9, 6}},
		{typed: []string{"fid: localhost:9104: hung up at the far end's FIN (--hangup) after 1.0 MB of 67.1 MB sent; the far end did not take the rest"},
			by: []string{"fid connect --hangup localhost 9104 < big.iso"}, needs: "slow@localhost:9104", before: "rm big.iso; truncate -s 67100000 big.iso", codes: []int{6}},
		{typed: []string{"fid connect --digest sha256 hostB 9000 < big.iso 2> sums", "sed -n 's/sent$/big.iso/p' sums | sha256sum -c"}, shell: true,
			needs: "sink@hostB:9000", says: []string{"big.iso: OK"}},
		{typed: []string{"hostB$ nc -l 9000 > big.iso", "hostA$ fid connect hostB 9000 < big.iso"}, check: sameFile},
		{typed: []string{"hostA$ nc -N hostB 9000 < big.iso", "hostB$ fid listen 9000 > big.iso"},
			instead: []string{"hostB$ fid listen 9000 > big.iso", "hostA$ nc -N hostB 9000 < big.iso"}, check: sameFile},
		{typed: []string{"hostB$ fid listen --tls 9000 > big.iso",
			"hostA$ fid connect --pin sha256:IXgqxWml+9LbR/rFCvlCHqt5CmAg4Chy7kQxehm1nQY= tls:hostB:9000 < big.iso"}, check: sameFile},
		{typed: []string{"hostB$ fid listen 9000 | tar xz", "hostA$ tar cz photos | fid connect hostB 9000"}, check: `diff -r photos "$SCENE/B/photos"`},
		{typed: []string{"fid relay 8080 file:index.html"}, client: "fid connect localhost 8080 < /dev/null | cmp - index.html", stop: true},
		{typed: []string{"fid listen --digest sha256 9000 > big.iso"}, before: "mv big.iso sent", client: "fid connect hostB 9000 < sent"},
		{typed: []string{"fid connect --limit 300M nas 9000 < big.iso"}, needs: "sink@nas:9000", before: "rm big.iso; truncate -s 3200000000 big.iso", stop: true},
		{typed: []string{"cat /dev/zero | fid connect --limit 50M nas 9000"}, needs: "sink@nas:9000", stop: true,
			codes: []int{anyCode}}, // Ctrl-C ends cat, too, and its end may come first
		{typed: []string{"fid: localhost:9001: 161.6 MB sent, 0 B received in 3.21 s (50.4 MB/s out); round trip 44 µs (least 4 µs)"},
			by: []string{"echo $$ > pid; exec fid connect --limit 50M localhost 9001 < /dev/zero"}, needs: "sink@localhost:9001",
			ready: " MB/s", client: "kill -USR1 $(cat pid)", stop: true},
		{typed: []string{"kill -USR1 PID"}, instead: []string{"echo $$ > pid; exec fid connect --limit 50M localhost 9001 < /dev/zero"}, needs: "sink@localhost:9001",
			ready: " MB/s", client: "PID=$(cat pid); kill -USR1 $PID", says: []string{"fid: localhost:9001: 161.6 MB sent, 0 B received in 3.21 s"}, stop: true},
	}
}
