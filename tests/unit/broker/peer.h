/* An HTTP server on 127.0.0.1 that misbehaves by path, with or without TLS. */
#ifndef JG_TESTS_BROKER_PEER_H
#define JG_TESTS_BROKER_PEER_H

#include "check.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVER_LIFE_S 60
#define MIB (1024 * 1024)

/* What a server does with one request; TLS when <tls> is not NULL. */
struct peer {
    int fd;
    SSL *tls;
};

static inline bool
put(const struct peer *to, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = to->tls != NULL ? SSL_write(to->tls, p, (int)len)
                                    : send(to->fd, p, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static inline bool
say(const struct peer *to, const char *text)
{
    return put(to, text, strlen(text));
}

/* A body of <size> bytes, without a length when <chunked>. */
static inline void
send_bytes(const struct peer *to, size_t size, bool chunked)
{
    static char block[4096];
    char head[200];

    memset(block, 'x', sizeof(block));
    snprintf(head, sizeof(head),
             chunked ? "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                     : "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
             size);
    if (!say(to, head))
        return;
    for (size_t n; size > 0; size -= n) {
        n = size < sizeof(block) ? size : sizeof(block);
        if (!put(to, block, n))
            return;
    }
}

static inline void
send_for_ever(const struct peer *to, const char *head, const char *part,
              int pause_ms)
{
    if (!say(to, head))
        return;
    while (say(to, part))
        poll(NULL, 0, pause_ms);
}

#define OK_HEAD "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"

/* Answers that are one text; the rest is in answer(). */
static const struct {
    const char *path, *text;
} texts[] = {
    {"/good", OK_HEAD "ETag: \"v1\"\r\nCache-Control: max-age=300\r\n"
                      "Age: 100\r\n\r\ngood"},
    {"/redirect", "HTTP/1.1 302 Found\r\nLocation: /good\r\n"
                  "Content-Length: 0\r\n\r\n"},
    {"/404", "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"},
    {"/204", "HTTP/1.1 204 No Content\r\n\r\n"},
    {"/304", "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n"},
    {"/gzip", OK_HEAD "Content-Encoding: gzip\r\n\r\n\x1f\x8b\x08."},
    {"/identity", OK_HEAD "Content-Encoding: identity\r\n\r\ngood"},
    {"/transfer", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n"
                  "\r\n0\r\n\r\n"},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"},
    {"/lines", "HTTP/1.1 500 \x1b[31mred\r\nContent-Length: 0\r\n\r\n"},
    {"/old", "good"}, /* HTTP/0.9 */
    {"/long-etag", OK_HEAD
     "ETag: \""
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "0123456789012345678901234567890123456789012345678901234567890123456789"
     "\"\r\n\r\ngood"},
};

static inline bool
asks_for(const char *request, const char *path)
{
    size_t len = strlen(path);
    const char *at = strchr(request, ' ');

    return at != NULL && strncmp(at + 1, path, len) == 0 && at[1 + len] == ' ';
}

static inline void
answer(const struct peer *to, const char *request)
{
    char head[4096];

    for (size_t i = 0; i < LEN(texts); i++)
        if (asks_for(request, texts[i].path)) {
            say(to, texts[i].text);
            return;
        }
    if (asks_for(request, "/full"))
        send_bytes(to, MIB, false);
    else if (asks_for(request, "/large"))
        send_bytes(to, MIB + 1, false);
    else if (asks_for(request, "/large-unsaid"))
        send_bytes(to, MIB + 1, true);
    else if (asks_for(request, "/silence"))
        poll(NULL, 0, SERVER_LIFE_S * 1000);
    else if (asks_for(request, "/hang"))
        send_for_ever(to, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "",
                      SERVER_LIFE_S * 1000);
    else if (asks_for(request, "/drip"))
        send_for_ever(to, "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
                      "x", 50);
    else if (asks_for(request, "/headers"))
        send_for_ever(to, "HTTP/1.1 200 OK\r\n",
                      "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 0);
    else { /* what it was asked, for the tests to read */
        snprintf(head, sizeof(head),
                 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
                 strlen(request));
        if (say(to, head))
            say(to, request);
    }
}

/* The header of one request. */
static inline void
serve_one(int fd, SSL_CTX *context)
{
    struct peer peer = {.fd = fd};
    char request[2048];
    size_t len = 0;

    if (context != NULL) {
        peer.tls = SSL_new(context);
        SSL_set_fd(peer.tls, fd);
        if (SSL_accept(peer.tls) != 1)
            _exit(0);
    }
    do {
        size_t room = sizeof(request) - 1 - len;
        ssize_t n = peer.tls != NULL
                        ? SSL_read(peer.tls, request + len, (int)room)
                        : recv(fd, request + len, room, 0);

        if (n <= 0)
            _exit(0);
        len += (size_t)n;
        request[len] = '\0';
    } while (strstr(request, "\r\n\r\n") == NULL && len < sizeof(request) - 1);
    answer(&peer, request);
    if (peer.tls != NULL)
        SSL_shutdown(peer.tls);
    shutdown(fd, SHUT_WR);
    _exit(0);
}

/* A server, a process of its own for each connection. */
struct server {
    pid_t pid;
    unsigned port;
};

static inline struct server
start(SSL_CTX *context)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof(address);
    struct server server;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(
        bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 64), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len),
                     0);
    server.port = ntohs(address.sin_port);
    server.pid = fork();
    assert_true(server.pid >= 0);
    if (server.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setpgid(0, 0); /* its children end with it */
        signal(SIGCHLD, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        alarm(SERVER_LIFE_S);
        for (;;) {
            int fd = accept(listener, NULL, NULL);

            if (fork() == 0) {
                alarm(SERVER_LIFE_S);
                serve_one(fd, context);
            }
            close(fd);
        }
    }
    setpgid(server.pid, server.pid);
    close(listener);
    return server;
}

static inline void
stop(const struct server *server)
{
    kill(-server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
}

/* TLS: a certificate for <name>, signed by itself, into <path>. */
static inline SSL_CTX *
certify(const char *name, const char *path)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, name);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    FILE *f = fopen(path, "w");

    assert_true(key != NULL && cert != NULL && names != NULL &&
                context != NULL && f != NULL);
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_set_pubkey(cert, key);
    X509_add_ext(cert, names, -1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    assert_int_equal(SSL_CTX_use_certificate(context, cert), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
    assert_int_equal(PEM_write_X509(f, cert), 1);
    fclose(f);
    X509_EXTENSION_free(names);
    X509_free(cert);
    EVP_PKEY_free(key);
    return context;
}

#endif
