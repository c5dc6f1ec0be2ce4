/* A load generator for long polls: many observers of few or many rooms, a speaker in each, one thread, epoll.
 *
 * It must cost less CPU per delivery than the server it drives, or it measures itself. Hence: requests are kept
 * ready but for their counter, an answer equal to the last one of its room is compared, not parsed again, and
 * nothing is allocated while messages flow.
 *
 * Every message must reach every observer of its room once and in order. "Lost", "doubled" and "reordered" count
 * (message, observer) pairs. Connections that the server closes are opened again and are not a loss.
 *
 * With --step it writes "phase NAME" to stderr and goes on polling until a line comes in on stdin, so that its
 * parent can measure the server in between. The result is one JSON object on stdout. Times are in nanoseconds
 * inside, in microseconds in the result.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "scan.h"

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

enum { BUFFER = 1 << 18, LARGEST_BODY = 1 << 23, PER_ADDRESS = 20000, MOST_SAMPLES = 1 << 24, BATCH = 512, TRIES = 5 };

static struct {
    const char *host, *api_key, *room_prefix, *tickets;
    int port, rooms, observers, messages, outstanding, pause_ms, concurrency, text_bytes;
    int time_limit_s, patience_ms, linger_ms;
    bool bare, step;
} options = {
    .host = "127.0.0.1", .api_key = "", .room_prefix = "bench", .rooms = 1, .observers = 100, .messages = 20,
    .concurrency = 20, .text_bytes = 48, .time_limit_s = 120, .patience_ms = 10000, .linger_ms = 300,
};

/* ---- records ---- */

enum role { SETTER, SPEAKER, OBSERVER };
enum state { CLOSED, CONNECTING, READY, ASKED };

/* One HTTP connection; `owner` is the index of what it works for. A part of an answer waits in `part`. */
struct link {
    int fd, owner;
    uint8_t role, state;
    bool timed;
    char *part;
    size_t part_length, part_size;
};

/* Who has entered a room: all that is needed to speak or to poll. */
struct seat {
    char *session, *ticket;
    long counter;
    int tries;
};

struct observer {
    struct link link;
    char *request; /* up to and with "counter=" */
    int request_length;
    int room;
    bool polled;
    long last_id;
    uint64_t *seen; /* a bit per message of the room */
};

struct room {
    struct link link; /* the speaker's */
    int said, finished;
    bool asking;
    int64_t not_before;
    struct said *log;
};

/* One message of one room. */
struct said {
    int64_t at;
    long id;
    int reached;
    bool accepted, refused, finished;
};

/* A setting-up connection: makes the sessions and enters the rooms, one seat after the other. */
struct setter {
    struct link link;
    int seat;
    bool entering;
};

struct timer {
    int64_t due;
    struct link *link; /* NULL: give up waiting for message `seq` of room `room` */
    int room, seq;
};

/* The last answer seen in a room: its bytes and what they mean. */
struct cached {
    char *body;
    size_t length, size;
    bool good;
    struct answer answer;
};

static struct {
    int64_t deliveries, answers, empty, other_answers, foreign, bytes, parsed;
    int64_t doubled, reordered, misdelivered, malformed, bad_counters, failures, bad_statuses, reconnects, unanswered;
    char first_fault[256];
} count;

static struct observer *observers;
static struct room *rooms;
static struct setter *setters;
static struct seat *seats; /* the rooms' speakers first, then the observers */
static struct cached *caches;
static struct timer *timers;
static int timer_count, timer_size, poll_fd, source_index, connecting;
static int next_seat, seated, next_poll, parked, rooms_done;
static enum { ENTERING, PARKING, SPEAKING, DONE } phase;
static bool released;
static int64_t deadline;
static uint32_t *arrivals, *lasts;
static size_t arrival_count, last_count;
static char buffer[BUFFER], padding[4096];

static int observer_total(void) { return options.rooms * options.observers; }

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int64_t cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

static void *zeroed(size_t number, size_t size)
{
    void *p = calloc(number ? number : 1, size);
    if (!p)
        die("out of memory");
    return p;
}

/* Remembers the first thing that went wrong, for the person who reads the result. */
static void __attribute__((format(printf, 1, 2))) fault(const char *format, ...)
{
    va_list args;
    if (count.first_fault[0])
        return;
    va_start(args, format);
    vsnprintf(count.first_fault, sizeof count.first_fault, format, args);
    va_end(args);
}

