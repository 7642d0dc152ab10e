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

double
cli_progress_s(void)
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

/* Of the whole time, what is left, and no more than <step_ms>. */
static int
step(double waited_s, int timeout_ms, int step_ms)
{
    double left_ms = timeout_ms - waited_s * 1000;

    if (timeout_ms < 0 || left_ms > step_ms)
        return step_ms;
    return left_ms > 0 ? (int)left_ms + 1 : 0;
}

bool
cli_progress_wait(int fd, const char *what, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    bool shows = is_terminal(), shown = false;
    double began_s = cli_progress_s(), waited_s = 0;
    int ready = 0;

    while (ready == 0 && (timeout_ms < 0 || waited_s * 1000 < timeout_ms)) {
        ready = poll(&p, 1,
                     step(waited_s, timeout_ms, shown ? STEP_MS : PATIENCE_MS));
        waited_s = cli_progress_s() - began_s;
        if (ready != 0 || !shows || waited_s * 1000 < PATIENCE_MS)
            continue;
        fprintf(stderr, "\r\033[Kwaiting for %.50s  %.0f s", what, waited_s);
        shown = true;
    }
    if (shown)
        fputs("\r\033[K", stderr);
    return ready != 0;
}
