/*
 * A bare echo server: what an echo over TCP costs when nothing but the echo is
 * done. One thread, one epoll instance, level-triggered; a read is written back
 * at once, and what cannot be written is kept until it can.
 *
 * usage: epollecho PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 256 << 10, EVENTS = 1024, BACKLOG = 4096 };

/* What a connection could not write yet; most never have any. */
struct pending {
	char *bytes;
	size_t length, sent;
};

static int epoll;
static char buffer[BUFFER];
static struct pending *pending; /* by descriptor */
static int pending_size;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static struct pending *pending_of(int fd)
{
	if (fd >= pending_size) {
		int size = fd * 2 + 64;
		pending = realloc(pending, size * sizeof *pending);
		if (!pending)
			die("realloc");
		memset(pending + pending_size, 0, (size - pending_size) * sizeof *pending);
		pending_size = size;
	}
	return &pending[fd];
}

static void watch(int operation, int fd, unsigned events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };
	if (epoll_ctl(epoll, operation, fd, &event) < 0)
		die("epoll_ctl");
}

static void drop(int fd)
{
	free(pending[fd].bytes);
	memset(&pending[fd], 0, sizeof pending[fd]);
	close(fd);
}

static void accept_all(int listener)
{
	int fd;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		pending_of(fd);
		watch(EPOLL_CTL_ADD, fd, EPOLLIN);
	}
}

/* keep stores what was not written and waits for room instead of for input. */
static void keep(int fd, const char *bytes, size_t length)
{
	struct pending *p = &pending[fd];
	p->bytes = malloc(length);
	if (!p->bytes)
		die("malloc");
	memcpy(p->bytes, bytes, length);
	p->length = length;
	p->sent = 0;
	watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void echo(int fd)
{
	ssize_t got = read(fd, buffer, sizeof buffer);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		drop(fd);
		return;
	}
	ssize_t sent = write(fd, buffer, got);
	if (sent < 0 && errno != EAGAIN) {
		drop(fd);
		return;
	}
	if (sent < 0)
		sent = 0;
	if (sent < got)
		keep(fd, buffer + sent, got - sent);
}

static void resume(int fd)
{
	struct pending *p = &pending[fd];
	ssize_t sent = write(fd, p->bytes + p->sent, p->length - p->sent);
	if (sent < 0 && errno == EAGAIN)
		return;
	if (sent < 0) {
		drop(fd);
		return;
	}
	p->sent += sent;
	if (p->sent < p->length)
		return;
	free(p->bytes);
	memset(p, 0, sizeof *p);
	watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static int listen_on(int port)
{
	int one = 1;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0)
		die("SO_REUSEADDR");
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		die("bind");
	if (listen(fd, BACKLOG) < 0)
		die("listen");
	return fd;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s PORT\n", argv[0]);
		return 2;
	}
	signal(SIGPIPE, SIG_IGN); /* a client that is gone is a failed write */
	struct epoll_event events[EVENTS];
	int listener = listen_on(atoi(argv[1]));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		die("epoll_create1");
	watch(EPOLL_CTL_ADD, listener, EPOLLIN);
	for (;;) {
		int n = epoll_wait(epoll, events, EVENTS, -1);
		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		for (int i = 0; i < n; i++) {
			int fd = events[i].data.fd;
			if (fd == listener)
				accept_all(listener);
			else if (events[i].events & EPOLLOUT)
				resume(fd);
			else
				echo(fd);
		}
	}
}