/* ---- timers: a binary heap by due time ---- */

static void add_timer(int64_t due, struct link *link, int room, int seq)
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
    timers[i] = (struct timer){due, link, room, seq};
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

/* ---- connections ---- */

static void use(struct link *link);

static void link_later(struct link *link, int ms)
{
    if (link->timed)
        return;
    link->timed = true;
    add_timer(now_ns() + ms * MS, link, 0, 0);
}

static void close_link(struct link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    if (link->state == CONNECTING)
        connecting--;
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

static void open_link(struct link *link)
{
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    int one = 1;
    inet_pton(AF_INET, options.host, &server.sin_addr);
    link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (link->fd < 0)
        die("cannot open a socket: %s (%d observers need as many open files: ulimit -n)", strerror(errno),
            observer_total());
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bind_source(link->fd);
    if (connect(link->fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) {
        fault("connect: %s", strerror(errno));
        close_link(link);
        link_later(link, 200);
        return;
    }
    link->state = CONNECTING;
    connecting++;
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = link};
    epoll_ctl(poll_fd, EPOLL_CTL_ADD, link->fd, &event);
}

static void lost_link(struct link *link);

static void connected(struct link *link)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        fault("connect: %s", strerror(error));
        close_link(link);
        link_later(link, 200);
        return;
    }
    connecting--;
    link->state = READY;
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = link};
    epoll_ctl(poll_fd, EPOLL_CTL_MOD, link->fd, &event);
    use(link);
}

/* Requests are far smaller than a socket's empty buffer: one that does not fit means a broken connection. */
static bool ask(struct link *link, const char *request, int length)
{
    link->state = ASKED;
    if (send(link->fd, request, (size_t)length, MSG_NOSIGNAL) == length)
        return true;
    lost_link(link);
    return false;
}

static bool __attribute__((format(printf, 3, 4))) post(struct link *link, const char *path, const char *format, ...)
{
    char body[6000], request[7000];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(body, sizeof body, format, args);
    va_end(args);
    if (length >= (int)sizeof body)
        die("a request of %d bytes is too long", length);
    length = snprintf(request, sizeof request,
                      "POST /api/%s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                      "Content-Length: %d\r\n\r\n%s",
                      path, options.host, options.port, length, body);
    return ask(link, request, length);
}

/* ---- setting up: a session and a seat for everyone ---- */

static const char *room_id(int room)
{
    static char name[WORD];
    snprintf(name, sizeof name, "%s%d", options.room_prefix, room);
    return name;
}

static int room_of_seat(int seat)
{
    return seat < options.rooms ? seat : (seat - options.rooms) / options.observers;
}

static void use_setter(struct link *link)
{
    struct setter *setter = &setters[link->owner];
    if (setter->seat < 0) {
        if (next_seat >= options.rooms + observer_total())
            return;
        setter->seat = next_seat++;
        setter->entering = false;
    }
    int seat = setter->seat;
    if (!setter->entering)
        post(link, "session/create", "api_key=%s&format=json", options.api_key);
    else if (seat < options.rooms)
        post(link, "room/enter", "session=%s&id=%s&nickname=speaker&format=json", seats[seat].session,
             room_id(room_of_seat(seat)));
    else
        post(link, "room/enter", "session=%s&id=%s&format=json", seats[seat].session, room_id(room_of_seat(seat)));
}

static void setter_failed(struct setter *setter, const char *what)
{
    struct seat *seat = &seats[setter->seat];
    if (++seat->tries == TRIES)
        die("setting up failed %d times; last: %s", TRIES, what);
    link_later(&setter->link, 200);
}

static void setter_answered(struct setter *setter, const struct answer *answer)
{
    struct seat *seat = &seats[setter->seat];
    const char *wanted = setter->entering ? answer->ticket : answer->session;
    if (!answer->ok || !*wanted) {
        char what[WORD * 2];
        snprintf(what, sizeof what, "%s answered error %ld %s", setter->entering ? "room/enter" : "session/create",
                 answer->code, answer->error);
        setter_failed(setter, what);
        return;
    }
    if (!setter->entering) {
        seat->session = strdup(wanted);
        setter->entering = true;
    } else {
        seat->ticket = strdup(wanted);
        seat->counter = answer->room_counter;
        setter->seat = -1;
        seated++;
    }
    use(&setter->link);
}

