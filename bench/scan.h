/* A small JSON scanner for the answers of the APIs of 2007 and 2009.
 *
 * It walks the whole text as JSON, so that a quotation mark, a brace or the word "counter" inside somebody's
 * message cannot mislead it, and keeps only what the load generator checks. Anything that is not one JSON object
 * with nothing behind it is malformed.
 */
#ifndef BENCH_SCAN_H
#define BENCH_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { MOST_MESSAGES = 256, MOST_DEPTH = 64, WORD = 160 };

/* A message, by its id, by the counter it moves its reader to, and by what its text says; room and seq are -1 when
 * the text is not one of ours. */
struct message {
    long id, number;
    int room, seq;
};

struct answer {
    bool ok, has_counter, has_room_counter;
    long counter, room_counter, code;
    int count;
    struct message messages[MOST_MESSAGES];
    char session[WORD], ticket[WORD], error[WORD];
};

/* Reads one whole answer; false when it is not a JSON object of the expected kinds. */
bool scan_answer(const char *body, size_t length, struct answer *answer);

/* Reads the numbers of a text of ours, "bench ROOM SEQ ..."; of any other text they are -1. */
void read_our_text(const char *text, struct message *message);

#endif
