package main

import "fid/netio"

func (v *values) digest(out *console) netio.Layer { return nil }