/* For servers without sessions and rosters: everybody sits already, the ticket is the room's name. */
static void seat_everyone(void)
{
    for (int i = 0; i < options.rooms + observer_total(); i++) {
        seats[i].session = "s";
        seats[i].ticket = strdup(room_id(room_of_seat(i)));
    }
    seated = options.rooms + observer_total();
}

/* Seats made by somebody else: "session ticket counter" a line, the rooms' speakers first, then the observers. */
static void read_seats(const char *path)
{
    char session[WORD], ticket[WORD];
    FILE *file = fopen(path, "r");
    if (!file)
        die("cannot read %s: %s", path, strerror(errno));
    for (; seated < options.rooms + observer_total(); seated++) {
        if (fscanf(file, "%159s %159s %ld", session, ticket, &seats[seated].counter) != 3)
            die("%s has %d seats, %d are needed", path, seated, options.rooms + observer_total());
        seats[seated].session = strdup(session);
        seats[seated].ticket = strdup(ticket);
    }
    fclose(file);
}

/* ---- observers ---- */

static void use_observer(struct link *link)
{
    struct observer *o = &observers[link->owner];
    char request[1024];
    memcpy(request, o->request, (size_t)o->request_length);
    int length = o->request_length;
    length += snprintf(request + length, sizeof request - (size_t)length,
                       "%ld&format=json HTTP/1.1\r\nHost: %s:%d\r\n\r\n",
                       seats[options.rooms + link->owner].counter, options.host, options.port);
    if (ask(link, request, length) && !o->polled) {
        o->polled = true;
        parked++;
    }
}

static void may_speak(struct room *room);

static void finish(struct room *room, struct said *said)
{
    said->finished = true;
    if (++room->finished == options.messages)
        rooms_done++;
}

static void delivered(struct observer *o, const struct message *m, int64_t now)
{
    struct room *room = &rooms[o->room];
    struct said *said = &room->log[m->seq];
    uint64_t bit = UINT64_C(1) << (m->seq & 63);
    if (o->seen[m->seq >> 6] & bit) {
        count.doubled++;
        fault("message %d came twice to one observer", m->seq);
        return;
    }
    o->seen[m->seq >> 6] |= bit;
    if (m->id <= o->last_id || (said->id && said->id != m->id)) {
        count.reordered++;
        fault("message %d has id %ld after %ld", m->seq, m->id, o->last_id);
    }
    o->last_id = m->id > o->last_id ? m->id : o->last_id;
    said->id = m->id;
    count.deliveries++;
    uint32_t took = (uint32_t)((now - said->at) / 1000);
    if (arrival_count < MOST_SAMPLES)
        arrivals[arrival_count++] = took;
    if (++said->reached == options.observers) {
        lasts[last_count++] = took;
        room->not_before = now + options.pause_ms * MS;
        if (!said->finished)
            finish(room, said);
        may_speak(room);
    }
}

static void observer_heard(struct observer *o, const struct answer *answer, int64_t now)
{
    struct seat *seat = &seats[options.rooms + o->link.owner];
    if (!answer->has_counter) {
        if (answer->count) {
            count.malformed++;
            fault("an answer with messages has no counter");
        }
        count.empty++;
        return;
    }
    if (answer->counter < seat->counter || (answer->count && answer->messages[answer->count - 1].id > answer->counter)) {
        count.bad_counters++;
        fault("counter %ld came after %ld", answer->counter, seat->counter);
    }
    seat->counter = answer->counter;
    for (int i = 0; i < answer->count; i++) {
        const struct message *m = &answer->messages[i];
        if (m->room < 0) {
            count.foreign++;
        } else if (m->room != o->room || m->seq < 0 || m->seq >= rooms[o->room].said) {
            count.misdelivered++;
            fault("message %d of room %d came to an observer of room %d", m->seq, m->room, o->room);
        } else {
            delivered(o, m, now);
        }
    }
    if (!answer->count)
        count.other_answers++;
}

/* ---- speakers ---- */

