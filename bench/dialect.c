/* How the servers want to be asked: this one in the manners of 2007 and 2009, the bare ones that know no sessions, and
 * nginx with nchan. */
#include "load.h"

#include <stdio.h>
#include <string.h>

const struct dialect *dialect;
char padding[4096];

const char *room_id(int room)
{
    static char name[WORD];
    snprintf(name, sizeof name, "%s%d", options.room_prefix, room);
    return name;
}

int post(char *out, size_t size, const char *path, const char *type, const char *body)
{
    int length = snprintf(out, size,
                          "POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", path,
                          net_host, net_port, type, strlen(body), body);
    if (length >= (int)size)
        die("a request of %d bytes is too long", length);
    return length;
}

/* ---- the API of 2007: lingr, and the bare servers with a room's name for a ticket ---- */

static int api_own(char *out, size_t size, int room, const struct seat *seat)
{
    (void)room;
    return snprintf(out, size, "GET /api/room/observe?session=%s&ticket=%s&counter=", seat->session, seat->ticket);
}

static int api_tail_at(char *out, size_t size, long counter)
{
    return snprintf(out, size, "%ld&format=json HTTP/1.1\r\nHost: %s:%d\r\n\r\n", counter, net_host, net_port);
}

static int api_first_tail(char *out, size_t size, const struct seat *seat)
{
    return api_tail_at(out, size, seat->counter);
}

static int api_tail(char *out, size_t size, const struct reply *reply, const struct answer *answer)
{
    (void)reply;
    return answer->has_counter ? api_tail_at(out, size, answer->counter) : 0;
}

static int api_say(char *out, size_t size, int room, const struct seat *seat, int seq)
{
    char body[6000];
    snprintf(body, sizeof body, "session=%s&ticket=%s&message=bench+%d+%d+%s&format=json", seat->session,
             seat->ticket, room, seq, padding);
    return post(out, size, "/api/room/say", "application/x-www-form-urlencoded", body);
}

static bool api_answer(const struct reply *reply, struct answer *answer)
{
    return scan_answer(reply->body, reply->length, answer);
}

/* ---- the API of 2009: the session is all that a poll needs to name ---- */

static int events_own(char *out, size_t size, int room, const struct seat *seat)
{
    (void)room;
    return snprintf(out, size, "GET /api/event/observe?session=%s&counter=", seat->session);
}

static int events_tail_at(char *out, size_t size, long counter)
{
    return snprintf(out, size, "%ld HTTP/1.1\r\nHost: %s:%d\r\n\r\n", counter, net_host, net_port);
}

static int events_first_tail(char *out, size_t size, const struct seat *seat)
{
    return events_tail_at(out, size, seat->counter);
}

static int events_tail(char *out, size_t size, const struct reply *reply, const struct answer *answer)
{
    (void)reply;
    return answer->has_counter ? events_tail_at(out, size, answer->counter) : 0;
}

static int events_say(char *out, size_t size, int room, const struct seat *seat, int seq)
{
    char body[6000];
    snprintf(body, sizeof body, "session=%s&room=%s&text=bench+%d+%d+%s", seat->session, room_id(room), room, seq,
             padding);
    return post(out, size, "/api/room/say", "application/x-www-form-urlencoded", body);
}

/* ---- nchan: the message is the whole body, and two headers tell where the next poll begins ---- */

static int nchan_own(char *out, size_t size, int room, const struct seat *seat)
{
    (void)seat;
    return snprintf(out, size, "GET /observe?room=%s HTTP/1.1\r\nHost: %s:%d\r\n", room_id(room), net_host, net_port);
}

static int nchan_first_tail(char *out, size_t size, const struct seat *seat)
{
    (void)seat;
    return snprintf(out, size, "\r\n");
}

static int nchan_tail(char *out, size_t size, const struct reply *reply, const struct answer *answer)
{
    const char *modified = header(reply, "last-modified"), *etag = header(reply, "etag");
    (void)answer;
    if (!modified || !etag)
        return 0;
    return snprintf(out, size, "If-Modified-Since: %.*s\r\nIf-None-Match: %.*s\r\n\r\n", (int)strcspn(modified, "\r"),
                    modified, (int)strcspn(etag, "\r"), etag);
}

static int nchan_say(char *out, size_t size, int room, const struct seat *seat, int seq)
{
    char path[WORD * 2], body[6000];
    (void)seat;
    snprintf(path, sizeof path, "/say?room=%s", room_id(room));
    snprintf(body, sizeof body, "bench %d %d %s", room, seq, padding);
    return post(out, size, path, "text/plain", body);
}

static bool nchan_said(const struct reply *reply, struct answer *answer)
{
    *answer = (struct answer){.ok = reply->status / 100 == 2, .code = reply->status};
    return true;
}

/* The messages of a room are said one after the other, so their numbers serve as ids and as counter. */
static bool nchan_news(const struct reply *reply, struct answer *answer)
{
    char text[WORD];
    size_t length = reply->length < sizeof text ? reply->length : sizeof text - 1;
    memcpy(text, reply->body, length);
    text[length] = 0;
    *answer = (struct answer){.ok = true};
    if (reply->status != 200)
        return true;
    answer->count = 1;
    read_our_text(text, &answer->messages[0]);
    answer->has_counter = true;
    answer->counter = answer->messages[0].id = answer->messages[0].number = answer->messages[0].seq + 1;
    return header(reply, "last-modified") && header(reply, "etag");
}

static const struct dialect dialects[] = {
    {"lingr", ENTERED, api_own, api_first_tail, api_say, api_answer, api_answer, api_tail},
    {"events", LISTED, events_own, events_first_tail, events_say, api_answer, api_answer, events_tail},
    {"bare", UNKNOWN, api_own, api_first_tail, api_say, api_answer, api_answer, api_tail},
    {"nchan", UNKNOWN, nchan_own, nchan_first_tail, nchan_say, nchan_said, nchan_news, nchan_tail},
};

void choose_dialect(const char *name)
{
    for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
        if (!strcmp(dialects[i].name, name))
            dialect = &dialects[i];
    if (!dialect)
        die("there is no dialect %s", name);
}
