/* Which message reached whom, and when: every message must reach every observer of its room once and in order.
 * "Lost", "doubled" and "reordered" count (message, observer) pairs. */
#include "load.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST_SAMPLES = 1 << 24 };

struct count count;
int rooms_done;

static uint32_t *arrivals, *lasts;
static size_t arrival_count, last_count, most_arrivals;

void prepare_account(void)
{
    size_t pairs = (size_t)observer_total() * (size_t)options.messages;
    most_arrivals = pairs < MOST_SAMPLES ? pairs : MOST_SAMPLES;
    arrivals = zeroed(most_arrivals, sizeof *arrivals);
    lasts = zeroed((size_t)options.rooms * (size_t)options.messages, sizeof *lasts);
}

void finish(struct room *room, struct said *said)
{
    said->finished = true;
    if (++room->finished == options.messages)
        rooms_done++;
}

/* In latency mode the room then rests as long as the message took, so that everybody is parked again. */
static void reached_all(struct room *room, struct said *said)
{
    int64_t now = now_ns();
    lasts[last_count++] = said->slowest_us;
    room->not_before = now + (now - said->at) + options.pause_ms * MS;
    if (!said->finished)
        finish(room, said);
    may_speak(room);
}

static void delivered(struct observer *o, const struct message *m)
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
    if (arrived_at < said->at) {
        count.untimed++;
        fault("it is not known when message %d arrived", m->seq);
    } else {
        uint32_t took = (uint32_t)((arrived_at - said->at) / 1000);
        if (arrival_count < most_arrivals)
            arrivals[arrival_count++] = took;
        if (took > said->slowest_us)
            said->slowest_us = took;
    }
    if (++said->reached == options.observers)
        reached_all(room, said);
}

void observer_heard(struct observer *o, const struct answer *answer)
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
    if (answer->counter < seat->counter || (answer->count && answer->messages[answer->count - 1].number > answer->counter)) {
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
            delivered(o, m);
        }
    }
    if (!answer->count)
        count.other_answers++;
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

void print_result(int64_t enter_ns, int64_t window_ns, int64_t cpu, bool time_up)
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
    printf(", \"untimed\": %" PRId64, clock_was_set() ? count.deliveries : count.untimed);
    printf(", \"late\": %" PRId64 ", \"answers\": %" PRId64 ", \"empty\": %" PRId64 ", \"without_messages\": %" PRId64
           ", \"foreign_messages\": %" PRId64 ", \"parsed\": %" PRId64 ", \"body_bytes\": %" PRId64
           ", \"reconnects\": %" PRId64,
           count.late, count.answers, count.empty, count.other_answers, count.foreign, count.parsed, count.bytes,
           count.reconnects);
    printf(", \"enter_seconds\": %.3f, \"window_seconds\": %.3f, \"generator_cpu_us\": %" PRId64 ", \"time_up\": %s",
           (double)enter_ns / SECOND, (double)window_ns / SECOND, cpu, time_up ? "true" : "false");
    print_times("delivery_us", arrivals, arrival_count);
    print_times("last_us", lasts, last_count);
    printf(", \"first_fault\": ");
    print_text(first_fault);
    printf("}\n");
}
