/* limits.c, api_limit.c, meter.c, limit_headers.c, own_limits.c: rates and
 * quotas of a decision, with a clock that the test sets. */
#include "stored_check.h"

#include "access/meter.h"

#define LIMIT_TEST(f) \
    cmocka_unit_test_setup_teardown(f, open_world, close_world)
#define BYTES_128                                                      \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BYTES_512 BYTES_128 BYTES_128 BYTES_128 BYTES_128
#define BYTES_2048 BYTES_512 BYTES_512 BYTES_512 BYTES_512
#define T0 ((int64_t)NOW * 1000)
#define RATE_1 ",\"rate\":1,\"per\":60"
#define QUOTA_2 ",\"quota_max\":2,\"quota_renewal_rate\":3600"
#define ENDS(more)                                             \
    ",\"access_rights\":{\"jwt\":{\"versions\":[\"Default\"]," \
    "\"endpoints\":[" more "]}}"
#define END(path, method, rate)                               \
    "{\"path\":\"" path "\",\"methods\":[{\"name\":\"" method \
    "\",\"limit\":{\"rate\":" rate ",\"per\":60}}]}"
#define VERSION(more)                                                      \
    ",\"version_data\":{\"not_versioned\":true,\"versions\":{\"Default\":" \
    "{\"name\":\"Default\"," more "}}}"
#define CONTEXT_HEADERS                                                     \
    ",\"enable_context_vars\":true" VERSION(                                \
        "\"global_headers\":{\"X-All\":"                                    \
        "\"$tyk_context.rate_limit_limit/$tyk_context.rate_limit_remaining" \
        "/$tyk_context.rate_limit_reset/$tyk_context.quota_limit"           \
        "/$tyk_context.quota_remaining/$tyk_context.quota_reset\"}")
#define OPEN_API(id, more)                                                   \
    {                                                                        \
        id, "{\"api_id\":\"" id "\",\"org_id\":\"default\",\"active\":true," \
            "\"use_keyless\":true,\"proxy\":{\"listen_path\":\"/" id "/\","  \
            "\"target_url\":\"http://127.0.0.1:8000\"}" more "}"             \
    }

static const struct doc apis[] = {
    JWT_API("jwt", ""),
    JWT_API("other", ""),
    JWT_API("headers", CONTEXT_HEADERS),
    JWT_API("no-rate", ",\"disable_rate_limit\":true,"
                       "\"global_rate_limit\":{\"rate\":1,\"per\":60}"),
    JWT_API("no-quota", ",\"disable_quota\":true"),
    JWT_API("api-rate", ",\"global_rate_limit\":{\"rate\":2,\"per\":60}"),
    KEY_API("key", ""),
    OPEN_API("open", ",\"global_rate_limit\":{\"rate\":2,\"per\":60}"),
    OPEN_API("off", ",\"global_rate_limit\":{\"rate\":1,\"per\":60,"
                    "\"disabled\":true}"),
    OPEN_API("ends",
             ",\"global_rate_limit\":{\"rate\":3,\"per\":60}" VERSION(
                 "\"use_extended_paths\":true,\"extended_paths\":{"
                 "\"rate_limit\":[{\"path\":\"/slow\",\"method\":\"GET\","
                 "\"rate\":1,\"per\":60},{\"path\":\"/slow\",\"rate\":9,"
                 "\"per\":60,\"method\":\"PUT\"},{\"path\":\"/off\","
                 "\"rate\":1,\"per\":60,\"disabled\":true},{\"path\":\"/zero\","
                 "\"rate\":0,\"per\":60}]}")),
};

#define ALL_APIS                                                  \
    ",\"access_rights\":{\"jwt\":{},\"other\":{},\"headers\":{}," \
    "\"no-rate\":{},\"no-quota\":{},\"api-rate\":{}}"

