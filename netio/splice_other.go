//go:build !linux

package netio

// moveInKernel: there is no such call here that all of the rules can live with.
func (d *direction) moveInKernel(*Flow) (failure, bool) { return failure{}, false }
