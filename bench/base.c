#define _GNU_SOURCE
#include "base.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

char first_fault[256];

int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

int64_t cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * INT64_C(1000000) + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

void fault(const char *format, ...)
{
    va_list args;
    if (first_fault[0])
        return;
    va_start(args, format);
    vsnprintf(first_fault, sizeof first_fault, format, args);
    va_end(args);
}

void *zeroed(size_t number, size_t size)
{
    void *p = calloc(number ? number : 1, size);
    if (!p)
        die("out of memory");
    return p;
}

void need_files(int number)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max != RLIM_INFINITY && files.rlim_max < (rlim_t)number)
        die("%d open files are needed and only %lu are allowed: raise the hard limit (ulimit -Hn)", number,
            (unsigned long)files.rlim_max);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

void print_times(const char *name, uint32_t *values, size_t n)
{
    qsort(values, n, sizeof *values, by_size);
    printf(", \"%s\": {\"count\": %zu", name, n);
    if (n)
        printf(", \"p50\": %" PRIu32 ", \"p99\": %" PRIu32 ", \"max\": %" PRIu32, values[(n - 1) / 2],
               values[(n - 1) * 99 / 100], values[n - 1]);
    putchar('}');
}

void print_text(const char *text)
{
    putchar('"');
    for (; *text; text++)
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
            printf("\\u%04x", (unsigned char)*text);
        else
            putchar(*text);
    putchar('"');
}
