//go:build linux

package main

import "context"

// A trial measures one contender at a time; a sample of it is a value for each
// of its figures.
type trial struct {
	figures []*figure
	sample  func(ctx context.Context, contender int) ([]float64, error)
}

// round takes a sample of each contender for each trial. The order rotates from
// round to round, so that nobody always comes after the same neighbour. A
// contender that failed is not asked again; the error is that of the run's end.
func round(ctx context.Context, n int, trials []trial) error {
	for _, t := range trials {
		contenders := len(t.figures[0].rows)
		for i := range contenders {
			at := (i + n) % contenders
			if t.figures[0].rows[at].failed != nil {
				continue
			}
			values, err := t.sample(ctx, at)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			for f, figure := range t.figures {
				if err != nil {
					figure.rows[at].failed = asDefect(err)
				} else {
					figure.rows[at].samples = append(figure.rows[at].samples, values[f])
				}
			}
		}
	}
	return nil
}

// rounds takes all samples of a section and prints its figures.
func (r *runner) rounds(ctx context.Context, section string, trials []trial) error {
	for n := range r.opts.rounds {
		r.say("%s: round %d of %d", section, n+1, r.opts.rounds)
		if err := round(ctx, n, trials); err != nil {
			return err
		}
	}
	return r.keep(trials)
}
