/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Multicast, by Debian's udp-receiver: udpcast://SERVER[:PORT], one file for all machines that listen.
 *
 * udpcast says neither what it sends nor how much of it, and a sender that was killed looks to its receivers like the
 * end of the file. So this is never the only mirror: another one says how long the file is and how it begins, its end
 * counts only when that many bytes have come and udp-receiver ends well, and what it does not bring comes by a Range
 * from the next mirror. What comes in the middle is for the hash of the whole to judge.
 */
//kbuild:obj-$(CONFIG_PX_TRANSPORT_UDPCAST) += udpcast.o

#include "libbb.h"
#include <sys/prctl.h>
#include "lib/fd.h"
#include "transport/connection.h"

enum {
	START_BYTES = 64 << 10,    /* compared with what another mirror has */
	PIPE_BYTES = 1 << 20,
	HANG_MS = 60 * 1000,       /* longer than START_S and SILENCE_S, after which it gives up by itself */
	SAID_BYTES = 1024,
	KILLED = 0x180,            /* wait4pid: by the signal of that number above it */
};
#define START_S   "45" /* more than the --max-wait of the sender (initramfs/serve/cast.sh) */
#define SILENCE_S "5"
#define NO_STATISTICS_MS "2000000" /* half an hour; more, as microseconds, is no int any more */

struct cast {
	struct px_stream s;
	struct px_transfer *xfer;
	pid_t pid;                  /* 0: not started, or waited for */
	int fd, said_fd;            /* its stdout and its stderr; -1: none */
	off_t at_bytes;
	char start[START_BYTES];    /* the file's first bytes, as another mirror has them */
	ssize_t start_bytes;
};

/* The next mirror gets its turn; this one brings no more. */
static int give_up(struct cast *c, enum px_status status, const char *why, const char *more)
{
	px_transfer_fail(c->xfer, &c->s, status, "%s%s", why, more);
	c->xfer->again = 0;
	return -1;
}

/* --- what another mirror says of the file */

/* Reads the file's first bytes and its size from one mirror; -1: it does not have both, and why is in other. */
static int ask_mirror(struct cast *c, const struct px_url *url, struct px_transfer *other)
{
	const struct px_transport *t = px_transport_find(url->scheme);
	struct px_stream *s;

	if (!t) {
		sprintf(other->reason, "%.20s: is not compiled in", url->scheme);
		return -1;
	}
	s = t->open(url, other, 0);
	c->start_bytes = s->status == PX_OK ? px_stream_read_full(s, c->start, START_BYTES) : -1;
	px_stream_close(s);
	px_connection_drop(other);
	c->xfer->wait_ms += other->wait_ms;
	if (c->start_bytes < 0)
		return -1;
	if (other->total_bytes >= c->start_bytes && !other->total_low)
		return 0;
	strcpy(other->reason, "it does not say how long the file is");
	return -1;
}

/* Asks the mirrors behind this one, in turn. */
static int know_file(struct cast *c)
{
	char *const *text;
	char *why = xstrdup("no mirror behind it");
	int rc = -1;

	for (text = c->xfer->others; rc < 0 && text && *text; text++) {
		struct px_transfer other = {
			.silence_ms = c->xfer->silence_ms, .ca_file = c->xfer->ca_file, .may_join = 1,
			.part_bytes = START_BYTES, .total_bytes = -1,
		};
		struct px_url url;

		if (px_url_is_multicast(*text) || px_url_parse(&url, *text) != NULL)
			continue;
		rc = ask_mirror(c, &url, &other);
		if (rc < 0) {
			free(why);
			why = xasprintf("%s: %s", url.shown, other.reason);
		}
		c->xfer->total_bytes = other.total_bytes;
		px_url_free(&url);
	}
	if (rc < 0)
		give_up(c, PX_SERVER, "nobody says what multicast must bring: ", why);
	free(why);
	return rc;
}

