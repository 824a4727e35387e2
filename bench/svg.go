package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// The measures of the chart, in pixels. fid's bar has the same length in every
// group, so that one look tells who needs more and who less.
const (
	chartWidth  = 760
	margin      = 28
	barsAt      = 120
	unitWidth   = 190 // of fid's bar
	longestBar  = 2.6 // in unitWidths; longer ones are cut
	barHeight   = 14
	rowHeight   = 20
	titleHeight = 26
	groupGap    = 18
	headHeight  = 74
)

// The colours do for a light page and a dark one, since the chart brings its
// own background.
const (
	paper       = "#f8fafc"
	border      = "#d5dce4"
	ink         = "#1f2933"
	mutedInk    = "#5f6c7b"
	accent      = "#0b7285"
	ordinary    = "#b4c0cc"
	otherAccent = "#7fb5c0"
	alarm       = "#b02a37"
)

const fonts = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"

// halo keeps the dashed line from crossing a label.
const halo = `stroke="` + paper + `" stroke-width="4" paint-order="stroke"`

// svg draws the figures that are charted.
func (r report) svg() []byte {
	var body bytes.Buffer
	y := headHeight
	for _, f := range r.figures {
		own, ok := f.own()
		if !f.charted || !ok {
			continue
		}
		drawGroup(&body, f, own, y)
		y += titleHeight + rowHeight*len(f.rows) + groupGap
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%[2]d" viewBox="0 0 %[1]d %[2]d"`+
		` role="img" font-family="%[3]s" font-size="12" fill="%[4]s">`+"\n", chartWidth, y, fonts, ink)
	fmt.Fprintf(&b, "<title>%s</title>\n", chartText)
	fmt.Fprintf(&b, `<rect x="0.5" y="0.5" width="%d" height="%d" rx="12" fill="%s" stroke="%s"/>`+"\n",
		chartWidth-1, y-1, paper, border)
	text(&b, margin, 34, `font-size="18" font-weight="600"`, "fid beside other tools")
	text(&b, margin, 54, `fill="`+mutedInk+`"`, "Every bar is relative to fid's, the dashed line. Measured on "+
		r.when.Format(time.DateOnly)+", on one machine.")
	b.Write(body.Bytes())
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// drawGroup draws a figure, a bar for each row.
func drawGroup(w io.Writer, f *figure, own float64, y int) {
	text(w, margin, y+14, `font-size="13" font-weight="600"`, f.section+": "+f.name)
	text(w, chartWidth-margin, y+14, `text-anchor="end" fill="`+mutedInk+`"`, f.unit+", "+f.better())
	y += titleHeight
	x := barsAt + unitWidth
	fmt.Fprintf(w, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="%s" stroke-dasharray="2 3"/>`+"\n",
		x, y-4, x, y+rowHeight*len(f.rows)-2, accent)
	for i, r := range f.rows {
		drawRow(w, f, r, own, y+i*rowHeight)
	}
}

func drawRow(w io.Writer, f *figure, r *row, own float64, y int) {
	base := y + barHeight - 3
	weight := ""
	if r.name == subjectName {
		weight = `font-weight="600" `
	}
	text(w, barsAt-8, base, weight+`text-anchor="end"`, r.name)
	value, ok := r.value()
	if !ok {
		text(w, barsAt, base, `fill="`+alarm+`"`, f.cells(r)[1])
		return
	}
	length := value / own
	width := unitWidth * min(length, longestBar)
	fmt.Fprintf(w, `<rect x="%d" y="%d" width="%.1f" height="%d" rx="2" fill="%s"/>`+"\n",
		barsAt, y, max(width, 1), barHeight, colour(r.name))
	if length > longestBar {
		drawCut(w, barsAt+width-24, y)
	}
	label := number(value, f.digits)
	if r.name != subjectName {
		label += " (" + ratio(value, own) + " ×)"
	}
	text(w, barsAt+int(width)+7, base, weight+halo, label)
}

// drawCut is the gap in a bar that is longer than there is room for.
func drawCut(w io.Writer, x float64, y int) {
	fmt.Fprintf(w, `<path d="M%.1f %d l6 %d h5 l-6 %d z" fill="%s"/>`+"\n",
		x, y+barHeight+1, -barHeight-2, barHeight+2, paper)
}

func colour(name string) string {
	switch name {
	case subjectName:
		return accent
	case otherName:
		return otherAccent
	}
	return ordinary
}

// text writes a line of text; names and units are data, so it is escaped.
func text(w io.Writer, x, y int, attributes, content string) {
	fmt.Fprintf(w, `<text x="%d" y="%d" %s>`, x, y, attributes)
	_ = xml.EscapeText(w, []byte(content)) // a buffer takes everything
	fmt.Fprintf(w, "</text>\n")
}
