package netio

import (
	"runtime"
	"sync"
)

// spareThreads are those that wait in system calls while all others run.
const spareThreads = 6

// ReserveThreads has Go's runtime make the threads that it may come to need, which
// it then keeps. Where no more processes are allowed (RLIMIT_NPROC) no more threads
// are either, and a runtime that cannot make one ends the program, listener and all.
func ReserveThreads() {
	var made sync.WaitGroup
	n := runtime.GOMAXPROCS(0) + spareThreads
	made.Add(n)
	for range n {
		go func() {
			runtime.LockOSThread() // each waits on a thread of its own
			made.Done()
			made.Wait()
			runtime.UnlockOSThread()
		}()
	}
	made.Wait()
}
