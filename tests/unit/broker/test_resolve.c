/* resolve.c: names to addresses. The lookups here are ours. */
#include "check.h"

#include "lock.h"
#include "resolve.h"

#include <arpa/inet.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the next lookups answer, and what they were asked. */
struct script {
    int codes[2];
    const char *texts[64]; /* addresses */
    size_t count;
    int asked;
    int flags[2];
    char node[300];
};

static struct script script;
static struct addrinfo infos[64];
static struct sockaddr_storage storage[64];

static void
fill(struct addrinfo *info, struct sockaddr_storage *place, const char *text)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)place;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)place;
    bool six = strchr(text, ':') != NULL;

    memset(place, 0, sizeof(*place));
    memset(info, 0, sizeof(*info));
    if (six)
        assert_int_equal(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
    else
        assert_int_equal(inet_pton(AF_INET, text, &v4->sin_addr), 1);
    place->ss_family = six ? AF_INET6 : AF_INET;
    info->ai_family = place->ss_family;
    info->ai_addr = (struct sockaddr *)place;
    info->ai_addrlen = six ? sizeof(*v6) : sizeof(*v4);
}

static int
lookup(const char *node, const char *service, const struct addrinfo *hints,
       struct addrinfo **out)
{
    int code = script.codes[script.asked];

    assert_null(service);
    assert_true(script.asked < 2);
    assert_int_equal(hints->ai_family, AF_UNSPEC);
    script.flags[script.asked++] = hints->ai_flags;
    snprintf(script.node, sizeof(script.node), "%s", node);
    if (code != 0)
        return code;
    *out = script.count > 0 ? infos : NULL;
    for (size_t i = 0; i < script.count; i++) {
        fill(&infos[i], &storage[i], script.texts[i]);
        infos[i].ai_next = i + 1 < script.count ? &infos[i + 1] : NULL;
    }
    return 0;
}

static void
release(struct addrinfo *list)
{
    assert_true(list == NULL || list == infos);
}

static const struct jg_resolver scripted = {lookup, release};

/* The addresses as text, with spaces between. */
static const char *
words(const struct jg_addresses *list, char *out, size_t size)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        const struct jg_address *a = &list->items[i];
        struct sockaddr_in v4 = {0};
        struct sockaddr_in6 v6 = {0};
        char text[INET6_ADDRSTRLEN];
        bool six = a->len == sizeof(v6);

        assert_int_equal(a->len, six ? sizeof(v6) : sizeof(v4));
        memcpy(six ? (void *)&v6 : &v4, a->bytes, a->len);
        assert_int_equal(six ? v6.sin6_port : v4.sin_port, 0);
        inet_ntop(six ? AF_INET6 : AF_INET,
                  six ? (const void *)&v6.sin6_addr : &v4.sin_addr, text,
                  sizeof(text));
        len += (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? " " : "",
                                text);
    }
    return out;
}

static void
addresses_are_taken_once_and_in_their_order(void **state)
{
    struct jg_addresses got;
    const char *why;
    char text[500];

    (void)state;
    script = (struct script){
        .texts = {"10.0.0.2", "::1", "10.0.0.1", "10.0.0.2", "::1", "10.0.0.3"},
        .count = 6};
    jg_resolve(&scripted, JG_STR("api.example"), 1234, &got, &why);
    assert_string_equal(words(&got, text, sizeof(text)),
                        "10.0.0.2 ::1 10.0.0.1 10.0.0.3");
    assert_string_equal(script.node, "api.example");
    assert_string_equal(why, "");
    assert_int_equal(got.resolved_s, 1234);
}

static void
no_more_addresses_are_taken_than_have_room(void **state)
{
    static char texts[40][20];
    struct jg_addresses got;
    const char *why;

    (void)state;
    script = (struct script){.count = 40};
    for (size_t i = 0; i < 40; i++) {
        snprintf(texts[i], sizeof(texts[i]), "10.0.0.%zu", i + 1);
        script.texts[i] = texts[i];
    }
    jg_resolve(&scripted, JG_STR("many.example"), 1, &got, &why);
    assert_int_equal(got.count, JG_ADDRESSES_MAX);
}

