/* Setting up: a session and a seat for everyone, the rooms' speakers first. */
#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <string.h>

enum { TRIES = 5, RETRY_MS = 200 };

static struct setter *setters;
static int next_seat;

static int seat_total(void) { return options.rooms + observer_total(); }

int room_of_seat(int seat)
{
    return seat < options.rooms ? seat : (seat - options.rooms) / options.observers;
}

void setter_ready(struct link *link)
{
    struct setter *setter = &setters[link->owner];
    char body[1024], request[1400];
    if (setter->seat < 0) {
        if (next_seat >= seat_total())
            return;
        setter->seat = next_seat++;
        setter->entering = false;
    }
    int seat = setter->seat;
    if (!setter->entering)
        snprintf(body, sizeof body, "api_key=%s&format=json", options.api_key);
    else
        snprintf(body, sizeof body, "session=%s&id=%s%s&format=json", seats[seat].session,
                 room_id(room_of_seat(seat)), seat < options.rooms ? "&nickname=speaker" : "");
    int length = post(request, sizeof request, setter->entering ? "/api/room/enter" : "/api/session/create",
                      "application/x-www-form-urlencoded", body);
    ask(link, request, (size_t)length);
}

static void failed(struct setter *setter, const char *what)
{
    if (++seats[setter->seat].tries == TRIES)
        die("setting up failed %d times; last: %s", TRIES, what);
    link_later(&setter->link, RETRY_MS);
}

void setter_broken(struct link *link)
{
    struct setter *setter = &setters[link->owner];
    if (setter->seat >= 0)
        failed(setter, "the connection closed");
}

void setter_answered(struct link *link, const struct reply *reply)
{
    static struct answer answer;
    struct setter *setter = &setters[link->owner];
    struct seat *seat = &seats[setter->seat];
    bool read = scan_answer(reply->body, reply->length, &answer);
    const char *wanted = setter->entering ? answer.ticket : answer.session;
    if (reply->status != 200 || !read || !answer.ok || !*wanted) {
        char what[WORD * 2];
        snprintf(what, sizeof what, "%s answered %d, error %ld %s", setter->entering ? "room/enter" : "session/create",
                 reply->status, answer.code, answer.error);
        failed(setter, what);
        return;
    }
    if (!setter->entering) {
        seat->session = strdup(wanted);
        setter->entering = true;
    } else {
        seat->ticket = strdup(wanted);
        seat->counter = answer.room_counter;
        setter->seat = -1;
        seated++;
    }
    use(link);
}

/* For servers without sessions: everybody sits already, the ticket is the room's name. */
static void seat_everyone(void)
{
    for (seated = 0; seated < seat_total(); seated++) {
        seats[seated].session = "s";
        seats[seated].ticket = strdup(room_id(room_of_seat(seated)));
    }
}

/* Sessions that were made before: each line has one, and the counter that it polls from. */
static void read_seats(void)
{
    char session[WORD];
    FILE *list = fopen(options.seats, "r");
    if (!list)
        die("cannot read the seats in %s", options.seats);
    for (; seated < seat_total(); seated++) {
        if (fscanf(list, "%159s %ld", session, &seats[seated].counter) != 2)
            die("there are %d seats in %s and not %d", seated, options.seats, seat_total());
        seats[seated].session = strdup(session);
    }
    fclose(list);
}

void enter_everyone(void)
{
    if (dialect->seats == UNKNOWN) {
        seat_everyone();
        return;
    }
    if (dialect->seats == LISTED) {
        read_seats();
        return;
    }
    setters = zeroed((size_t)options.concurrency, sizeof *setters);
    for (int i = 0; i < options.concurrency; i++) {
        begin_link(&setters[i].link, SETTER, i);
        setters[i].seat = -1;
        open_link(&setters[i].link);
    }
    while (seated < seat_total()) {
        if (now_ns() >= deadline)
            die("time is up with %d of %d entered", seated, seat_total());
        turn(deadline);
    }
    for (int i = 0; i < options.concurrency; i++)
        close_link(&setters[i].link);
}
