/* The doctor's look at clocks: ours, those of identity providers, a token's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "doctor.h"
#include "jose/jws.h"
#include "token.h"

/* Date has whole seconds, and an answer takes its time. */
#define DRIFT_WARNING_S 5
#define DRIFT_ERROR_S 60
#define FRESH_S 300 /* how old the token of --token is at most */
#define TOKEN_FILE_MAX (64 * 1024)

void
doctor_clock_add(struct doctor *d, struct jg_str host, int64_t theirs_s,
                 int64_t ours_s)
{
    struct doctor_clock *clock;

    if (theirs_s <= 0 || d->clock_count == DOCTOR_CLOCKS_MAX)
        return;
    for (size_t i = 0; i < d->clock_count; i++)
        if (jg_str_eq(d->clocks[i].host, host))
            return;
    clock = &d->clocks[d->clock_count];
    clock->host = jg_arena_str(&d->cli->arena, host);
    clock->behind_s = theirs_s - ours_s;
    d->clock_count += clock->host.p != NULL;
}

/* "37 seconds", "2 hours" */
static void
add_length(char out[static 40], int64_t s)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t i = 0;

    s = llabs(s);
    while (i < 3 && s < 2 * units[i].seconds)
        i++;
    snprintf(out, 40, "%" PRId64 " %s%s", s / units[i].seconds, units[i].name,
             s == 1 ? "" : "s");
}

static void
tell_drift(struct doctor *d, const struct doctor_clock *clock)
{
    bool behind = clock->behind_s > 0;
    char what[300], seen[120], length[40];

    add_length(length, clock->behind_s);
    snprintf(what, sizeof(what),
             behind ? "this clock is %s behind that of an identity provider: "
                      "its fresh tokens are not valid yet"
                    : "this clock is %s ahead of that of an identity provider: "
                      "its tokens expire too early",
             length);
    snprintf(seen, sizeof(seen), "Date of its answer: %+" PRId64 " s from ours",
             clock->behind_s);
    doctor_find(
        d,
        &(struct doctor_finding){
            .grade = llabs(clock->behind_s) >= DRIFT_ERROR_S ? DOCTOR_ERROR
                                                             : DOCTOR_WARNING,
            .what = what,
            .where = clock->host.p,
            .seen = jg_str(seen),
            .fix = "timedatectl set-ntp true, on the machine whose "
                   "clock is wrong; for some seconds, the API's "
                   "clock skews",
            .more = behind ? "jotgate reason JG302" : "jotgate reason JG301",
        });
}

static struct jg_str
read_token(struct doctor *d, const char *path)
{
    struct jg_str text;

    if (!cli_read(d->cli, path, TOKEN_FILE_MAX, &text))
        return (struct jg_str){NULL, 0};
    return cli_token_plain(text);
}

/* Its iat. False: it has none, or is no token: said. */
static bool
read_iat(struct doctor *d, const char *path, int64_t *iat_s)
{
    const struct jg_json *claims = NULL;
    struct jg_str token = read_token(d, path);
    struct jg_jws jws;
    enum jg_err err = jg_jws_split(token, &jws);

    if (err == JG_OK)
        claims = cli_token_json(d->cli, jws.payload, &err);
    if (claims != NULL &&
        jg_json_to_int(jg_json_get(claims, JG_STR("iat")), iat_s) &&
        *iat_s >= 0)
        return true;
    doctor_find(
        d, &(struct doctor_finding){
               .grade = DOCTOR_WARNING,
               .what = "the token of --token does not say when it was "
                       "issued",
               .where = path,
               .seen = jg_str(err != JG_OK ? jg_err_info(err)->help : "no iat"),
               .fix = "a fresh one of the identity provider",
               .more = "jotgate token inspect",
           });
    return false;
}

/* A token that was made just now. */
static void
look_at_token(struct doctor *d, const char *path)
{
    char what[200], length[40];
    int64_t iat_s, age_s;

    if (!read_iat(d, path, &iat_s))
        return;
    age_s = time(NULL) - iat_s;
    add_length(length, age_s);
    if (age_s >= 0 && age_s <= FRESH_S) {
        doctor_say(d, DOCTOR_GOOD, NULL,
                   "the token was issued %s ago by this "
                   "clock",
                   length);
        return;
    }
    snprintf(what, sizeof(what),
             age_s < 0 ? "by this clock, the token will be issued in %s"
                       : "by this clock, the token was issued %s ago: a fresh "
                         "one says more",
             length);
    doctor_find(d, &(struct doctor_finding){
                       .grade = age_s < 0 ? DOCTOR_ERROR : DOCTOR_WARNING,
                       .what = what,
                       .where = path,
                       .fix = age_s < 0 ? "timedatectl set-ntp true, here and "
                                          "at the identity provider"
                                        : "ask for a new one, and look at "
                                          "once; if it is new, this clock is "
                                          "ahead",
                       .more = age_s < 0 ? "jotgate reason JG302" : NULL,
                   });
}

void
doctor_clocks(struct doctor *d)
{
    const char *token = cli_value(d->cli, "token");
    size_t good = 0;

    for (size_t i = 0; i < d->clock_count; i++)
        if (llabs(d->clocks[i].behind_s) >= DRIFT_WARNING_S)
            tell_drift(d, &d->clocks[i]);
        else
            good++;
    if (good > 0)
        doctor_say(d, DOCTOR_GOOD, NULL,
                   "this clock and %zu identity provider%s agree", good,
                   good == 1 ? "'s" : "s'");
    if (token != NULL)
        look_at_token(d, token);
}