static void
loopback_names_work_without_a_network(void **state)
{
    static const struct {
        const char *host;
        int code; /* of the first lookup */
        int flags[2], asked;
    } rows[] = {
        {"example.org", 0, {AI_ADDRCONFIG}, 1},
        {"example.org", EAI_NONAME, {AI_ADDRCONFIG, 0}, 2},
        {"example.org", EAI_AGAIN, {AI_ADDRCONFIG}, 1}, /* no second wait */
        {"localhost", 0, {0}, 1},
        {"LocalHost", 0, {0}, 1},
        {"a.localhost", 0, {0}, 1},
        {"notlocalhost", 0, {AI_ADDRCONFIG}, 1},
        {"localhost.example", 0, {AI_ADDRCONFIG}, 1},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_addresses got;
        const char *why;

        script = (struct script){
            .codes = {rows[i].code}, .texts = {"127.0.0.1"}, .count = 1};
        jg_resolve(&scripted, jg_str(rows[i].host), 1, &got, &why);
        assert_int_equal(script.asked, rows[i].asked);
        assert_memory_equal(script.flags, rows[i].flags, sizeof(script.flags));
        assert_int_equal(got.count, rows[i].code != EAI_AGAIN);
    }
}

static void
a_failure_is_a_result_with_a_reason(void **state)
{
    static char long_name[400];
    struct jg_addresses got;
    const char *why;

    (void)state;
    script = (struct script){.codes = {EAI_AGAIN}};
    jg_resolve(&scripted, JG_STR("example.org"), 77, &got, &why);
    assert_int_equal(got.count, 0);
    assert_int_equal(got.resolved_s, 77);
    assert_string_equal(why, gai_strerror(EAI_AGAIN));

    script = (struct script){.count = 0};
    jg_resolve(&scripted, JG_STR("example.org"), 77, &got, &why);
    assert_int_equal(got.count, 0);
    assert_string_equal(why, "no address");

    memset(long_name, 'a', sizeof(long_name));
    script = (struct script){.texts = {"127.0.0.1"}, .count = 1};
    jg_resolve(&scripted, (struct jg_str){long_name, 400}, 1, &got, &why);
    jg_resolve(&scripted, JG_STR(""), 1, &got, &why);
    jg_resolve(&scripted, JG_STR("a\0b"), 1, &got, &why);
    assert_int_equal(script.asked, 0);
    assert_int_equal(got.count, 0);
    assert_string_equal(why, "not a host name");
}

static struct jg_addresses
list(size_t count, int first, int step)
{
    struct jg_addresses out = {.count = count};

    for (size_t i = 0; i < count; i++) {
        out.items[i].len = 16;
        out.items[i].bytes[7] = (unsigned char)(first + (int)i * step);
    }
    return out;
}

static void
the_last_good_addresses_stay_when_a_lookup_fails(void **state)
{
    const struct jg_addresses none = {0}, one = list(1, 1, 1);
    const struct jg_addresses two = list(2, 1, 1), turned = list(2, 2, -1);
    const struct jg_addresses others = list(2, 2, 1);
    const struct {
        const struct jg_addresses *before, *now;
        bool replaces;
    } rows[] = {
        {NULL, &none, true},   {NULL, &one, true},   {&none, &none, false},
        {&none, &one, true},   {&one, &none, false}, {&one, &one, false},
        {&one, &two, true},    {&two, &one, true},   {&two, &turned, false},
        {&two, &others, true},
    };

    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_int_equal(jg_resolve_replaces(rows[i].before, rows[i].now),
                         rows[i].replaces);
}

/* A broker of one process, with a store in a folder of its own. */
static struct jg_broker broker;
static struct jg_conf conf = {.storage.max_bytes = 16 * 1024 * 1024};
static char folder[] = "/tmp/jotgate-resolve-XXXXXX";

static int
open_broker(void **state)
{
    char path[100];

    (void)state;
    assert_non_null(mkdtemp(folder));
    broker = (struct jg_broker){
        .conf = &conf,
        .store_folder = folder,
        .group = (gid_t)-1,
        .log = {JG_LOG_ERROR, "test"},
        .locks = jg_lock_file(),
    };
    snprintf(path, sizeof(path), "%s/counters", folder);
    assert_err(jg_broker_open_store(&broker), JG_OK);
    assert_err(jg_counters_open(path, &broker.counters), JG_OK);
    return 0;
}

