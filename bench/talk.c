/* What observers and speakers do with their connections.
 *
 * Most answers of a room are equal to the last ones byte for byte: they are compared whole and not read again, and
 * the poll that follows differs from the observer's one before in its tail only. So a delivery costs the generator
 * two system calls and two short copies.
 */
#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REOPEN_MS = 20, AFTER_FAULT_MS = 500 };

/* ---- observers ---- */

void prepare_observer(int i)
{
    struct observer *o = &observers[i];
    struct seat *seat = &seats[options.rooms + i];
    begin_link(&o->link, OBSERVER, i);
    o->room = i / options.observers;
    o->last_id = -1;
    o->seen = zeroed((size_t)options.messages / 64 + 1, sizeof *o->seen);
    char own[REQUEST], tail[TAIL];
    int own_length = dialect->own(own, sizeof own, o->room, seat);
    int tail_length = dialect->first_tail(tail, sizeof tail, seat);
    if (own_length >= REQUEST || tail_length >= TAIL)
        die("session and ticket are too long");
    o->request = zeroed(1, (size_t)own_length + TAIL);
    memcpy(o->request, own, (size_t)own_length);
    memcpy(o->request + own_length, tail, (size_t)tail_length);
    o->own_length = (uint16_t)own_length;
    o->length = (uint16_t)(own_length + tail_length);
}

static void observe(struct link *link)
{
    struct observer *o = &observers[link->owner];
    if (ask(link, o->request, o->length) && !o->polled) {
        o->polled = true;
        parked++;
    }
}

static void hear(struct observer *o, const struct known *k)
{
    count.answers++;
    count.bytes += (int64_t)k->body_length;
    if (!k->answer.ok) {
        count.failures++;
        fault("an observer got error %ld %s", k->answer.code, k->answer.error);
        link_later(&o->link, AFTER_FAULT_MS);
        return;
    }
    if (k->tail_length) {
        memcpy(o->request + o->own_length, k->tail, k->tail_length);
        o->length = (uint16_t)(o->own_length + k->tail_length);
    }
    observer_heard(o, &k->answer);
    use(&o->link);
}

bool recognised(struct link *link, const char *bytes, size_t length)
{
    if (link->role != OBSERVER)
        return false;
    struct observer *o = &observers[link->owner];
    for (int i = 0; i < KNOWN; i++) {
        struct known *k = rooms[o->room].known[i];
        if (k && k->length == length && !memcmp(k->bytes, bytes, length)) {
            link->state = READY;
            hear(o, k);
            return true;
        }
    }
    return false;
}

/* Reads an answer and keeps it, so that the same bytes need not be read again. */
static void observer_answered(struct link *link, const struct reply *reply)
{
    struct observer *o = &observers[link->owner];
    struct room *room = &rooms[o->room];
    struct known **slot = &room->known[room->next_known++ % KNOWN];
    if (!*slot)
        *slot = zeroed(1, sizeof **slot);
    struct known *k = *slot;
    k->length = 0;
    count.parsed++;
    if (!dialect->news(reply, &k->answer)) {
        count.malformed++;
        fault("malformed answer: %.*s", reply->length > 150 ? 150 : (int)reply->length, reply->body);
        link_later(link, AFTER_FAULT_MS);
        return;
    }
    size_t whole = reply->head_length + reply->length;
    if (k->size < whole) {
        k->size = whole * 2;
        free(k->bytes);
        k->bytes = zeroed(1, k->size);
    }
    memcpy(k->bytes, reply->head, whole);
    k->length = reply->closing ? 0 : whole; /* the end of a connection is never taken as known */
    k->body_length = reply->length;
    int tail_length = dialect->tail(k->tail, sizeof k->tail, reply, &k->answer);
    if (tail_length >= TAIL)
        die("the tail of a poll is too long");
    k->tail_length = (size_t)tail_length;
    hear(o, k);
}

/* ---- speakers ---- */

static int most_under_way(void) { return options.outstanding ? options.outstanding : 1; }

static bool may_not(const struct room *room)
{
    return !speaking || room->asking || room->said == options.messages ||
           room->said - room->finished >= most_under_way();
}

/* Latency mode: one message at a time. Throughput mode: up to `outstanding` not yet with everybody. */
void may_speak(struct room *room)
{
    if (may_not(room))
        return;
    int64_t wait = room->not_before - now_ns();
    if (!options.outstanding && wait > 0)
        link_later(&room->link, (int)(wait / MS) + 1);
    else
        use(&room->link);
}

static void say(struct link *link)
{
    char request[7000];
    int index = link->owner;
    struct room *room = &rooms[index];
    if (may_not(room))
        return;
    int seq = room->said++;
    room->asking = true;
    int length = dialect->say(request, sizeof request, index, &seats[index], seq);
    room->log[seq].at = now_ns();
    call_at(room->log[seq].at + options.patience_ms * MS, index, seq);
    ask(link, request, (size_t)length);
}

static void speaker_answered(struct link *link, const struct reply *reply)
{
    static struct answer answer;
    struct room *room = &rooms[link->owner];
    struct said *said = &room->log[room->said - 1];
    room->asking = false;
    said->accepted = dialect->said(reply, &answer) && answer.ok;
    if (!said->accepted) {
        count.failures++;
        fault("saying was answered by %d, error %ld %s", reply->status, answer.code, answer.error);
        if (!said->finished)
            finish(room, said);
    }
    may_speak(room);
}

/* A message has not reached everybody for too long: goes on without it. It may still come, and is then no loss. */
void timed_out(int index, int seq)
{
    struct room *room = &rooms[index];
    struct said *said = &room->log[seq];
    if (said->finished)
        return;
    count.late++;
    fault("message %d of room %d had reached %d observers after %d ms", seq, index, said->reached, options.patience_ms);
    finish(room, said);
    may_speak(room);
}

/* ---- what a connection does next ---- */

void ready(struct link *link)
{
    if (link->role == SETTER)
        setter_ready(link);
    else if (link->role == SPEAKER)
        say(link);
    else
        observe(link);
}

/* What was asked is asked again, but for a message: nobody knows whether it was said, so the observers tell. */
void broken(struct link *link, bool asked)
{
    count.reconnects++;
    if (link->role == OBSERVER) {
        link_later(link, REOPEN_MS);
    } else if (asked && link->role == SETTER) {
        setter_broken(link);
    } else if (asked) {
        rooms[link->owner].asking = false;
        count.unanswered++;
        fault("the connection closed while a message was being said");
        may_speak(&rooms[link->owner]);
    }
}

void unexpected(struct link *link)
{
    (void)link;
    count.malformed++;
    fault("an answer that nobody had asked for");
}

void answered(struct link *link, const struct reply *reply)
{
    if (link->role == SETTER) {
        setter_answered(link, reply);
    } else if (link->role == SPEAKER) {
        if (reply->status / 100 != 2)
            count.bad_statuses++;
        speaker_answered(link, reply);
    } else if (reply->status != 200 && reply->status != 304) {
        count.bad_statuses++;
        fault("status %d: %.*s", reply->status, reply->length > 150 ? 150 : (int)reply->length, reply->body);
        link_later(link, AFTER_FAULT_MS);
    } else {
        observer_answered(link, reply);
    }
}