/* --- udp-receiver */

/* This machine's address towards server, in own; near: by no router. Returns 0; -1: there is no such way. */
static int find_own(const struct addrinfo *server, int near, char *own)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in name;
	socklen_t len = sizeof(name);
	int rc = -1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_DONTROUTE, &near, sizeof(near));
	if (connect(fd, server->ai_addr, server->ai_addrlen) == 0
	 && getsockname(fd, (struct sockaddr *)&name, &len) == 0
	 && inet_ntop(AF_INET, &name.sin_addr, own, INET_ADDRSTRLEN))
		rc = 0;
	close(fd);
	return rc;
}

/* Where to meet the sender, and the interface towards it, which udp-receiver does not find out. It calls the sender
 * once, when it starts. In one network both meet at 224.0.0.1, where the sender calls, too, so that either may be the
 * first (without that option the receiver listens there for nothing); behind a router the sender must be there. */
static int find_addresses(struct cast *c, const char *host, const char *port, char *meet, char *own)
{
	struct addrinfo *all = px_net_resolve(c->xfer, &c->s, host, port, SOCK_DGRAM), *a;
	int rc = -1;

	for (a = all; a && rc < 0; a = a->ai_next) {
		if (a->ai_family != AF_INET)
			continue;
		strcpy(meet, "224.0.0.1");
		rc = find_own(a, 1, own);
		if (rc == 0)
			continue;
		rc = find_own(a, 0, own);
		inet_ntop(AF_INET, &((struct sockaddr_in *)a->ai_addr)->sin_addr, meet, INET_ADDRSTRLEN);
	}
	if (all)
		freeaddrinfo(all);
	return rc < 0 ? give_up(c, PX_NETWORK, "no way by IPv4 to ", host) : 0;
}

/* It must not outlive us, not even when we are killed, nor hold open what we were given. */
static void become_receiver(pid_t parent, char **argv, int out_fd, int said_fd)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	fd = open("/dev/null", O_RDONLY);
	dup2(fd, STDIN_FILENO);
	dup2(out_fd, STDOUT_FILENO);
	dup2(said_fd, STDERR_FILENO);
	px_fd_close(STDERR_FILENO + 1, INT_MAX);
	execvp(argv[0], argv);
	_exit(127);
}

static int start_receiver(struct cast *c, char **argv)
{
	int data[2], said[2];
	pid_t parent = getpid();

	if (pipe2(data, O_CLOEXEC) < 0)
		return give_up(c, PX_OTHER, "udp-receiver: ", strerror(errno));
	c->fd = data[0];
	if (pipe2(said, O_CLOEXEC) < 0) {
		close(data[1]);
		return give_up(c, PX_OTHER, "udp-receiver: ", strerror(errno));
	}
	c->said_fd = said[0];
	fcntl(data[0], F_SETPIPE_SZ, PIPE_BYTES); /* less is slower, no more than that */
	c->pid = fork();
	if (c->pid == 0)
		become_receiver(parent, argv, data[1], said[1]);
	close(data[1]);
	close(said[1]);
	if (c->pid > 0)
		return 0;
	c->pid = 0;
	return give_up(c, PX_OTHER, "udp-receiver: ", strerror(errno));
}

/* The last line that it said, without what it says of itself at every start; in said, of SAID_BYTES. */
static const char *last_words(struct cast *c, char *said)
{
	ssize_t n;
	char *line;

	ndelay_on(c->said_fd);
	n = safe_read(c->said_fd, said, SAID_BYTES - 1);
	while (n > 0 && (unsigned char)said[n - 1] <= ' ')
		n--;
	said[n > 0 ? n : 0] = '\0';
	line = strrchr(said, '\n');
	return line ? line + 1 : said;
}

