/* What the C programs of the benchmark share: the clock, dying with a sentence, and their results as JSON. */
#ifndef BENCH_BASE_H
#define BENCH_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

/* The first thing that went wrong, for the person who reads the result. */
extern char first_fault[256];

int64_t now_ns(void);
int64_t cpu_us(void);

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Memory that is there and zero. */
void *zeroed(size_t number, size_t size);

/* Raises the limit of open files as far as it goes; dies when that is not enough. */
void need_files(int number);

/* Sorts the times and prints `, "name": {...}` with their number, median, 99th percentile and greatest. */
void print_times(const char *name, uint32_t *values, size_t n);
void print_text(const char *text);

#endif