static void give_up(int index, int seq)
{
    struct room *room = &rooms[index];
    struct said *said = &room->log[seq];
    if (said->finished)
        return;
    fault("message %d of room %d had reached %d observers after %d ms", seq, index, said->reached, options.patience_ms);
    finish(room, said);
    may_speak(room);
}

/* Latency mode: one message at a time. Throughput mode: up to `outstanding` not yet with everybody. */
static void may_speak(struct room *room)
{
    int most = options.outstanding ? options.outstanding : 1;
    if (phase != SPEAKING || room->asking || room->said == options.messages || room->said - room->finished >= most)
        return;
    int64_t wait = room->not_before - now_ns();
    if (!options.outstanding && wait > 0)
        link_later(&room->link, (int)(wait / MS) + 1);
    else
        use(&room->link);
}

static void use_speaker(struct link *link)
{
    int index = link->owner, most = options.outstanding ? options.outstanding : 1;
    struct room *room = &rooms[index];
    if (room->asking || room->said == options.messages || room->said - room->finished >= most)
        return;
    int seq = room->said++;
    room->asking = true;
    room->log[seq].at = now_ns();
    add_timer(room->log[seq].at + options.patience_ms * MS, NULL, index, seq);
    post(link, "room/say", "session=%s&ticket=%s&message=bench+%d+%d+%s&format=json", seats[index].session,
         seats[index].ticket, index, seq, padding);
}

static void speaker_answered(struct room *room, const struct answer *answer)
{
    struct said *said = &room->log[room->said - 1];
    room->asking = false;
    said->accepted = answer->ok;
    if (!answer->ok) {
        count.failures++;
        fault("room/say answered error %ld %s", answer->code, answer->error);
        said->refused = true;
        if (!said->finished)
            finish(room, said);
    }
    may_speak(room);
}

/* ---- what a connection does next ---- */

/* Goes on with the work of a connection, opening it first when needed. */
static void use(struct link *link)
{
    if (link->state == ASKED || link->state == CONNECTING)
        return;
    if (link->state == CLOSED) {
        open_link(link);
        return;
    }
    if (link->role == SETTER)
        use_setter(link);
    else if (link->role == SPEAKER)
        use_speaker(link);
    else
        use_observer(link);
}

/* The server closed the connection, or it broke. What was asked is asked again, but for a message: nobody knows
 * whether it was said, so the observers tell. */
static void lost_link(struct link *link)
{
    bool asked = link->state == ASKED;
    close_link(link);
    count.reconnects++;
    if (link->role == SPEAKER) {
        if (!asked)
            return;
        rooms[link->owner].asking = false;
        count.unanswered++;
        fault("the connection closed while a message was being said");
        may_speak(&rooms[link->owner]);
    } else if (link->role == SETTER) {
        if (asked)
            setter_failed(&setters[link->owner], "the connection closed");
    } else {
        link_later(link, 20);
    }
}

/* ---- answers ---- */

/* The parsed answer: from the room's cache when the bytes are the same, as they are for most observers. */
static const struct answer *understand(struct link *link, const char *body, size_t length)
{
    static struct answer single;
    if (link->role != OBSERVER)
        return scan_answer(body, length, &single) ? &single : NULL;
    struct cached *c = &caches[observers[link->owner].room];
    if (c->length == length && length && !memcmp(c->body, body, length))
        return c->good ? &c->answer : NULL;
    if (c->size < length) {
        c->size = length * 2;
        free(c->body);
        c->body = zeroed(1, c->size);
    }
    memcpy(c->body, body, length);
    c->length = length;
    c->good = scan_answer(body, length, &c->answer);
    count.parsed++;
    return c->good ? &c->answer : NULL;
}

static void observer_answered(struct link *link, const struct answer *answer)
{
    count.answers++;
    if (!answer->ok) {
        count.failures++;
        fault("room/observe answered error %ld %s", answer->code, answer->error);
        link_later(link, 500);
        return;
    }
    observer_heard(&observers[link->owner], answer, now_ns());
    use(link);
}

