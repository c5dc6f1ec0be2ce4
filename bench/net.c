#define _GNU_SOURCE
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 1 << 18, LARGEST_BODY = 1 << 23, PER_ADDRESS = 20000, BATCH = 512, RETRY_MS = 200 };

struct timer {
    int64_t due;
    struct link *link; /* NULL: timed_out(a, b) */
    int a, b;
};

const char *net_host = "127.0.0.1";
int net_port, net_connecting;
int64_t arrived_at;

static struct sockaddr_in server;
static struct timer *timers;
static int timer_count, timer_size, poll_fd, source_index;
static int64_t clocks_apart;
static bool released;
static char buffer[BUFFER];

/* ---- timers: a binary heap by due time ---- */

static void add_timer(int64_t due, struct link *link, int a, int b)
{
    if (timer_count == timer_size) {
        timer_size = timer_size ? timer_size * 2 : 1024;
        timers = realloc(timers, (size_t)timer_size * sizeof *timers);
        if (!timers)
            die("out of memory");
    }
    int i = timer_count++;
    while (i && timers[(i - 1) / 2].due > due) {
        timers[i] = timers[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    timers[i] = (struct timer){due, link, a, b};
}

static struct timer take_timer(void)
{
    struct timer first = timers[0], last = timers[--timer_count];
    int i = 0;
    for (int child; (child = 2 * i + 1) < timer_count; i = child) {
        if (child + 1 < timer_count && timers[child + 1].due < timers[child].due)
            child++;
        if (timers[child].due >= last.due)
            break;
        timers[i] = timers[child];
    }
    timers[i] = last;
    return first;
}

void call_at(int64_t due, int a, int b) { add_timer(due, NULL, a, b); }

void link_later(struct link *link, int ms)
{
    if (link->timed)
        return;
    link->timed = true;
    add_timer(now_ns() + ms * MS, link, 0, 0);
}

static void run_timers(int64_t now)
{
    while (timer_count && timers[0].due <= now) {
        struct timer t = take_timer();
        if (!t.link) {
            timed_out(t.a, t.b);
            continue;
        }
        t.link->timed = false;
        use(t.link);
    }
}

/* ---- connections ---- */

/* The kernel notes by the clock on the wall when bytes arrive, and all else here goes by the other one. Time that
 * passes between reading one and the other makes the difference smaller, so the greatest of some is right. */
static int64_t compare_clocks(void)
{
    int64_t apart = INT64_MIN;
    for (int i = 0; i < 100; i++) {
        struct timespec wall;
        clock_gettime(CLOCK_REALTIME, &wall);
        int64_t found = wall.tv_sec * SECOND + wall.tv_nsec - now_ns();
        apart = found > apart ? found : apart;
    }
    return apart;
}

bool clock_was_set(void) { return llabs(compare_clocks() - clocks_apart) > MS; }

void net_open(bool stdin_too)
{
    clocks_apart = compare_clocks();
    signal(SIGPIPE, SIG_IGN);
    server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)net_port)};
    if (inet_pton(AF_INET, net_host, &server.sin_addr) != 1)
        die("%s is no address", net_host);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (stdin_too && epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &event))
        die("a pipe is needed on stdin");
}

void begin_link(struct link *link, int role, int owner)
{
    link->fd = -1;
    link->role = (uint8_t)role;
    link->owner = owner;
}

void close_link(struct link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    if (link->state == CONNECTING)
        net_connecting--;
    link->fd = -1;
    link->state = CLOSED;
    link->part_length = 0;
}

/* Sources are spread over 127.0.0.2, 127.0.0.3, ...: one address has some 28,000 ports towards one server. */
static void bind_source(int fd)
{
    int one = 1;
    uint32_t address = INADDR_LOOPBACK + 1 + (uint32_t)(source_index++ / PER_ADDRESS % 200);
    struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    bind(fd, (struct sockaddr *)&source, sizeof source);
}

void open_link(struct link *link)
{
    int one = 1;
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link->fd < 0)
        die("cannot open a socket: %s", strerror(errno));
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(link->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one);
    bind_source(link->fd);
    if (connect(link->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) {
        fault("connect: %s", strerror(errno));
        close_link(link);
        link_later(link, RETRY_MS);
        return;
    }
    link->state = CONNECTING;
    net_connecting++;
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = link};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, link->fd, &event);
}

void use(struct link *link)
{
    if (link->state == CLOSED)
        open_link(link);
    else if (link->state == READY)
        ready(link);
}

static void connected(struct link *link)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        fault("connect: %s", strerror(error));
        close_link(link);
        link_later(link, RETRY_MS);
        return;
    }
    net_connecting--;
    link->state = READY;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = link};
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, link->fd, &event);
    ready(link);
}

static void lost(struct link *link)
{
    bool asked = link->state == ASKED;
    close_link(link);
    broken(link, asked);
}

/* Requests are far smaller than a socket's empty buffer: one that does not fit means a broken connection. */
bool ask(struct link *link, const char *request, size_t length)
{
    link->state = ASKED;
    if (send(link->fd, request, length, MSG_NOSIGNAL) == (ssize_t)length)
        return true;
    lost(link);
    return false;
}

/* ---- answers ---- */

const char *header(const struct reply *reply, const char *name)
{
    const char *end = reply->head + reply->head_length - 2, *line = memchr(reply->head, '\r', reply->head_length);
    size_t length = strlen(name);
    for (; line && line + length + 3 < end; line = memchr(line + 1, '\r', (size_t)(end - line - 1)))
        if (line[1] == '\n' && !strncasecmp(line + 2, name, length) && line[2 + length] == ':') {
            line += length + 3;
            while (*line == ' ')
                line++;
            return line;
        }
    return NULL;
}