static const struct doc policies[] = {
    POLICY("free", ALL_APIS),
    POLICY("rate", ALL_APIS RATE_1),
    POLICY("rate2", ALL_APIS ",\"rate\":2,\"per\":60"),
    POLICY("quota", ALL_APIS QUOTA_2),
    POLICY("both", ALL_APIS ",\"rate\":4,\"per\":60" QUOTA_2),
    POLICY("hold", ALL_APIS RATE_1 ",\"throttle_interval\":10.5,"
                                   "\"throttle_retry_limit\":2"),
    POLICY("hold-long", ALL_APIS RATE_1 ",\"throttle_interval\":1e300,"
                                        "\"throttle_retry_limit\":1000000000"),
    POLICY("hold-0", ALL_APIS RATE_1 ",\"throttle_interval\":0,"
                                     "\"throttle_retry_limit\":3"),
    POLICY("hold-neg", ALL_APIS RATE_1 ",\"throttle_interval\":-1,"
                                       "\"throttle_retry_limit\":-1"),
    POLICY("shared",
           ALL_APIS QUOTA_2 ",\"meta_data\":{"
                            "\"rate_limit_pattern\":\"team-$tyk_meta.team\","
                            "\"team\":\"red\"}"),
    POLICY("empty",
           ALL_APIS QUOTA_2 ",\"meta_data\":{"
                            "\"rate_limit_pattern\":\"$tyk_meta.none\"}"),
    POLICY("ends",
           ENDS(END("/slow", "GET", "1") "," END("/slow", "POST", "2") "," END(
               "/free", "GET", "0") "," END("/ids/{id}/x", "GET",
                                            "1")) ",\"rate\":3,\"per\":60"),
    POLICY("monthly", ",\"access_rights\":{\"jwt\":{}},\"quota_max\":2,"
                      "\"quota_renewal_rate\":2592000"),
    POLICY("minutely", ",\"access_rights\":{\"jwt\":{},\"other\":{}},"
                       "\"quota_max\":1,\"quota_renewal_rate\":60"),
};

struct counted {
    struct world w;
    struct jg_counters *counters;
};

static int
open_world(void **state)
{
    struct counted *c = calloc(1, sizeof(*c));
    char path[96];

    assert_non_null(c);
    world_open(&c->w, "", apis, LEN(apis), policies, LEN(policies));
    snprintf(path, sizeof(path), "%s/counters", c->w.folder);
    assert_err(jg_counters_open(path, &c->counters), JG_OK);
    *state = c;
    return 0;
}

static int
close_world(void **state)
{
    struct counted *c = *state;

    jg_counters_close(c->counters);
    world_close(&c->w);
    free(c);
    return 0;
}

/* One request, until its end. */
struct asked {
    struct client client;
    struct jg_arena a;
    struct jg_decision d;
    struct jg_buf token;
    struct jg_trace trace;
    enum jg_verdict verdict;
};

/* <who> is "policy/sub": a token; NULL: none. What waits for an address has
 * passed the limits: it counts as allowed. */
static struct asked *
ask_at(struct counted *c, const char *target, const char *method,
       const char *who, int64_t ms)
{
    struct asked *asked = calloc(1, sizeof(*asked));
    struct jg_signer *signer = signer_of_secret(SECRET);
    const char *slash = who != NULL ? strchr(who, '/') : NULL;
    char claims[256];

    assert_non_null(asked);
    jg_buf_init(&asked->token, 4096);
    if (slash != NULL) {
        snprintf(claims, sizeof(claims), "{\"pol\":\"%.*s\",\"sub\":\"%s\"}",
                 (int)(slash - who), who, slash + 1);
        make_token(signer, HS256, claims, &asked->token);
    } else if (who != NULL) {
        jg_buf_add(&asked->token, jg_str(who));
    }
    jg_signer_free(signer);
    make_request(&asked->client, target,
                 who != NULL ? "Authorization: Bearer %T" : "",
                 jg_buf_str(&asked->token));
    asked->client.request.method = jg_str(method);
    start_decision(&asked->d, c->w.snapshot, &asked->client, &asked->a);
    asked->d.with.store = c->w.store;
    asked->d.with.counters = c->counters;
    asked->d.with.now_s = NOW + ms / 1000;
    asked->d.with.now_ms = T0 + ms;
    asked->d.trace = &asked->trace;
    asked->verdict = jg_decide(&asked->d);
    return asked;
}

