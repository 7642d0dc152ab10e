/* Is a port free, and if not, who has it? */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve.h"

/* A socket bound to <address>, or -1: errno says why. */
static int
bind_to(const struct sockaddr *address, socklen_t len)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int on = 1, off = 0, saved;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (address->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, address, len) == 0 && listen(fd, 1) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static int
bind_loopback(unsigned port)
{
    struct sockaddr_in in = {.sin_family = AF_INET};

    in.sin_port = htons((uint16_t)port);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind_to((const struct sockaddr *)&in, sizeof(in));
}

bool
cli_ports_ipv6(void)
{
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    int fd = bind_to((const struct sockaddr *)&any, sizeof(any));

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

unsigned
cli_ports_free(void)
{
    int fd = bind_loopback(0);
    struct sockaddr_in in = {0};
    socklen_t len = sizeof(in);

    if (fd < 0)
        return 0;
    if (getsockname(fd, (struct sockaddr *)&in, &len) != 0)
        in.sin_port = 0;
    close(fd);
    return ntohs(in.sin_port);
}

bool
cli_ports_is_free(unsigned port)
{
    int fd = bind_loopback(port);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* The inode of the socket that listens on <port>, by the kernel's table. */
static unsigned long
listener(const char *table, unsigned port)
{
    FILE *f = fopen(table, "re");
    char line[512];
    unsigned long found = 0;

    while (f != NULL && found == 0 && fgets(line, sizeof(line), f) != NULL) {
        unsigned its_port, state;
        unsigned long inode;

        if (sscanf(line,
                   " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s "
                   "%*d %*d %lu",
                   &its_port, &state, &inode) == 3 &&
            its_port == port && state == 0x0a)
            found = inode;
    }
    if (f != NULL)
        fclose(f);
    return found;
}

/* Does process <pid> have the socket <inode> open? */
static bool
has_socket(const char *pid, unsigned long inode)
{
    char folder[64], path[400], target[64], want[64];
    struct dirent *entry;
    bool found = false;
    DIR *dir;

    snprintf(folder, sizeof(folder), "/proc/%.20s/fd", pid);
    snprintf(want, sizeof(want), "socket:[%lu]", inode);
    dir = opendir(folder);
    while (dir != NULL && !found && (entry = readdir(dir)) != NULL) {
        ssize_t n;

        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        n = readlink(path, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = '\0';
        found = strcmp(target, want) == 0;
    }
    if (dir != NULL)
        closedir(dir);
    return found;
}

/* " by nginx (pid 812)", or nothing: other users' processes are not shown. */
static void
describe_owner(unsigned port, char out[static 100])
{
    unsigned long inode = listener("/proc/net/tcp", port);
    DIR *dir = opendir("/proc");
    struct dirent *entry;

    out[0] = '\0';
    if (inode == 0)
        inode = listener("/proc/net/tcp6", port);
    while (dir != NULL && inode != 0 && out[0] == '\0' &&
           (entry = readdir(dir)) != NULL) {
        char path[300], name[32] = "a process";
        FILE *f;

        if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
            !has_socket(entry->d_name, inode))
            continue;
        snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
        f = fopen(path, "re");
        if (f != NULL && fgets(name, sizeof(name), f) != NULL)
            name[strcspn(name, "\n")] = '\0';
        if (f != NULL)
            fclose(f);
        snprintf(out, 100, " by %.20s (pid %.20s)", name, entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
}

int
cli_ports_try(struct jg_str address, unsigned port, char owner[static 100])
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char host[256], service[16];
    int fd, error = 0;

    owner[0] = '\0';
    if (address.len >= 2 && address.p[0] == '[')
        address = (struct jg_str){address.p + 1, address.len - 2};
    snprintf(host, sizeof(host), "%.*s", JG_STR_ARG(address));
    snprintf(service, sizeof(service), "%u", port);
    if (address.len == 0)
        hints.ai_family = cli_ports_ipv6() ? AF_INET6 : AF_INET;
    if (getaddrinfo(address.len > 0 ? host : NULL, service, &hints, &found) !=
        0)
        return EINVAL;
    fd = bind_to(found->ai_addr, found->ai_addrlen);
    if (fd < 0)
        error = errno;
    else
        close(fd);
    freeaddrinfo(found);
    if (error == EADDRINUSE)
        describe_owner(port, owner);
    return error;
}

static int
check_address(const char *setting, struct jg_str address, unsigned port)
{
    char owner[100], fix[160];
    int error = cli_ports_try(address, port, owner);

    if (error == 0)
        return CLI_OK;
    if (error == EINVAL)
        return cli_fail(CLI_CONFIG, NULL, "the address \"%.*s\" is not known",
                        JG_STR_ARG(jg_str_head(address, 255)));
    if (error == EACCES)
        return cli_fail(CLI_FAILED, "a port above 1023, or start it as root",
                        "%s: this account may not use port %u", setting, port);
    if (error != EADDRINUSE)
        return cli_fail(CLI_FAILED, NULL, "%s: port %u: %s", setting, port,
                        strerror(error));
    snprintf(fix, sizeof(fix), "another \"%s\", or stop that program", setting);
    return cli_fail(CLI_FAILED, fix, "port %u is already in use%s", port,
                    owner);
}

int
cli_ports_check(const struct serve *serve, const struct jg_conf *conf)
{
    int code = check_address("listen_port", conf->listen_address,
                             (unsigned)conf->listen_port);

    (void)serve;
    if (code == CLI_OK && conf->control_api_port != 0)
        code = check_address("control_api_port", conf->control_api_hostname,
                             (unsigned)conf->control_api_port);
    return code;
}