static void answered(struct link *link, int status, const char *body, size_t length, bool closing)
{
    const struct answer *answer = NULL;
    if (link->role == OBSERVER)
        count.bytes += (int64_t)length;
    if (status != 200) {
        count.bad_statuses++;
        fault("status %d: %.*s", status, length > 150 ? 150 : (int)length, body);
    } else if (!(answer = understand(link, body, length))) {
        count.malformed++;
        fault("malformed answer: %.*s", length > 150 ? 150 : (int)length, body);
    }
    link->state = READY;
    if (closing)
        close_link(link);
    static const struct answer nothing = {.error = "(no answer that could be read)"};
    if (link->role == SETTER)
        setter_answered(&setters[link->owner], answer ? answer : &nothing);
    else if (link->role == SPEAKER)
        speaker_answered(&rooms[link->owner], answer ? answer : &nothing);
    else if (answer)
        observer_answered(link, answer);
    else
        link_later(link, 500);
}

/* A header's value, or NULL. Names are compared without regard to case; `head` begins with a line end. */
static const char *header(const char *head, const char *end, const char *name)
{
    size_t length = strlen(name);
    for (const char *line = head; line && line + length + 3 < end; line = memchr(line + 1, '\r', (size_t)(end - line - 1)))
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
    const char *first = memchr(bytes, '\r', length), *size = header(first, end + 2, "content-length");
    if (!size)
        die("an answer without Content-Length (this generator reads no other): %.*s", (int)(end - bytes), bytes);
    size_t head = (size_t)(end + 4 - bytes), body = strtoul(size, NULL, 10);
    if (body > LARGEST_BODY)
        die("an answer of %zu bytes", body);
    if (length < head + body)
        return 0;
    const char *connection = header(first, end + 2, "connection");
    bool closing = connection && !strncasecmp(connection, "close", 5);
    answered(link, atoi(bytes + 9), bytes + head, body, closing);
    return head + body;
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

static void readable(struct link *link)
{
    ssize_t got = recv(link->fd, buffer, sizeof buffer, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        lost_link(link);
        return;
    }
    if (link->state != ASKED) {
        fault("an answer nobody asked for");
        count.malformed++;
        lost_link(link);
        return;
    }
    const char *bytes = buffer;
    size_t length = (size_t)got, taken;
    if (link->part_length) {
        keep_part(link, buffer, length);
        bytes = link->part;
        length = link->part_length;
        link->part_length = 0; /* forgotten before the answer is acted on, kept again below if it is not whole */
    }
    taken = take_answer(link, bytes, length);
    if (!taken) {
        if (bytes == link->part)
            link->part_length = length;
        else
            keep_part(link, bytes, length);
    } else if (taken < length) {
        count.malformed++;
        fault("%zu bytes behind an answer", length - taken);
    }
}

/* ---- the loop ---- */

static void run_timers(int64_t now)
{
    while (timer_count && timers[0].due <= now) {
        struct timer t = take_timer();
        if (!t.link) {
            give_up(t.room, t.seq);
        } else {
            t.link->timed = false;
            use(t.link);
        }
    }
}

static void stdin_readable(void)
{
    char line[64];
    if (read(0, line, sizeof line) <= 0)
        die("the parent has gone");
    released = true;
}

static void turn(int64_t until)
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
            readable(link);
        else if (events[i].events & (EPOLLOUT | EPOLLERR)) /* else: news of the socket it had before */
            connected(link);
    }
    if (timer_count)
        run_timers(now_ns());
}

static void turn_for(int ms)
{
    int64_t until = now_ns() + ms * MS;
    while (now_ns() < until && now_ns() < deadline)
        turn(until < deadline ? until : deadline);
}

/* Tells the parent where we are and polls on until it answers. Without a parent: a moment of quiet. */
static void step(const char *name)
{
    if (!options.step) {
        turn_for(options.linger_ms);
        return;
    }
    released = false;
    fprintf(stderr, "phase %s\n", name);
    while (!released && now_ns() < deadline)
        turn(deadline);
}

static void begin_link(struct link *link, enum role role, int owner)
{
    link->fd = -1;
    link->role = (uint8_t)role;
    link->owner = owner;
}

static void enter_everyone(void)
{
    phase = ENTERING;
    if (options.tickets)
        read_seats(options.tickets);
    else if (options.bare)
        seat_everyone();
    if (seated)
        return;
    for (int i = 0; i < options.concurrency; i++) {
        begin_link(&setters[i].link, SETTER, i);
        setters[i].seat = -1;
        open_link(&setters[i].link);
    }
    while (seated < options.rooms + observer_total()) {
        if (now_ns() >= deadline)
            die("time is up with %d of %d entered", seated, options.rooms + observer_total());
        turn(deadline);
    }
    for (int i = 0; i < options.concurrency; i++)
        close_link(&setters[i].link);
}