static void
end(struct asked *asked)
{
    end_decision(&asked->d);
    end_request(&asked->client);
    jg_buf_free(&asked->token);
    free(asked);
}

static enum jg_err
reason_at(struct counted *c, const char *target, const char *method,
          const char *who, int64_t ms)
{
    struct asked *asked = ask_at(c, target, method, who, ms);
    enum jg_err reason = asked->d.reason;

    assert_int_not_equal(asked->d.want.kind, JG_WANT_PAUSE);
    end(asked);
    return reason;
}

static void
callers_are_limited_as_their_policies_say(void **state)
{
    static const struct {
        const char *target, *method, *who;
        int64_t ms;
        enum jg_err want;
    } rows[] = {
        /* A rate: of one caller, on all APIs together. */
        {"/jwt/", "GET", "rate/a", 0, JG_OK},
        {"/jwt/", "GET", "rate/a", 59999, JG_E_RATE},
        {"/other/", "GET", "rate/a", 59999, JG_E_RATE},
        {"/jwt/", "GET", "rate/b", 59999, JG_OK},
        {"/jwt/", "GET", "rate/a", 60000, JG_OK},
        /* Other numbers have other counters: neither undoes the other. */
        {"/jwt/", "GET", "rate2/a", 60000, JG_OK},
        {"/jwt/", "GET", "rate2/a", 60000, JG_OK},
        {"/jwt/", "GET", "rate2/a", 60000, JG_E_RATE},
        /* A quota. */
        {"/jwt/", "GET", "quota/a", 0, JG_OK},
        {"/other/", "GET", "quota/a", 0, JG_OK},
        {"/jwt/", "GET", "quota/a", 3599999, JG_E_QUOTA},
        {"/jwt/", "GET", "quota/a", 3600000, JG_OK},
        /* What the rate refuses is not counted by the quota. */
        {"/jwt/", "GET", "both/z", 0, JG_OK},
        {"/jwt/", "GET", "both/z", 0, JG_OK},
        {"/jwt/", "GET", "both/z", 0, JG_E_QUOTA},
        {"/jwt/", "GET", "both/z", 0, JG_E_QUOTA},
        {"/jwt/", "GET", "both/z", 0, JG_E_RATE}, /* which was counted */
        /* Switched off. */
        {"/no-rate/", "GET", "rate/c", 0, JG_OK},
        {"/no-rate/", "GET", "rate/c", 0, JG_OK},
        {"/no-rate/", "GET", "quota/c", 0, JG_OK},
        {"/no-rate/", "GET", "quota/c", 0, JG_OK},
        {"/no-rate/", "GET", "quota/c", 0, JG_E_QUOTA},
        {"/no-quota/", "GET", "quota/d", 0, JG_OK},
        {"/no-quota/", "GET", "quota/d", 0, JG_OK},
        {"/no-quota/", "GET", "quota/d", 0, JG_OK},
        {"/no-quota/", "GET", "rate/d", 0, JG_OK},
        {"/no-quota/", "GET", "rate/d", 0, JG_E_RATE},
        /* Nothing to hold for: refused at once. */
        {"/jwt/", "GET", "hold-0/e", 0, JG_OK},
        {"/jwt/", "GET", "hold-0/e", 0, JG_E_RATE},
        {"/jwt/", "GET", "hold-neg/f", 0, JG_OK},
        {"/jwt/", "GET", "hold-neg/f", 0, JG_E_RATE},
        /* Everybody with one text shares one counter. */
        {"/jwt/", "GET", "shared/a", 0, JG_OK},
        {"/jwt/", "GET", "shared/b", 0, JG_OK},
        {"/jwt/", "GET", "shared/c", 0, JG_E_QUOTA},
        {"/jwt/", "GET", "empty/g", 0, JG_OK},
        {"/jwt/", "GET", "empty/g", 0, JG_OK},
        {"/jwt/", "GET", "empty/h", 0, JG_OK},
        {"/jwt/", "GET", "empty/g", 0, JG_E_QUOTA},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        enum jg_err got = reason_at(*state, rows[i].target, rows[i].method,
                                    rows[i].who, rows[i].ms);

        if (got != rows[i].want)
            fail_msg("row %zu: %s", i, jg_err_info(got)->name);
    }
}

