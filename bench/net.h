/* HTTP connections by the thousand, timers, and the loop that serves both; one thread, epoll.
 *
 * A program opens links and sends one request at a time on each. What happens then it learns by the functions at
 * the end of this file, which it must define.
 */
#ifndef BENCH_NET_H
#define BENCH_NET_H

#include "base.h"

enum state { CLOSED, CONNECTING, READY, ASKED };

/* One connection; `role` and `owner` are the program's. A part of an answer waits in `part`. */
struct link {
    int fd, owner;
    uint8_t role, state;
    bool timed;
    char *part;
    size_t part_length, part_size;
};

/* One answer, as it lies in the buffer: head with its empty line, body behind it. */
struct reply {
    int status;
    const char *head, *body;
    size_t head_length, length;
    bool closing;
};

/* Where to connect to; set before net_open. */
extern const char *net_host;
extern int net_port;

/* Connections that are being opened now. */
extern int net_connecting;

/* When the last bytes that were read had arrived, by now_ns; they may have waited since. 0 when the kernel did not tell:
 * it begins to note it some moments after the first link was opened. */
extern int64_t arrived_at;

/* Whether somebody has set the clock since net_open, so that arrived_at means nothing. */
bool clock_was_set(void);

/* Begins; with `stdin_too` a line on stdin ends a wait_for_line. */
void net_open(bool stdin_too);

void begin_link(struct link *link, int role, int owner);
void open_link(struct link *link);
void close_link(struct link *link);

/* Sends a request; false when the connection broke (broken() has then been called). */
bool ask(struct link *link, const char *request, size_t length);

/* Goes on with a link: opens it when it is closed, calls ready() when it is free. */
void use(struct link *link);

/* Does that in so many milliseconds, unless that is due already. */
void link_later(struct link *link, int ms);

/* Calls timed_out(a, b) at that time. */
void call_at(int64_t due, int a, int b);

/* Serves what has happened, or waits for it until then. */
void turn(int64_t until);
void turn_for(int ms, int64_t deadline);

/* Writes "phase NAME" to stderr and serves on until a line has come in on stdin. */
void wait_for_line(const char *name, int64_t deadline);

/* A header's value, or NULL. */
const char *header(const struct reply *reply, const char *name);

/* ---- what the program defines ---- */

/* The connection is open and free, or its time has come: do what is next. */
void ready(struct link *link);

/* The connection broke; `asked`: while an answer was due. It is closed already. */
void broken(struct link *link, bool asked);

void answered(struct link *link, const struct reply *reply);

/* Whether these bytes are a whole answer that the program knows and has dealt with: spares reading it. */
bool recognised(struct link *link, const char *bytes, size_t length);

/* Bytes came that no request had asked for. */
void unexpected(struct link *link);

void timed_out(int a, int b);

#endif
