#include "scan.h"

#include <stdlib.h>
#include <string.h>

struct scan {
    const char *at, *end;
    int depth;
};

static bool skip_value(struct scan *s);

static void skip_space(struct scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
        s->at++;
}

/* Takes one punctuation mark if it comes next. */
static bool take(struct scan *s, char mark)
{
    skip_space(s);
    if (s->at >= s->end || *s->at != mark)
        return false;
    s->at++;
    return true;
}

static bool read_hex4(struct scan *s, unsigned *code)
{
    if (s->end - s->at < 4)
        return false;
    *code = 0;
    for (int i = 0; i < 4; i++) {
        char c = *s->at++;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return false;
        *code = *code * 16 + (unsigned)digit;
    }
    return true;
}

/* One escape, the backslash already taken. A code point beyond ASCII becomes '?': no word we look for has one. */
static bool read_escape(struct scan *s, char *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    unsigned code;
    if (s->at >= s->end)
        return false;
    char c = *s->at++;
    if (c == 'u') {
        if (!read_hex4(s, &code))
            return false;
        *out = code < 128 ? (char)code : '?';
        return true;
    }
    const char *found = c ? strchr(names, c) : NULL;
    if (!found)
        return false;
    *out = values[found - names];
    return true;
}

/* A string, decoded into room for `size` bytes (cut there, always ended by a zero byte). out may be NULL. */
static bool read_string(struct scan *s, char *out, size_t size)
{
    size_t used = 0;
    if (!take(s, '"'))
        return false;
    while (s->at < s->end) {
        char c = *s->at++;
        if (c == '"') {
            if (out)
                out[used] = 0;
            return true;
        }
        if ((unsigned char)c < 0x20 || (c == '\\' && !read_escape(s, &c)))
            return false;
        if (out && used + 1 < size)
            out[used++] = c;
    }
    return false;
}

/* A whole number, written bare or as a string of digits (both occur in the wild for ids). */
static bool read_integer(struct scan *s, long *value)
{
    char digits[24], *stop;
    skip_space(s);
    if (s->at < s->end && *s->at == '"') {
        if (!read_string(s, digits, sizeof digits))
            return false;
    } else {
        size_t used = 0;
        while (s->at < s->end && used + 1 < sizeof digits && ((*s->at >= '0' && *s->at <= '9') || *s->at == '-'))
            digits[used++] = *s->at++;
        digits[used] = 0;
    }
    *value = strtol(digits, &stop, 10);
    return digits[0] && !*stop;
}

static bool skip_number(struct scan *s)
{
    const char *from = s->at;
    while (s->at < s->end && strchr("+-.0123456789eE", *s->at) && *s->at)
        s->at++;
    return s->at > from;
}

static bool skip_word(struct scan *s, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(s->end - s->at) < length || memcmp(s->at, word, length))
        return false;
    s->at += length;
    return true;
}

/* Called for each member of an object, with the scanner at its value; must take the value. */
typedef bool on_member(struct scan *s, const char *key, void *into);

static bool skip_member(struct scan *s, const char *key, void *into)
{
    (void)key, (void)into;
    return skip_value(s);
}

static bool read_object(struct scan *s, on_member *member, void *into)
{
    char key[WORD];
    if (++s->depth > MOST_DEPTH || !take(s, '{'))
        return false;
    if (!take(s, '}')) {
        do {
            if (!read_string(s, key, sizeof key) || !take(s, ':') || !member(s, key, into))
                return false;
        } while (take(s, ','));
        if (!take(s, '}'))
            return false;
    }
    s->depth--;
    return true;
}

static bool read_array(struct scan *s, bool (*item)(struct scan *s, void *into), void *into)
{
    if (++s->depth > MOST_DEPTH || !take(s, '['))
        return false;
    if (!take(s, ']')) {
        do {
            if (!item(s, into))
                return false;
        } while (take(s, ','));
        if (!take(s, ']'))
            return false;
    }
    s->depth--;
    return true;
}

static bool skip_item(struct scan *s, void *into)
{
    (void)into;
    return skip_value(s);
}

static bool skip_value(struct scan *s)
{
    skip_space(s);
    if (s->at >= s->end)
        return false;
    switch (*s->at) {
    case '{': return read_object(s, skip_member, NULL);
    case '[': return read_array(s, skip_item, NULL);
    case '"': return read_string(s, NULL, 0);
    case 't': return skip_word(s, "true");
    case 'f': return skip_word(s, "false");
    case 'n': return skip_word(s, "null");
    default: return skip_number(s);
    }
}