static void prepare_observer(int i)
{
    struct observer *o = &observers[i];
    struct seat *seat = &seats[options.rooms + i];
    begin_link(&o->link, OBSERVER, i);
    o->room = i / options.observers;
    o->last_id = -1;
    o->seen = zeroed((size_t)options.messages / 64 + 1, sizeof *o->seen);
    o->request_length = asprintf(&o->request, "GET /api/room/observe?session=%s&ticket=%s&counter=", seat->session,
                                 seat->ticket);
    if (o->request_length < 0 || o->request_length > 800)
        die("session and ticket are too long");
}

/* Opens the observers' connections, a bounded number at once, and sends the first poll on each. */
static void park_everyone(void)
{
    phase = PARKING;
    while (parked < observer_total()) {
        if (now_ns() >= deadline)
            die("time is up with %d of %d polling", parked, observer_total());
        while (next_poll < observer_total() && connecting < 64) {
            prepare_observer(next_poll);
            open_link(&observers[next_poll++].link);
        }
        turn(deadline);
    }
}

static void speak(void)
{
    phase = SPEAKING;
    for (int i = 0; i < options.rooms; i++)
        may_speak(&rooms[i]);
    while (rooms_done < options.rooms && now_ns() < deadline)
        turn(deadline);
    turn_for(options.linger_ms); /* late doubles would come now */
}

/* ---- the result ---- */

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void print_times(const char *name, uint32_t *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    printf(", \"%s\": {\"count\": %zu", name, n);
    if (n)
        printf(", \"p50\": %" PRIu32 ", \"p99\": %" PRIu32 ", \"max\": %" PRIu32, values[(n - 1) / 2],
               values[(n - 1) * 99 / 100], values[n - 1]);
    putchar('}');
}

/* A message counts as said when the server accepted it or anybody received it. */
static int64_t count_lost(int64_t *said)
{
    int64_t lost = 0;
    *said = 0;
    for (int r = 0; r < options.rooms; r++)
        for (int i = 0; i < rooms[r].said; i++)
            if (rooms[r].log[i].accepted || rooms[r].log[i].reached) {
                ++*said;
                lost += options.observers - rooms[r].log[i].reached;
            }
    return lost;
}

static void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
            printf("\\u%04x", (unsigned char)*text);
        else
            putchar(*text);
    putchar('"');
}

static void print_result(int64_t enter_ns, int64_t window_ns, int64_t cpu, bool time_up)
{
    int64_t said, lost = count_lost(&said);
    printf("{\"rooms\": %d, \"observers\": %d, \"messages\": %d, \"outstanding\": %d", options.rooms,
           options.observers, options.messages, options.outstanding);
    printf(", \"said\": %" PRId64 ", \"deliveries\": %" PRId64 ", \"lost\": %" PRId64 ", \"doubled\": %" PRId64
           ", \"reordered\": %" PRId64,
           said, count.deliveries, lost, count.doubled, count.reordered);
    printf(", \"misdelivered\": %" PRId64 ", \"malformed\": %" PRId64 ", \"bad_counters\": %" PRId64
           ", \"failures\": %" PRId64 ", \"bad_statuses\": %" PRId64 ", \"unanswered\": %" PRId64,
           count.misdelivered, count.malformed, count.bad_counters, count.failures, count.bad_statuses,
           count.unanswered);
    printf(", \"answers\": %" PRId64 ", \"empty\": %" PRId64 ", \"without_messages\": %" PRId64
           ", \"foreign_messages\": %" PRId64 ", \"parsed\": %" PRId64 ", \"body_bytes\": %" PRId64
           ", \"reconnects\": %" PRId64,
           count.answers, count.empty, count.other_answers, count.foreign, count.parsed, count.bytes,
           count.reconnects);
    printf(", \"enter_seconds\": %.3f, \"window_seconds\": %.3f, \"generator_cpu_us\": %" PRId64 ", \"time_up\": %s",
           (double)enter_ns / SECOND, (double)window_ns / SECOND, cpu, time_up ? "true" : "false");
    print_times("delivery_us", arrivals, arrival_count);
    print_times("last_us", lasts, last_count);
    printf(", \"first_fault\": ");
    print_text(count.first_fault);
    printf("}\n");
}