static void
endpoints_have_rates_of_their_own(void **state)
{
    static const struct {
        const char *target, *method, *who;
        enum jg_err want;
    } rows[] = {
        {"/jwt/slow", "GET", "ends/a", JG_OK},
        {"/jwt/slow", "GET", "ends/a", JG_E_RATE},
        {"/jwt/slow", "GET", "ends/b", JG_OK},
        {"/jwt/slow", "POST", "ends/a", JG_OK},
        {"/jwt/slow", "POST", "ends/a", JG_OK},
        {"/jwt/slow", "POST", "ends/a", JG_E_RATE},
        {"/jwt/x", "GET", "ends/a", JG_OK}, /* none of these was counted here */
        {"/jwt/slow", "PUT", "ends/a", JG_OK},
        {"/jwt/x", "GET", "ends/a", JG_OK},
        {"/jwt/x", "GET", "ends/a", JG_E_RATE},
        {"/jwt/free", "GET", "ends/a", JG_OK}, /* 0 is no limit */
        {"/jwt/free", "GET", "ends/a", JG_OK},
        {"/jwt/ids/1/x", "GET", "ends/d", JG_OK},
        {"/jwt/ids/2/x", "GET", "ends/d", JG_E_RATE},
        /* Too long for an expression to look at: no way around it. */
        {"/jwt/ids/" BYTES_2048 "/x", "GET", "ends/d", JG_E_RATE},
        /* Of an API: all callers together. */
        {"/ends/slow", "GET", NULL, JG_OK},
        {"/ends/slow", "GET", NULL, JG_E_API_RATE},
        {"/ends/slow", "PUT", NULL, JG_OK},
        {"/ends/slow", "PUT", NULL, JG_OK},
        {"/ends/off", "GET", NULL, JG_OK},
        {"/ends/zero", "GET", NULL, JG_OK}, /* says nothing */
        {"/ends/slow", "POST", NULL, JG_OK},
        {"/ends/", "GET", NULL, JG_E_API_RATE},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        enum jg_err got =
            reason_at(*state, rows[i].target, rows[i].method, rows[i].who, 0);

        if (got != rows[i].want)
            fail_msg("row %zu: %s", i, jg_err_info(got)->name);
    }
}

static void
the_rate_of_an_api_comes_last_and_is_for_all(void **state)
{
    static const struct {
        const char *target, *who;
        enum jg_err want;
    } rows[] = {
        {"/open/", NULL, JG_OK},
        {"/open/x", NULL, JG_OK},
        {"/open/", NULL, JG_E_API_RATE},
        {"/off/", NULL, JG_OK},
        {"/off/", NULL, JG_OK},
        {"/api-rate/", "free/a", JG_OK},
        {"/api-rate/", "quota/b", JG_OK},
        {"/api-rate/", "free/c", JG_E_API_RATE},
        {"/api-rate/", "quota/b", JG_E_API_RATE}, /* its quota counted it */
        {"/api-rate/", "quota/b", JG_E_QUOTA},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        enum jg_err got =
            reason_at(*state, rows[i].target, "GET", rows[i].who, 0);

        if (got != rows[i].want)
            fail_msg("row %zu: %s", i, jg_err_info(got)->name);
    }
}

