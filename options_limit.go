package main

import "fid/netio"

func (v *values) limit() netio.Layer { return nil }
