/* Calls methods of the API as fast as a few connections can, each waiting for its answer: opens sessions, enters
 * rooms, asks for messages, and speaks. One after the other, each so many times; before each, and at the end, it
 * waits for its parent (--step). The result is one JSON object on stdout.
 */
#define _GNU_SOURCE
#include "net.h"
#include "scan.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE_FILES = 64, REOPEN_MS = 20, LAST_EVENTS = 5 };

static struct {
    const char *api_key, *room_prefix;
    int rooms, connections, calls, time_limit_s;
    bool step;
} options = {.api_key = "", .room_prefix = "bench", .rooms = 100, .connections = 32, .calls = 1000, .time_limit_s = 120};

/* A caller for each call: its session and its ticket are what the later methods work with. */
struct caller {
    char *session, *ticket;
};

struct method {
    const char *name, *path;
    bool get;
    int (*parameters)(char *out, size_t size, int i);
    void (*keep)(int i, const struct answer *answer);
    int failures;
    double seconds;
};

static struct caller *callers;
static struct link *links;
static int *working_on; /* per connection: which call */
static long *counters;  /* per room: the last one heard of */
static struct method *method;
static int begun, done;

static int session_parameters(char *out, size_t size, int i)
{
    (void)i;
    return snprintf(out, size, "api_key=%s&format=json", options.api_key);
}

static void keep_session(int i, const struct answer *answer) { callers[i].session = strdup(answer->session); }

static int enter_parameters(char *out, size_t size, int i)
{
    return snprintf(out, size, "session=%s&id=%s%d&nickname=guest%d&format=json", callers[i].session,
                    options.room_prefix, i % options.rooms, i);
}

static void keep_ticket(int i, const struct answer *answer)
{
    long *counter = &counters[i % options.rooms];
    callers[i].ticket = strdup(answer->ticket);
    if (answer->room_counter > *counter)
        *counter = answer->room_counter;
}

static int messages_parameters(char *out, size_t size, int i)
{
    long counter = counters[i % options.rooms] - LAST_EVENTS;
    return snprintf(out, size, "session=%s&ticket=%s&counter=%ld&format=json", callers[i].session, callers[i].ticket,
                    counter > 0 ? counter : 0);
}

static int say_parameters(char *out, size_t size, int i)
{
    return snprintf(out, size, "session=%s&ticket=%s&message=something+like+this%d&format=json", callers[i].session,
                    callers[i].ticket, i);
}

static void keep_nothing(int i, const struct answer *answer) { (void)i, (void)answer; }

static struct method methods[] = {
    {"session.create", "/api/session/create", false, session_parameters, keep_session, 0, 0},
    {"room.enter", "/api/room/enter", false, enter_parameters, keep_ticket, 0, 0},
    {"room.getMessages", "/api/room/get_messages", true, messages_parameters, keep_nothing, 0, 0},
    {"room.say", "/api/room/say", false, say_parameters, keep_nothing, 0, 0},
};
enum { METHODS = sizeof methods / sizeof *methods };

/* ---- what a connection does ---- */

static void call(struct link *link)
{
    char parameters[1024], request[2048];
    int size = method->parameters(parameters, sizeof parameters, working_on[link->owner]);
    int length = method->get ? snprintf(request, sizeof request, "GET %s?%s HTTP/1.1\r\nHost: %s:%d\r\n\r\n",
                                        method->path, parameters, net_host, net_port)
                             : snprintf(request, sizeof request,
                                        "POST %s HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/"
                                        "x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
                                        method->path, net_host, net_port, size, parameters);
    if (size >= (int)sizeof parameters || length >= (int)sizeof request)
        die("a request is too long");
    ask(link, request, (size_t)length);
}

void ready(struct link *link)
{
    if (working_on[link->owner] < 0) {
        if (begun == options.calls)
            return;
        working_on[link->owner] = begun++;
    }
    call(link);
}

void broken(struct link *link, bool asked)
{
    if (asked) {
        method->failures++;
        fault("the connection closed during %s", method->name);
    }
    link_later(link, REOPEN_MS);
}

void answered(struct link *link, const struct reply *reply)
{
    static struct answer answer;
    if (reply->status != 200 || !scan_answer(reply->body, reply->length, &answer) || !answer.ok)
        die("%s answered %d: %.*s", method->name, reply->status, reply->length > 150 ? 150 : (int)reply->length,
            reply->body);
    method->keep(working_on[link->owner], &answer);
    working_on[link->owner] = -1;
    done++;
    use(link);
}

bool recognised(struct link *link, const char *bytes, size_t length)
{
    (void)link, (void)bytes, (void)length;
    return false;
}

void unexpected(struct link *link)
{
    (void)link;
    die("an answer that nobody had asked for");
}

void timed_out(int a, int b) { (void)a, (void)b; }

/* ---- beginning and end ---- */

static const struct option long_options[] = {
    {"host", 1, 0, 'h'},  {"port", 1, 0, 'p'},        {"api-key", 1, 0, 'k'}, {"room-prefix", 1, 0, 'x'},
    {"rooms", 1, 0, 'r'}, {"connections", 1, 0, 'c'}, {"calls", 1, 0, 'n'},   {"time-limit-s", 1, 0, 'l'},
    {"step", 0, 0, 's'},  {0, 0, 0, 0},
};

static void read_options(int argc, char **argv)
{
    for (int o; (o = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        switch (o) {
        case 'h': net_host = optarg; break;
        case 'p': net_port = atoi(optarg); break;
        case 'k': options.api_key = optarg; break;
        case 'x': options.room_prefix = optarg; break;
        case 'r': options.rooms = atoi(optarg); break;
        case 'c': options.connections = atoi(optarg); break;
        case 'n': options.calls = atoi(optarg); break;
        case 'l': options.time_limit_s = atoi(optarg); break;
        case 's': options.step = true; break;
        default: die("unknown option");
        }
    }
    if (net_port < 1 || options.rooms < 1 || options.connections < 1 || options.calls < 1)
        die("--port, --rooms, --connections and --calls must be above 0");
}

static void run(struct method *this, int64_t deadline)
{
    method = this;
    begun = done = 0;
    int64_t started = now_ns();
    for (int i = 0; i < options.connections; i++)
        use(&links[i]);
    while (done < options.calls) {
        if (now_ns() >= deadline)
            die("time is up with %d of %d calls of %s", done, options.calls, method->name);
        turn(deadline);
    }
    method->seconds = (double)(now_ns() - started) / SECOND;
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    need_files(options.connections + SPARE_FILES);
    net_open(options.step);
    callers = zeroed((size_t)options.calls, sizeof *callers);
    counters = zeroed((size_t)options.rooms, sizeof *counters);
    links = zeroed((size_t)options.connections, sizeof *links);
    working_on = zeroed((size_t)options.connections, sizeof *working_on);
    for (int i = 0; i < options.connections; i++) {
        begin_link(&links[i], 0, i);
        working_on[i] = -1;
    }
    int64_t deadline = now_ns() + options.time_limit_s * SECOND;
    for (int m = 0; m < METHODS; m++) {
        if (options.step)
            wait_for_line(methods[m].name, deadline);
        run(&methods[m], deadline);
    }
    if (options.step)
        wait_for_line("end", deadline);
    printf("{\"methods\": [");
    for (int m = 0; m < METHODS; m++)
        printf("%s{\"method\": \"%s\", \"calls\": %d, \"seconds\": %.6f, \"failures\": %d}", m ? ", " : "",
               methods[m].name, options.calls, methods[m].seconds, methods[m].failures);
    printf("], \"first_fault\": ");
    print_text(first_fault);
    printf("}\n");
    return 0;
}
