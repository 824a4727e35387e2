package netio

// msgTruncated: a datagram that was cut is an error of the Read itself, WSAEMSGSIZE.
const msgTruncated = 0
