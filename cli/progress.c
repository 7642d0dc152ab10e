/* "waiting for http://...  3 s" */
#include "progress.h"

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 300
#define STEP_MS 200

static double
now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool
is_terminal(void)
{
    const char *term = getenv("TERM");

    return isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

void
cli_progress_wait(int fd, const char *what)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    double began_s = now_s();
    bool shown = false;

    if (!is_terminal())
        return;
    while (poll(&p, 1, shown ? STEP_MS : PATIENCE_MS) == 0) {
        fprintf(stderr, "\r\033[Kwaiting for %.50s  %.0f s", what,
                now_s() - began_s);
        shown = true;
    }
    if (shown)
        fputs("\r\033[K", stderr);
}