/* Rights on two APIs with other renewals: the shorter one must not end the
 * longer one's window. */
static void
quotas_of_other_renewals_are_apart(void **state)
{
    assert_err(reason_at(*state, "/jwt/", "GET", "monthly/a", 0), JG_OK);
    assert_err(reason_at(*state, "/jwt/", "GET", "monthly/a", 0), JG_OK);
    assert_err(reason_at(*state, "/jwt/", "GET", "minutely/a", 0), JG_OK);
    assert_err(reason_at(*state, "/jwt/", "GET", "minutely/a", 0), JG_E_QUOTA);
    assert_err(reason_at(*state, "/jwt/", "GET", "minutely/a", 60000), JG_OK);
    assert_err(reason_at(*state, "/jwt/", "GET", "monthly/a", 120000),
               JG_E_QUOTA);
}

static void
stored_keys_have_counters_of_their_own(void **state)
{
    static const char session[] =
        "{\"org_id\":\"default\",\"access_rights\":{\"key\":{}},"
        "\"quota_max\":1,\"quota_renewal_rate\":60,\"rate\":9,\"per\":1}";
    struct counted *c = *state;
    const struct jg_limit limit = {
        .rate = 9, .per_s = 1, .quota_max = 1, .quota_renewal_s = 60};
    struct jg_limit_state s;
    struct jg_meter meter;
    struct jg_key_id id;

    store_key(&c->w, "key-one", session);
    store_key(&c->w, "key-two", session);
    assert_err(reason_at(c, "/key/", "GET", "key-one", 0), JG_OK);
    assert_err(reason_at(c, "/key/", "GET", "key-one", 0), JG_E_QUOTA);
    assert_err(reason_at(c, "/key/", "GET", "key-two", 0), JG_OK);

    assert_err(jg_key_id(JG_STR("key-one"), &id), JG_OK);
    jg_meter_of_key(c->counters, &id, JG_STR(""), &meter);
    jg_meter_quota_look(c->counters, &meter, &limit, T0, &s);
    assert_false(s.allowed);
    assert_int_equal(s.reset_ms, T0 + 60000);
    jg_meter_forget(c->counters, &meter, &limit, T0);
    assert_err(reason_at(c, "/key/", "GET", "key-one", 0), JG_OK);
    assert_err(reason_at(c, "/key/", "GET", "key-two", 0), JG_E_QUOTA);
}

/* Waits, and is then decided again at <ms>. */
static void
assert_paused(struct asked *asked, int64_t pause_ms, int64_t ms)
{
    assert_verdict(asked->verdict, JG_WANT);
    assert_int_equal(asked->d.want.kind, JG_WANT_PAUSE);
    assert_int_equal(asked->d.want.pause_ms, pause_ms);
    asked->d.with.now_ms = T0 + ms;
    asked->verdict = jg_decide(&asked->d);
}

static void
refused_rates_are_held_as_often_as_the_policy_says(void **state)
{
    struct asked *asked;

    assert_err(reason_at(*state, "/jwt/", "GET", "hold/a", 0), JG_OK);
    asked = ask_at(*state, "/jwt/", "GET", "hold/a", 40000);
    assert_paused(asked, 10500, 50500);
    assert_paused(asked, 10500, 61000); /* it has recovered */
    assert_int_not_equal(asked->d.want.kind, JG_WANT_PAUSE);
    assert_err(asked->d.reason, JG_OK);
    end(asked);

    asked = ask_at(*state, "/jwt/", "GET", "hold/a", 61000);
    assert_paused(asked, 10500, 71500);
    assert_paused(asked, 10500, 82000);
    assert_verdict(asked->verdict, JG_DENY);
    assert_err(asked->d.reason, JG_E_RATE);
    assert_int_equal(asked->d.retry_after_s, 39);
    end(asked);
}