/* ---- beginning ---- */

static const struct option long_options[] = {
    {"host", 1, 0, 'h'},        {"port", 1, 0, 'p'},        {"api-key", 1, 0, 'k'},     {"room-prefix", 1, 0, 'x'},
    {"rooms", 1, 0, 'r'},       {"observers", 1, 0, 'n'},   {"messages", 1, 0, 'm'},    {"outstanding", 1, 0, 'o'},
    {"pause-ms", 1, 0, 'w'},    {"concurrency", 1, 0, 'c'}, {"text-bytes", 1, 0, 't'},  {"time-limit-s", 1, 0, 'l'},
    {"patience-ms", 1, 0, 'a'}, {"linger-ms", 1, 0, 'g'},   {"bare", 0, 0, 'b'},        {"step", 0, 0, 's'},
    {"tickets", 1, 0, 'f'},
    {0, 0, 0, 0},
};

static void read_options(int argc, char **argv)
{
    for (int o; (o = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        switch (o) {
        case 'h': options.host = optarg; break;
        case 'p': options.port = atoi(optarg); break;
        case 'k': options.api_key = optarg; break;
        case 'x': options.room_prefix = optarg; break;
        case 'r': options.rooms = atoi(optarg); break;
        case 'n': options.observers = atoi(optarg); break;
        case 'm': options.messages = atoi(optarg); break;
        case 'o': options.outstanding = atoi(optarg); break;
        case 'w': options.pause_ms = atoi(optarg); break;
        case 'c': options.concurrency = atoi(optarg); break;
        case 't': options.text_bytes = atoi(optarg); break;
        case 'l': options.time_limit_s = atoi(optarg); break;
        case 'a': options.patience_ms = atoi(optarg); break;
        case 'g': options.linger_ms = atoi(optarg); break;
        case 'f': options.tickets = optarg; break;
        case 'b': options.bare = true; break;
        case 's': options.step = true; break;
        default: die("unknown option");
        }
    }
    if (options.port < 1 || options.rooms < 1 || options.observers < 1 || options.messages < 1 ||
        options.concurrency < 1 || options.time_limit_s < 1)
        die("--port, --rooms, --observers, --messages, --concurrency and --time-limit-s must be above 0");
    if (options.text_bytes < 1 || options.text_bytes >= (int)sizeof padding)
        die("--text-bytes must be 1 to %zu", sizeof padding - 1);
}

static void prepare(void)
{
    struct rlimit files;
    size_t total = (size_t)observer_total();
    signal(SIGPIPE, SIG_IGN);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    memset(padding, 'x', (size_t)options.text_bytes);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    observers = zeroed(total, sizeof *observers);
    seats = zeroed(total + (size_t)options.rooms, sizeof *seats);
    setters = zeroed((size_t)options.concurrency, sizeof *setters);
    rooms = zeroed((size_t)options.rooms, sizeof *rooms);
    caches = zeroed((size_t)options.rooms, sizeof *caches);
    arrivals = zeroed(total * (size_t)options.messages < MOST_SAMPLES ? total * (size_t)options.messages : MOST_SAMPLES,
                      sizeof *arrivals);
    lasts = zeroed((size_t)options.rooms * (size_t)options.messages, sizeof *lasts);
    for (int i = 0; i < options.rooms; i++) {
        begin_link(&rooms[i].link, SPEAKER, i);
        rooms[i].log = zeroed((size_t)options.messages, sizeof *rooms[i].log);
    }
    if (options.step) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
        if (epoll_ctl(poll_fd, EPOLL_CTL_ADD, 0, &event))
            die("--step needs a pipe on stdin");
    }
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    prepare();
    int64_t started = now_ns();
    deadline = started + options.time_limit_s * SECOND;
    enter_everyone();
    int64_t entered = now_ns();
    park_everyone();
    step("parked");
    int64_t cpu = cpu_us(), said = now_ns();
    speak();
    int64_t window = now_ns() - said;
    step("said");
    cpu = cpu_us() - cpu;
    print_result(entered - started, window, cpu, now_ns() >= deadline);
    return 0;
}