void read_our_text(const char *text, struct message *message)
{
    char *stop;
    message->room = message->seq = -1;
    if (strncmp(text, "bench ", 6))
        return;
    long room = strtol(text + 6, &stop, 10);
    if (stop == text + 6 || *stop != ' ')
        return;
    const char *from = stop + 1;
    long seq = strtol(from, &stop, 10);
    if (stop == from || (*stop && *stop != ' '))
        return;
    message->room = (int)room;
    message->seq = (int)seq;
}

static bool message_member(struct scan *s, const char *key, void *into)
{
    struct message *message = into;
    if (!strcmp(key, "id"))
        return read_integer(s, &message->id);
    if (!strcmp(key, "text")) {
        char text[WORD];
        if (!read_string(s, text, sizeof text))
            return false;
        read_our_text(text, message);
        return true;
    }
    return skip_value(s);
}

static bool message_item(struct scan *s, void *into)
{
    struct answer *answer = into;
    if (answer->count == MOST_MESSAGES)
        return false;
    struct message *message = &answer->messages[answer->count++];
    *message = (struct message){.id = -1, .room = -1, .seq = -1};
    if (!read_object(s, message_member, message) || message->id < 0)
        return false;
    message->number = message->id;
    return true;
}

/* An event of 2009: a number, and what happened. Only messages count. */
struct event {
    struct answer *answer;
    long number;
    int messages;
};

static bool event_member(struct scan *s, const char *key, void *into)
{
    struct event *event = into;
    if (!strcmp(key, "event_id"))
        return read_integer(s, &event->number);
    if (strcmp(key, "message"))
        return skip_value(s);
    event->messages++;
    return message_item(s, event->answer);
}

static bool event_item(struct scan *s, void *into)
{
    struct event event = {.answer = into, .number = -1};
    if (!read_object(s, event_member, &event) || event.number < 0 || event.messages > 1)
        return false;
    if (event.messages)
        event.answer->messages[event.answer->count - 1].number = event.number;
    return true;
}

static bool room_member(struct scan *s, const char *key, void *into)
{
    struct answer *answer = into;
    if (strcmp(key, "counter"))
        return skip_value(s);
    answer->has_room_counter = true;
    return read_integer(s, &answer->room_counter);
}

static bool error_member(struct scan *s, const char *key, void *into)
{
    struct answer *answer = into;
    if (!strcmp(key, "code"))
        return read_integer(s, &answer->code);
    if (!strcmp(key, "message"))
        return read_string(s, answer->error, sizeof answer->error);
    return skip_value(s);
}

static bool answer_member(struct scan *s, const char *key, void *into)
{
    struct answer *answer = into;
    char status[WORD];
    if (!strcmp(key, "status")) {
        if (!read_string(s, status, sizeof status))
            return false;
        answer->ok = !strcmp(status, "ok");
        return true;
    }
    if (!strcmp(key, "counter")) {
        answer->has_counter = true;
        return read_integer(s, &answer->counter);
    }
    if (!strcmp(key, "messages")) {
        answer->count = 0;
        return read_array(s, message_item, answer);
    }
    if (!strcmp(key, "events")) {
        answer->count = 0;
        return read_array(s, event_item, answer);
    }
    if (!strcmp(key, "detail"))
        return read_string(s, answer->error, sizeof answer->error);
    if (!strcmp(key, "session"))
        return read_string(s, answer->session, sizeof answer->session);
    if (!strcmp(key, "ticket"))
        return read_string(s, answer->ticket, sizeof answer->ticket);
    if (!strcmp(key, "room"))
        return read_object(s, room_member, answer);
    if (!strcmp(key, "error"))
        return read_object(s, error_member, answer);
    return skip_value(s);
}

bool scan_answer(const char *body, size_t length, struct answer *answer)
{
    struct scan s = {.at = body, .end = body + length};
    memset(answer, 0, offsetof(struct answer, messages));
    answer->session[0] = answer->ticket[0] = answer->error[0] = 0;
    if (!read_object(&s, answer_member, answer))
        return false;
    skip_space(&s);
    return s.at == s.end;
}
