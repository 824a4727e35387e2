package main

import "fid/netio"

func (v *values) hex(out *console) netio.Layer { return nil }
