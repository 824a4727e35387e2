package netio

// DescriptorLimit returns how many sockets to count with: Windows has no limit
// a process, memory bounds them.
func DescriptorLimit() int { return 16384 }