static void
nobody_is_held_for_ever(void **state)
{
    struct asked *asked;

    assert_err(reason_at(*state, "/jwt/", "GET", "hold-long/a", 0), JG_OK);
    asked = ask_at(*state, "/jwt/", "GET", "hold-long/a", 0);
    for (int i = 0; i < JG_HELD_MAX_MS / JG_HOLD_MAX_MS; i++)
        assert_paused(asked, JG_HOLD_MAX_MS, 1);
    assert_err(asked->d.reason, JG_E_RATE);
    end(asked);
}

static const char *
header_of(const struct jg_respond_headers *headers, const char *name)
{
    static char value[64];

    for (size_t i = 0; i < headers->set_count; i++)
        if (jg_str_eq(headers->set[i].name, jg_str(name))) {
            copy_text(value, sizeof(value), headers->set[i].value);
            return value;
        }
    return "none";
}

/* "limit remaining reset" of X-RateLimit-*. */
static const char *
shown(const struct jg_respond_headers *headers)
{
    static char text[128];
    size_t len = 0;
    static const char *const names[] = {
        "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"};

    for (size_t i = 0; i < LEN(names); i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
                                i > 0 ? " " : "", header_of(headers, names[i]));
    return text;
}

static void
answers_of_the_upstream_say_what_is_left_of_the_quota(void **state)
{
    static const struct {
        const char *target, *who, *want;
    } rows[] = {
        {"/jwt/", "quota/a", "2 1 1700003600"},
        {"/jwt/", "quota/a", "2 0 1700003600"},
        {"/jwt/", "both/b", "2 1 1700003600"},
        {"/jwt/", "rate/a", "0 0 0"}, /* the policy's quota_max */
        {"/no-quota/", "quota/c", "2 2 0"},
        {"/open/", NULL, "0 0 0"},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked *asked =
            ask_at(*state, rows[i].target, "GET", rows[i].who, 0);

        assert_string_equal(shown(&asked->d.forward.respond), rows[i].want);
        assert_int_equal(asked->d.respond.set_count, 0);
        end(asked);
    }
    /* A refusal has none. */
    struct asked *asked = ask_at(*state, "/jwt/", "GET", "quota/a", 0);

    assert_err(asked->d.reason, JG_E_QUOTA);
    assert_int_equal(asked->d.respond.set_count, 0);
    assert_int_equal(asked->d.retry_after_s, 0);
    end(asked);
}

static void
with_rate_limits_all_answers_say_what_is_left_of_the_rate(void **state)
{
    static const struct {
        const char *target, *who, *want;
        enum jg_err reason;
    } rows[] = {
        {"/jwt/", "rate2/a", "2 1 1700000030", JG_OK},
        {"/jwt/", "rate2/a", "2 0 1700000060", JG_OK},
        {"/jwt/", "rate2/a", "2 0 1700000060", JG_E_RATE},
        {"/api-rate/", "rate/b", "1 0 1700000060", JG_OK},
        {"/api-rate/", "free/b", "2 0 1700000060", JG_OK},
        {"/api-rate/", "rate/c", "1 0 1700000060", JG_E_API_RATE},
        {"/jwt/", "free/b", "none none none", JG_OK},
        {"/open/", NULL, "2 1 1700000030", JG_OK},
    };
    struct counted *c = *state;

    jg_snapshot_free(c->w.snapshot);
    c->w.snapshot = snapshot_with(NULL, 2,
                                  "{\"rate_limit_response_headers\":"
                                  "\"rate_limits\"}",
                                  apis, LEN(apis), policies, LEN(policies));
    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked *asked = ask_at(c, rows[i].target, "GET", rows[i].who, 0);

        assert_err(asked->d.reason, rows[i].reason);
        assert_string_equal(shown(&asked->d.respond), rows[i].want);
        assert_int_equal(asked->d.respond.removed_count, 3);
        assert_string_equal(shown(&asked->d.forward.respond), "none none none");
        end(asked);
    }
}

