/* A load generator for long polls: many observers of few or many rooms, a speaker in each, one thread.
 *
 * It must cost less CPU per delivery than the server it drives, or it measures itself. Hence: requests are kept
 * ready but for their tail, an answer equal to one of its room's last is compared, not read again, and nothing is
 * allocated while messages flow.
 *
 * Connections that the server closes are opened again and are not a loss. With --step it writes "phase NAME" to
 * stderr and goes on polling until a line comes in on stdin, so that its parent can measure the server in between.
 * The result is one JSON object on stdout. Times are in nanoseconds inside, in microseconds in the result.
 */
#define _GNU_SOURCE
#include "load.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPENING_AT_ONCE = 64, SPARE_FILES = 64 };

struct options options = {
    .api_key = "", .room_prefix = "bench", .seats = "", .rooms = 1, .observers = 100, .messages = 20, .concurrency = 20,
    .text_bytes = 48, .time_limit_s = 120, .patience_ms = 10000, .linger_ms = 300,
};

struct observer *observers;
struct room *rooms;
struct seat *seats;
int seated, parked;
bool speaking;
int64_t deadline;

int observer_total(void) { return options.rooms * options.observers; }

/* Tells the parent where we are and polls on until it answers. Without a parent: a moment of quiet. */
static void step(const char *name)
{
    if (options.step)
        wait_for_line(name, deadline);
    else
        turn_for(options.linger_ms, deadline);
}

/* Opens the observers' connections, a bounded number at once, and sends the first poll on each. */
static void park_everyone(void)
{
    int next = 0;
    while (parked < observer_total()) {
        if (now_ns() >= deadline)
            die("time is up with %d of %d polling", parked, observer_total());
        while (next < observer_total() && net_connecting < OPENING_AT_ONCE) {
            prepare_observer(next);
            open_link(&observers[next++].link);
        }
        turn(deadline);
    }
}

static void speak(void)
{
    speaking = true;
    for (int i = 0; i < options.rooms; i++)
        may_speak(&rooms[i]);
    while (rooms_done < options.rooms && now_ns() < deadline)
        turn(deadline);
}

/* ---- beginning ---- */

static const struct option long_options[] = {
    {"host", 1, 0, 'h'},        {"port", 1, 0, 'p'},       {"api-key", 1, 0, 'k'},     {"room-prefix", 1, 0, 'x'},
    {"rooms", 1, 0, 'r'},       {"observers", 1, 0, 'n'},  {"messages", 1, 0, 'm'},    {"outstanding", 1, 0, 'o'},
    {"pause-ms", 1, 0, 'w'},    {"concurrency", 1, 0, 'c'}, {"text-bytes", 1, 0, 't'}, {"time-limit-s", 1, 0, 'l'},
    {"patience-ms", 1, 0, 'a'}, {"linger-ms", 1, 0, 'g'},  {"dialect", 1, 0, 'd'},     {"step", 0, 0, 's'},
    {"seats", 1, 0, 'e'},
    {0, 0, 0, 0},
};

static void read_options(int argc, char **argv)
{
    const char *name = "lingr";
    for (int o; (o = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        switch (o) {
        case 'h': net_host = optarg; break;
        case 'p': net_port = atoi(optarg); break;
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
        case 'd': name = optarg; break;
        case 'e': options.seats = optarg; break;
        case 's': options.step = true; break;
        default: die("unknown option");
        }
    }
    choose_dialect(name);
    if (net_port < 1 || options.rooms < 1 || options.observers < 1 || options.messages < 1 ||
        options.concurrency < 1 || options.time_limit_s < 1)
        die("--port, --rooms, --observers, --messages, --concurrency and --time-limit-s must be above 0");
    if (options.text_bytes < 1 || options.text_bytes >= (int)sizeof padding)
        die("--text-bytes must be 1 to %zu", sizeof padding - 1);
}

static void prepare(void)
{
    size_t total = (size_t)observer_total();
    need_files(observer_total() + options.rooms + options.concurrency + SPARE_FILES);
    memset(padding, 'x', (size_t)options.text_bytes);
    net_open(options.step);
    observers = zeroed(total, sizeof *observers);
    seats = zeroed(total + (size_t)options.rooms, sizeof *seats);
    rooms = zeroed((size_t)options.rooms, sizeof *rooms);
    prepare_account();
    for (int i = 0; i < options.rooms; i++) {
        begin_link(&rooms[i].link, SPEAKER, i);
        rooms[i].log = zeroed((size_t)options.messages, sizeof *rooms[i].log);
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
    turn_for(options.linger_ms, deadline); /* late doubles would come now */
    step("said");
    cpu = cpu_us() - cpu;
    print_result(entered - started, window, cpu, now_ns() >= deadline);
    return 0;
}