/* Takes one answer from the bytes. Returns how many bytes it was, 0 when it is not whole yet. */
static size_t take_answer(struct link *link, const char *bytes, size_t length)
{
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end)
        return 0;
    if (length < 12 || memcmp(bytes, "HTTP/1.", 7))
        die("this is not HTTP: %.*s", (int)(length > 60 ? 60 : length), bytes);
    struct reply reply = {.status = atoi(bytes + 9), .head = bytes, .body = end + 4};
    reply.head_length = (size_t)(end + 4 - bytes);
    const char *size = header(&reply, "content-length"), *connection = header(&reply, "connection");
    if (!size && reply.status != 304)
        die("an answer without Content-Length (this generator reads no other): %.*s", (int)(end - bytes), bytes);
    reply.length = size && reply.status != 304 ? strtoul(size, NULL, 10) : 0;
    if (reply.length > LARGEST_BODY)
        die("an answer of %zu bytes", reply.length);
    if (length < reply.head_length + reply.length)
        return 0;
    reply.closing = connection && !strncasecmp(connection, "close", 5);
    link->state = READY;
    if (reply.closing)
        close_link(link);
    answered(link, &reply);
    return reply.head_length + reply.length;
}

static void keep_part(struct link *link, const char *bytes, size_t length)
{
    if (link->part_length + length > link->part_size) {
        link->part_size = (link->part_length + length) * 2;
        link->part = realloc(link->part, link->part_size);
        if (!link->part)
            die("out of memory");
    }
    memcpy(link->part + link->part_length, bytes, length);
    link->part_length += length;
}

/* Reads what has come and notes when it did: that says something of the server, and when it is read something of us. */
static ssize_t receive(int fd)
{
    union {
        struct cmsghdr first;
        char bytes[CMSG_SPACE(sizeof(struct timespec))];
    } notes;
    struct iovec into = {.iov_base = buffer, .iov_len = sizeof buffer};
    struct msghdr message = {
        .msg_iov = &into, .msg_iovlen = 1, .msg_control = &notes, .msg_controllen = sizeof notes};
    ssize_t got = recvmsg(fd, &message, 0);
    if (got <= 0)
        return got;
    struct cmsghdr *note = CMSG_FIRSTHDR(&message);
    arrived_at = 0;
    if (note && note->cmsg_level == SOL_SOCKET && note->cmsg_type == SO_TIMESTAMPNS) {
        struct timespec wall;
        memcpy(&wall, CMSG_DATA(note), sizeof wall);
        arrived_at = wall.tv_sec * SECOND + wall.tv_nsec - clocks_apart;
    }
    return got;
}

/* Reads once; whether there may be more. */
static bool read_some(struct link *link)
{
    ssize_t got = receive(link->fd);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (got <= 0) {
        lost(link);
        return false;
    }
    if (link->state != ASKED) {
        unexpected(link);
        lost(link);
        return false;
    }
    const char *bytes = buffer;
    size_t length = (size_t)got, taken;
    if (link->part_length) {
        keep_part(link, buffer, length);
        bytes = link->part;
        length = link->part_length;
        link->part_length = 0; /* forgotten before the answer is acted on, kept again below if it is not whole */
    } else if (recognised(link, bytes, length)) {
        return false;
    }
    taken = take_answer(link, bytes, length);
    if (taken && taken < length)
        unexpected(link);
    if (!taken && bytes == link->part)
        link->part_length = length;
    else if (!taken)
        keep_part(link, bytes, length);
    return got == sizeof buffer;
}

/* News is told once (edge-triggered), which spares the kernel a second look at each socket. So all there is must be
 * read now: what did not fit into the buffer, and the end of a connection that came together with its last bytes. */
static void readable(struct link *link, bool ended)
{
    int fd = link->fd;
    bool more = true;
    while (more && link->fd == fd && link->state != CONNECTING)
        more = read_some(link);
    if (ended && link->fd == fd && link->state != CONNECTING)
        read_some(link);
}

/* ---- the loop ---- */

static void stdin_readable(void)
{
    char line[64];
    if (read(0, line, sizeof line) <= 0)
        die("the parent has gone");
    released = true;
}

void turn(int64_t until)
{
    struct epoll_event events[BATCH];
    int64_t now = now_ns(), next = timer_count && timers[0].due < until ? timers[0].due : until;
    int wait = next <= now ? 0 : (int)((next - now) / MS) + 1;
    int n = epoll_wait(poll_fd, events, BATCH, wait);
    for (int i = 0; i < n; i++) {
        struct link *link = events[i].data.ptr;
        if (!link)
            stdin_readable();
        else if (link->fd < 0)
            continue;
        else if (link->state != CONNECTING)
            readable(link, events[i].events & (EPOLLRDHUP | EPOLLHUP));
        else if (events[i].events & (EPOLLOUT | EPOLLERR)) /* else: news of the socket it had before */
            connected(link);
    }
    if (timer_count)
        run_timers(now_ns());
}

void turn_for(int ms, int64_t deadline)
{
    int64_t until = now_ns() + ms * MS;
    while (now_ns() < until && now_ns() < deadline)
        turn(until < deadline ? until : deadline);
}

void wait_for_line(const char *name, int64_t deadline)
{
    released = false;
    fprintf(stderr, "phase %s\n", name);
    while (!released && now_ns() < deadline)
        turn(deadline);
}
