package netio

import "strings"

// startSMTP is RFC 3207. We call ourselves by an address literal (RFC 5321, section
// 4.1.3), which servers take that refuse a name without a dot; our true name and
// address are nobody's business before TLS.
func startSMTP(d *upgrade) error {
	greeting, err := d.smtpReply()
	switch {
	case err != nil:
		return err
	case greeting.code[0] == '4' || greeting.code[0] == '5':
		return d.turnedAway(greeting.words())
	case greeting.code != "220":
		return d.stranger()
	}
	if err := d.ask("EHLO [127.0.0.1]\r\n", "answer to EHLO"); err != nil {
		return err
	}
	hello, err := d.smtpReply()
	switch {
	case err != nil:
		return err
	case hello.code != "250":
		return d.refused("EHLO", hello.words())
	case !hello.offers("STARTTLS"):
		return d.notOffered()
	}
	if err := d.ask("STARTTLS\r\n", "answer to STARTTLS"); err != nil {
		return err
	}
	answer, err := d.smtpReply()
	if err == nil && answer.code != "220" {
		return d.refused("STARTTLS", answer.words())
	}
	return err
}

// An smtpReply is a code of three digits and the texts of its lines.
type smtpReply struct {
	code  string
	texts []string
}

func (r smtpReply) words() string { return words(strings.TrimSpace(r.code + " " + r.texts[0])) }

// offers looks for a keyword of EHLO; the first line is the server's name.
func (r smtpReply) offers(keyword string) bool {
	for _, text := range r.texts[1:] {
		if name, _, _ := strings.Cut(text, " "); strings.EqualFold(name, keyword) {
			return true
		}
	}
	return false
}

// smtpReply reads a reply: all its lines but the last have a hyphen behind the code
// (RFC 5321, section 4.2.1).
func (d *upgrade) smtpReply() (smtpReply, error) {
	var r smtpReply
	for {
		line, err := d.line()
		if err != nil {
			return r, err
		}
		code, rest := line[:min(3, len(line))], line[min(3, len(line)):]
		switch {
		case !isSMTPCode(code), rest != "" && rest[0] != ' ' && rest[0] != '-':
			return r, d.notALine(quoted(d.heard))
		case r.code != "" && r.code != code:
			return r, d.malformed("the code changes from " + r.code + " to " + code)
		}
		r.code = code
		r.texts = append(r.texts, rest[min(1, len(rest)):])
		if !strings.HasPrefix(rest, "-") {
			return r, nil
		}
	}
}

func isSMTPCode(code string) bool {
	return len(code) == 3 && code[0] >= '2' && code[0] <= '5' && strings.Trim(code, "0123456789") == ""
}

// startIMAP is RFC 9051, section 6.2.1 (as RFC 3501). The capabilities are asked for,
// since a greeting need not have them.
func startIMAP(d *upgrade) error {
	greeting, err := d.line()
	if err != nil {
		return err
	}
	switch imapStatus(greeting, "*") {
	case "OK":
	case "BYE":
		return d.turnedAway(words(greeting))
	case "PREAUTH":
		return d.say("STARTTLS is not possible (imap): the server has logged us in already: " + words(greeting))
	default:
		return d.stranger()
	}
	offered := false
	err = d.imapCommand("a1", "CAPABILITY", func(line string) {
		for _, word := range strings.Fields(line)[1:] {
			offered = offered || imapStatus(line, "*") == "CAPABILITY" && strings.EqualFold(word, "STARTTLS")
		}
	})
	if err == nil && !offered {
		err = d.notOffered()
	}
	if err != nil {
		return err
	}
	return d.imapCommand("a2", "STARTTLS", func(string) {})
}

// imapCommand sends a command and reads up to the line that has its tag; those before
// it go to untagged.
func (d *upgrade) imapCommand(tag, command string, untagged func(string)) error {
	if err := d.ask(tag+" "+command+"\r\n", "answer to "+command); err != nil {
		return err
	}
	for {
		line, err := d.line()
		switch {
		case err != nil:
			return err
		case imapStatus(line, tag) == "OK":
			return nil
		case imapStatus(line, tag) == "NO" || imapStatus(line, tag) == "BAD":
			return d.refused(command, words(strings.TrimPrefix(line, tag+" ")))
		case imapStatus(line, "*") == "BYE":
			return d.turnedAway(words(line))
		case imapStatus(line, "*") == "":
			return d.malformed(quoted(d.heard))
		}
		untagged(line)
	}
}

// imapStatus returns the word behind tag in capitals, or "" where the line has
// another tag or nothing behind it.
func imapStatus(line, tag string) string {
	rest, ok := strings.CutPrefix(line, tag+" ")
	if !ok {
		return ""
	}
	word, _, _ := strings.Cut(rest, " ")
	return strings.ToUpper(word)
}

// startPOP3 is RFC 2595, section 4. A server without CAPA (RFC 2449) may have STLS
// all the same, and is asked.
func startPOP3(d *upgrade) error {
	greeting, ok, err := d.pop3Status()
	switch {
	case err != nil:
		return err
	case !ok:
		return d.turnedAway(greeting)
	}
	if err := d.ask("CAPA\r\n", "answer to CAPA"); err != nil {
		return err
	}
	_, ok, err = d.pop3Status()
	if err == nil && ok {
		err = d.pop3Capabilities()
	}
	if err != nil {
		return err
	}
	if err := d.ask("STLS\r\n", "answer to STLS"); err != nil {
		return err
	}
	answer, ok, err := d.pop3Status()
	if err == nil && !ok {
		return d.refused("STARTTLS", answer)
	}
	return err
}

// pop3Status reads a line that says yes or no, and returns it for a message.
func (d *upgrade) pop3Status() (said string, ok bool, err error) {
	line, err := d.line()
	if err != nil {
		return "", false, err
	}
	switch status, _, _ := strings.Cut(line, " "); status {
	case "+OK":
		return words(line), true, nil
	case "-ERR":
		return words(line), false, nil
	}
	return "", false, d.notALine(quoted(d.heard))
}

// pop3Capabilities reads the list up to its full stop, and looks for STLS.
func (d *upgrade) pop3Capabilities() error {
	offered := false
	for {
		line, err := d.line()
		switch {
		case err != nil:
			return err
		case line == "." && !offered:
			return d.notOffered()
		case line == ".":
			return nil
		}
		name, _, _ := strings.Cut(line, " ")
		offered = offered || strings.EqualFold(name, "STLS")
	}
}
