package netio

// sendQueue: no ioctl of OpenBSD's tells of a socket's queue (soo_ioctl in the kernel), and its
// TCP_INFO is not in golang.org/x/sys.
func sendQueue(uintptr) int { return 0 }