static int
close_broker(void **state)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "counters"};
    char path[100];

    (void)state;
    jg_store_close(broker.store);
    jg_counters_close(broker.counters);
    close(broker.locks);
    for (size_t i = 0; i < LEN(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    return rmdir(folder);
}

/* How many addresses the record of <host> has; -1: there is none. */
static int
recorded(struct jg_str host)
{
    struct jg_addresses got;
    struct jg_txn *txn;
    enum jg_err err;

    assert_err(jg_txn_read(broker.store, &txn), JG_OK);
    err = jg_record_get_addresses(txn, host, &got);
    assert_int_equal(jg_resolve_settled(txn, host), err == JG_OK);
    jg_txn_abort(txn);
    return err == JG_OK ? (int)got.count : -1;
}

static void
a_record_follows_the_lookups(void **state)
{
    const struct jg_str host = JG_STR("api.example");
    static const struct {
        enum jg_resolve_mode mode;
        int code;
        size_t count; /* addresses of the lookup */
        int asked, recorded;
        uint64_t bumps;
    } rows[] = {
        {JG_RESOLVE_MISSING, EAI_AGAIN, 0, 1, 0, 1},
        {JG_RESOLVE_MISSING, 0, 2, 0, 0, 0}, /* a failure is a record, too */
        {JG_RESOLVE_REFRESH, EAI_AGAIN, 0, 1, 0, 0},
        {JG_RESOLVE_REFRESH, 0, 2, 1, 2, 1},
        {JG_RESOLVE_REFRESH, 0, 2, 1, 2, 0}, /* nothing new, nothing written */
        {JG_RESOLVE_REFRESH, EAI_AGAIN, 0, 1, 2, 0}, /* the last good ones */
        {JG_RESOLVE_MISSING, 0, 1, 0, 2, 0},
        {JG_RESOLVE_REFRESH, 0, 1, 1, 1, 1},
    };

    (void)state;
    assert_int_equal(recorded(host), -1);
    for (size_t i = 0; i < LEN(rows); i++) {
        uint64_t before = jg_counters_addresses(broker.counters);
        size_t found = 99;

        script = (struct script){.codes = {rows[i].code},
                                 .texts = {"10.0.0.1", "10.0.0.2"},
                                 .count = rows[i].count};
        assert_err(
            jg_resolve_record(&broker, &scripted, rows[i].mode, host, &found),
            JG_OK);
        assert_int_equal(script.asked, rows[i].asked);
        assert_int_equal(recorded(host), rows[i].recorded);
        assert_int_equal(jg_counters_addresses(broker.counters) - before,
                         rows[i].bumps);
        assert_int_equal(found, rows[i].asked ? rows[i].count : 0);
    }
}

static void
one_process_looks_a_name_up_at_a_time(void **state)
{
    const struct jg_str host = JG_STR("busy.example");
    int ready[2], release_it[2];
    size_t found = 99;
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(release_it), 0);
    pid = fork();
    if (pid == 0) {
        close(release_it[1]);
        if (jg_lock_try(broker.locks, jg_lock_place(host)) &&
            write(ready[1], "x", 1) == 1)
            _exit(read(release_it[0], &byte, 1) != 0);
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    script = (struct script){.texts = {"10.0.0.1"}, .count = 1};
    assert_err(
        jg_resolve_record(&broker, &scripted, JG_RESOLVE_REFRESH, host, &found),
        JG_E_BROKER);
    assert_int_equal(script.asked, 0);
    close(release_it[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid); /* its locks end with it */
    assert_err(
        jg_resolve_record(&broker, &scripted, JG_RESOLVE_REFRESH, host, &found),
        JG_OK);
    assert_int_equal(found, 1);
    close(ready[0]);
    close(ready[1]);
    close(release_it[0]);
}

static void
the_system_knows_localhost(void **state)
{
    struct jg_addresses got;
    const char *why;

    (void)state;
    if (access("/etc/hosts", R_OK) != 0) {
        jg_skip_loudly("no /etc/hosts, so nobody knows localhost");
        return;
    }
    jg_resolve(&jg_resolver_system, JG_STR("localhost"), 1, &got, &why);
    assert_true(got.count > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_taken_once_and_in_their_order),
        cmocka_unit_test(no_more_addresses_are_taken_than_have_room),
        cmocka_unit_test(loopback_names_work_without_a_network),
        cmocka_unit_test(a_failure_is_a_result_with_a_reason),
        cmocka_unit_test(the_last_good_addresses_stay_when_a_lookup_fails),
        cmocka_unit_test(a_record_follows_the_lookups),
        cmocka_unit_test(one_process_looks_a_name_up_at_a_time),
        cmocka_unit_test(the_system_knows_localhost),
    };

    return cmocka_run_group_tests(tests, open_broker, close_broker);
}
