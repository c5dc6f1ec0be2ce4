/* The records of the load generator, shared by its parts:
 *
 * load.c     its phases: enter, park, speak, tell
 * seats.c    a session and a seat for everyone
 * talk.c     what observers and speakers do with their connections
 * dialect.c  how the servers want to be asked, and what their answers mean
 * account.c  which message reached whom, and when
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "net.h"
#include "scan.h"

enum { TAIL = 256, REQUEST = 1024, KNOWN = 4 };

struct options {
    const char *api_key, *room_prefix, *seats;
    int rooms, observers, messages, outstanding, pause_ms, concurrency, text_bytes;
    int time_limit_s, patience_ms, linger_ms;
    bool step;
};
extern struct options options;

enum role { SETTER, SPEAKER, OBSERVER };

/* Who has entered a room: all that is needed to speak or to poll. */
struct seat {
    char *session, *ticket;
    long counter;
    int tries;
};

/* A setting-up connection: makes the sessions and enters the rooms, one seat after the other. */
struct setter {
    struct link link;
    int seat;
    bool entering;
};

/* Its next poll stands ready in `request`: what is its own, then the tail that says where it stands. */
struct observer {
    struct link link;
    char *request;
    uint16_t own_length, length;
    int room;
    bool polled;
    long last_id;
    uint64_t *seen; /* a bit per message of the room */
};

/* One message of one room. */
struct said {
    int64_t at;
    long id;
    int reached;
    uint32_t slowest_us;
    bool accepted, finished;
};

/* An answer seen in a room: its bytes, what they mean, and how one polls after it. */
struct known {
    char *bytes;
    size_t size, length, body_length, tail_length;
    struct answer answer;
    char tail[TAIL];
};

struct room {
    struct link link; /* the speaker's */
    int said, finished, next_known;
    bool asking;
    int64_t not_before;
    struct said *log;
    struct known *known[KNOWN];
};

/* Where seats come from: they are entered by calls, read from a list of sessions, or the server knows none. */
enum seating { ENTERED, LISTED, UNKNOWN };

/* How a kind of server is spoken to. */
struct dialect {
    const char *name;
    enum seating seats;
    int (*own)(char *out, size_t size, int room, const struct seat *seat);
    int (*first_tail)(char *out, size_t size, const struct seat *seat);
    int (*say)(char *out, size_t size, int room, const struct seat *seat, int seq);
    bool (*said)(const struct reply *reply, struct answer *answer);
    bool (*news)(const struct reply *reply, struct answer *answer);
    int (*tail)(char *out, size_t size, const struct reply *reply, const struct answer *answer);
};
extern const struct dialect *dialect;
extern char padding[4096];

void choose_dialect(const char *name);
const char *room_id(int room);
int room_of_seat(int seat);
int post(char *out, size_t size, const char *path, const char *type, const char *body);

struct count {
    int64_t deliveries, answers, empty, other_answers, foreign, bytes, parsed, late;
    int64_t misdelivered, doubled, reordered, malformed, bad_counters, failures, bad_statuses, reconnects, unanswered;
    int64_t untimed;
};
extern struct count count;

extern struct observer *observers;
extern struct room *rooms;
extern struct seat *seats; /* the rooms' speakers first, then the observers */
extern int seated, parked, rooms_done;
extern bool speaking;
extern int64_t deadline;

int observer_total(void);

/* seats.c */
void enter_everyone(void);
void setter_ready(struct link *link);
void setter_broken(struct link *link);
void setter_answered(struct link *link, const struct reply *reply);

/* talk.c */
void prepare_observer(int i);
void may_speak(struct room *room);

/* account.c */
void prepare_account(void);
void observer_heard(struct observer *observer, const struct answer *answer);
void finish(struct room *room, struct said *said);
void print_result(int64_t enter_ns, int64_t window_ns, int64_t cpu, bool time_up);

#endif
