"""A name service of one's own, for processes that a test starts."""
import subprocess

# getaddrinfo() answers from files: DIR/NAME holds an address, or "slow", and
# then the lookup takes until that changes. DIR/.log says who asked for what.
FAKE_LOOKUP = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
note(char what, const char *node)
{
    char path[512], line[512];
    int fd, n;

    snprintf(path, sizeof(path), "%s/.log", getenv("FAKE_LOOKUP"));
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    n = snprintf(line, sizeof(line), "%c %d %s\n", what, (int)getpid(), node);
    if (fd >= 0 && write(fd, line, (size_t)n) != n)
        abort();
    close(fd);
}

static const char *
answer(const char *node, char *text, size_t size)
{
    char path[512];
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "%s/%s", getenv("FAKE_LOOKUP"), node);
    fd = open(path, O_RDONLY);
    if (fd < 0)
        return NULL;
    n = read(fd, text, size - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

int
getaddrinfo(const char *node, const char *service,
            const struct addrinfo *hints, struct addrinfo **out)
{
    int (*real)(const char *, const char *, const struct addrinfo *,
                struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
    char text[64];
    const char *now;

    note('+', node);
    while ((now = answer(node, text, sizeof(text))) != NULL &&
           strcmp(now, "slow") == 0)
        usleep(20000);
    note('-', node);
    return now == NULL ? EAI_AGAIN : real(now, service, hints, out);
}
"""


class FakeNames:
    def __init__(self, folder, broker):
        self.folder = folder
        library = folder / "fake_lookup.so"
        (folder / "fake_lookup.c").write_text(FAKE_LOOKUP)
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", library,
                        folder / "fake_lookup.c", "-ldl"], check=True)
        self.names = folder / "names"
        self.names.mkdir()
        broker.preload.append(str(library))
        broker.env["FAKE_LOOKUP"] = str(self.names)

    def set(self, name, answer):
        new = self.names / ".new"
        new.write_text(answer)
        new.rename(self.names / name)

    def remove(self, name):
        (self.names / name).unlink()

    def log(self):
        path = self.names / ".log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [tuple(line.split()) for line in lines]

    def running(self):
        """The lookups that have begun and not ended: (pid, name)."""
        now = []
        for what, pid, name in self.log():
            if what == "+":
                now.append((int(pid), name))
            else:
                now.remove((int(pid), name))
        return now