static void
headers_for_the_upstream_can_have_them(void **state)
{
    static const struct {
        const char *who, *want;
    } rows[] = {
        {"both/a", "4/3/1700000015/2/1/1700003600"},
        {"rate/a", "1/0/1700000060///"},
        {"free/a", "/////"},
    };

    for (size_t i = 0; i < LEN(rows); i++) {
        struct asked *asked =
            ask_at(*state, "/headers/", "GET", rows[i].who, 0);

        assert_str(header_set(&asked->d.forward, "X-All"), rows[i].want);
        end(asked);
    }
}

static void
who_asks_for_his_limits_is_answered_and_not_counted(void **state)
{
    static const struct {
        const char *target, *who, *want;
    } rows[] = {
        {"/jwt/tyk/rate-limits/", "both/a",
         "{\"quota\":{\"quota_max\":2,\"quota_remaining\":1,\"quota_renews\":"
         "1700003600},\"rate_limit\":{\"requests\":4,\"per_unit\":60}}\n"},
        {"/jwt/tyk/rate-limits", "both/b",
         "{\"quota\":{\"quota_max\":2,\"quota_remaining\":2,\"quota_renews\":"
         "0},\"rate_limit\":{\"requests\":4,\"per_unit\":60}}\n"},
        {"/no-quota/tyk/rate-limits/", "both/a",
         "{\"quota\":{\"quota_max\":2,\"quota_remaining\":2,\"quota_renews\":"
         "0},\"rate_limit\":{\"requests\":4,\"per_unit\":60}}\n"},
        {"/jwt/tyk/rate-limits/", "free/a",
         "{\"quota\":{\"quota_max\":0,\"quota_remaining\":0,\"quota_renews\":"
         "0},\"rate_limit\":{\"requests\":0,\"per_unit\":0}}\n"},
    };

    assert_err(reason_at(*state, "/jwt/", "GET", "both/a", 0), JG_OK);
    for (size_t i = 0; i < 2 * LEN(rows); i++) {
        struct asked *asked =
            ask_at(*state, rows[i / 2].target, "GET", rows[i / 2].who, 0);

        assert_int_equal(asked->verdict, JG_ANSWER);
        assert_int_equal(asked->d.answer.status, 200);
        assert_str(asked->d.answer.content_type, "application/json");
        assert_str(asked->d.answer.body, rows[i / 2].want);
        end(asked);
    }
    assert_err(reason_at(*state, "/jwt/tyk/rate-limits/", "GET", NULL, 0),
               JG_E_TOKEN_MISSING);
    assert_err(reason_at(*state, "/jwt/tyk/rate-limits/x", "GET", "both/c", 0),
               JG_OK); /* an ordinary path */
}

static void
without_counters_nothing_is_limited(void **state)
{
    struct counted *c = *state;
    struct counted none = {.w = c->w};

    for (int i = 0; i < 3; i++)
        assert_err(reason_at(&none, "/jwt/", "GET", "both/a", 0), JG_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LIMIT_TEST(callers_are_limited_as_their_policies_say),
        LIMIT_TEST(endpoints_have_rates_of_their_own),
        LIMIT_TEST(the_rate_of_an_api_comes_last_and_is_for_all),
        LIMIT_TEST(quotas_of_other_renewals_are_apart),
        LIMIT_TEST(stored_keys_have_counters_of_their_own),
        LIMIT_TEST(refused_rates_are_held_as_often_as_the_policy_says),
        LIMIT_TEST(nobody_is_held_for_ever),
        LIMIT_TEST(answers_of_the_upstream_say_what_is_left_of_the_quota),
        LIMIT_TEST(with_rate_limits_all_answers_say_what_is_left_of_the_rate),
        LIMIT_TEST(headers_for_the_upstream_can_have_them),
        LIMIT_TEST(who_asks_for_his_limits_is_answered_and_not_counted),
        LIMIT_TEST(without_counters_nothing_is_limited),
    };

    return cmocka_run_group_tests_name("access/limits", tests, NULL, NULL);
}