/* Returns as the stream's read: 0 only for an end that is one. */
static int end_receiver(struct cast *c)
{
	char said[SAID_BYTES], *how;
	int status = wait4pid(c->pid);

	c->pid = 0;
	if (status == 0 && c->at_bytes == c->xfer->total_bytes)
		return 0;
	if (status == 127)
		return give_up(c, PX_OTHER, "this system has no udp-receiver", "");
	how = xasprintf("%"OFF_FMT"u bytes of %"OFF_FMT"u (udp-receiver: %s %d: %s)", c->at_bytes,
			c->xfer->total_bytes, status >= KILLED ? "signal" : "exit status", status % KILLED,
			last_words(c, said));
	give_up(c, PX_NETWORK, c->at_bytes ? "broke off: " : "nobody sent: ", how);
	free(how);
	return -1;
}

/* --- the stream */

/* Whether what came is what another mirror has at this place. */
static int is_other_file(const struct cast *c, const char *buf, ssize_t n)
{
	if (n > c->xfer->total_bytes - c->at_bytes)
		return 1;
	return c->at_bytes < c->start_bytes
		&& memcmp(buf, c->start + c->at_bytes, MIN(n, c->start_bytes - c->at_bytes)) != 0;
}

static ssize_t FAST_FUNC cast_read(struct px_stream *s, void *buf, size_t len_bytes)
{
	struct cast *c = (struct cast *)s;
	struct pollfd p = { c->fd, POLLIN, 0 };
	unsigned start_ms = monotonic_ms();
	ssize_t n = safe_poll(&p, 1, HANG_MS);

	c->xfer->wait_ms += (unsigned)monotonic_ms() - start_ms;
	if (n == 0)
		return give_up(c, PX_NETWORK, "udp-receiver hangs", "");
	n = safe_read(c->fd, buf, len_bytes);
	if (n < 0)
		return give_up(c, PX_IO, "cannot read from udp-receiver: ", strerror(errno));
	if (n == 0)
		return end_receiver(c);
	if (is_other_file(c, buf, n))
		return give_up(c, PX_SERVER, "another image is being sent", "");
	c->at_bytes += n;
	return n;
}

static void FAST_FUNC cast_close(struct px_stream *s)
{
	struct cast *c = (struct cast *)s;

	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		wait4pid(c->pid);
	}
	if (c->fd >= 0)
		close(c->fd);
	if (c->said_fd >= 0)
		close(c->said_fd);
}

static int begin(struct cast *c, const struct px_url *url, off_t offset_bytes)
{
	char own[INET_ADDRSTRLEN], meet[INET_ADDRSTRLEN];
	char *port = url->port ? url->port : (char *)"9000";
	const char *const argv[] = {
		"udp-receiver", "--nokbd", "--start-timeout", START_S, "--receive-timeout", SILENCE_S, "--stat-period",
		NO_STATISTICS_MS, "--portbase", port, "--interface", own, "--mcast-rdv-address", meet, NULL
	};

	if (!c->xfer->may_join)
		return give_up(c, PX_SERVER, "multicast needs something that proves the whole: -H or -j", "");
	if (offset_bytes > 0 || c->xfer->part_bytes > 0)
		return give_up(c, PX_SERVER, "multicast has no parts of a file", "");
	if (atoi(port) & 1)
		return give_up(c, PX_USAGE, "udpcast has even ports only, not ", port);
	if (find_addresses(c, url->host, port, meet, own) < 0 || know_file(c) < 0)
		return -1;
	c->xfer->start_bytes = 0;
	return start_receiver(c, (char **)argv);
}

static struct px_stream* FAST_FUNC cast_open(const struct px_url *url, struct px_transfer *xfer, off_t offset_bytes)
{
	struct cast *c = xzalloc(sizeof(*c));

	c->s.read = cast_read;
	c->s.close = cast_close;
	c->xfer = xfer;
	c->fd = c->said_fd = -1;
	begin(c, url, offset_bytes);
	return &c->s;
}

PX_TRANSPORT(udpcast) = { "udpcast", cast_open };
