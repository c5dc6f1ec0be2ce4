/* The floor below the floor: the least that C and epoll need to deliver messages to long polls.
 *
 * It reads just enough of GET .../observe?...ticket=ROOM&counter=N and POST .../say (ticket and message in the body)
 * for the load generator of this directory, trusts its input, and is good for nothing else. One thread, one
 * process, an answer made once per message, recv and send per delivery. It never times a poll out.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOMS = 1 << 13, NAME = 64, REQUEST = 8192, BATCH = 512, MOST_MESSAGES = 50, MOST_TEXT = 4096 };

struct client {
    int fd;
    struct client *before, *after; /* neighbours among the room's parked polls */
};

struct room {
    char name[NAME];
    int said, size;
    char **texts;
    struct client parked; /* head of the ring */
};

static struct room rooms[ROOMS];
static int poll_fd;

static struct room *find_room(const char *name)
{
    unsigned at = 5381;
    for (const char *c = name; *c; c++)
        at = at * 33 + (unsigned char)*c;
    for (at %= ROOMS; rooms[at].name[0] && strcmp(rooms[at].name, name); at = (at + 1) % ROOMS)
        ;
    struct room *room = &rooms[at];
    if (!room->name[0]) {
        snprintf(room->name, NAME, "%s", name);
        room->parked.before = room->parked.after = &room->parked;
    }
    return room;
}

static void unpark(struct client *c)
{
    if (!c->after)
        return;
    c->before->after = c->after;
    c->after->before = c->before;
    c->before = c->after = NULL;
}

static void park(struct room *room, struct client *c)
{
    c->after = &room->parked;
    c->before = room->parked.before;
    c->before->after = room->parked.before = c;
}

/* A whole response around a JSON body. */
static int response(char *out, size_t size, const char *body)
{
    return snprintf(out, size,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/javascript; charset=utf-8\r\nContent-Length: %zu\r\n\r\n%s",
                    strlen(body), body);
}

static int news(char *out, size_t size, const struct room *room, int counter)
{
    static char body[(MOST_TEXT + 64) * MOST_MESSAGES];
    int last = room->said - counter > MOST_MESSAGES ? counter + MOST_MESSAGES : room->said;
    int used = sprintf(body, "{\"status\": \"ok\", \"counter\": %d, \"messages\": [", last);
    for (int i = counter; i < last; i++)
        used += sprintf(body + used, "%s{\"id\": %d, \"text\": \"%s\"}", i > counter ? ", " : "", i + 1, room->texts[i]);
    strcpy(body + used, "]}");
    return response(out, size, body);
}

static char out[1 << 19];

static void say(struct client *c, struct room *room, const char *text)
{
    char answer[256], body[128];
    if (room->said == room->size)
        room->texts = realloc(room->texts, (size_t)(room->size = room->size * 2 + 16) * sizeof *room->texts);
    room->texts[room->said++] = strdup(text);
    int length = news(out, sizeof out, room, room->said - 1);
    for (struct client *next; (next = room->parked.after) != &room->parked;) {
        unpark(next);
        send(next->fd, out, (size_t)length, MSG_NOSIGNAL);
    }
    snprintf(body, sizeof body, "{\"status\": \"ok\", \"counter\": %d, \"message\": {\"id\": %d}}", room->said,
             room->said);
    length = response(answer, sizeof answer, body);
    send(c->fd, answer, (size_t)length, MSG_NOSIGNAL);
}

/* A parameter's value: up to the next & or blank, with + for a blank. */
static const char *parameter(const char *from, const char *name, char *into, size_t size)
{
    const char *found = from ? strstr(from, name) : NULL;
    size_t used = 0;
    if (found)
        for (found += strlen(name); *found && *found != '&' && *found != ' ' && used + 1 < size; found++)
            into[used++] = *found == '+' ? ' ' : *found;
    into[used] = 0;
    return into;
}

static void request(struct client *c, char *text)
{
    char ticket[NAME], value[MOST_TEXT];
    struct room *room = find_room(parameter(text, "ticket=", ticket, sizeof ticket));
    if (text[0] == 'P') {
        say(c, room, parameter(strstr(text, "\r\n\r\n"), "message=", value, sizeof value));
        return;
    }
    int counter = atoi(parameter(text, "counter=", value, sizeof value));
    if (counter >= room->said)
        park(room, c);
    else
        send(c->fd, out, (size_t)news(out, sizeof out, room, counter), MSG_NOSIGNAL);
}

static void readable(struct client *c)
{
    char text[REQUEST];
    ssize_t got = recv(c->fd, text, sizeof text - 1, 0);
    if (got <= 0) {
        unpark(c);
        close(c->fd);
        free(c);
        return;
    }
    text[got] = 0;
    request(c, text);
}

static void accept_one(int listener)
{
    int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct client *c = fd < 0 ? NULL : calloc(1, sizeof *c);
    if (!c)
        return;
    c->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &event);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? (uint16_t)atoi(argv[1]) : 0)};
    struct rlimit files;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) {
        perror("cfloor");
        return 1;
    }
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[BATCH];
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int n = epoll_wait(poll_fd, events, BATCH, -1);
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr)
                readable(events[i].data.ptr);
            else
                accept_one(listener);
    }
}
