/* The doctor's look at the machine: versions, limits. */
#include <stdio.h>
#include <sys/resource.h>

#include "doctor.h"
#include "jose/sign.h"
#include "store/store.h"

#define FILES_MIN 4096 /* open files of a process that has many clients */

void
doctor_versions(struct doctor *d)
{
    char version[128];
    const char *wanted;

    doctor_say(d, DOCTOR_GOOD, NULL, "jotgate %s, %s, %.*s", JG_VERSION,
               jg_crypto_version(), (int)strcspn(jg_store_version(), ":"),
               jg_store_version());
    if (cli_places_find(&d->serve) != CLI_OK) {
        doctor_say(d, DOCTOR_ERROR, "see the message above",
                   "a part of the gateway is missing: it cannot start");
        return;
    }
    if (!cli_nginx_version_find(&d->serve, version, &wanted))
        doctor_say(d, DOCTOR_WARNING, "apt install nginx",
                   "%s does not say which version it is", d->serve.nginx);
    else if (wanted != NULL)
        doctor_find(d,
                    &(struct doctor_finding){
                        .grade = DOCTOR_WARNING,
                        .what = "nginx lacks security fixes that this gateway "
                                "relies on",
                        .where = d->serve.nginx,
                        .seen = jg_str(version),
                        .fix = "apt update && apt install --only-upgrade nginx",
                        .more = "the first version with them is in the release "
                                "notes of jotgate",
                    });
    else
        doctor_say(d, DOCTOR_GOOD, NULL, "nginx %s", version);
    if (d->serve.ui[0] == '\0')
        doctor_say(d, DOCTOR_WARNING, "make ui, or install the whole package",
                   "there is no dashboard: /ui/ says how to build it");
}

void
doctor_limits(struct doctor *d)
{
    struct rlimit limit;
    char seen[80];

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    snprintf(seen, sizeof(seen), "nofile %llu, at most %llu",
             (unsigned long long)limit.rlim_cur,
             (unsigned long long)limit.rlim_max);
    if (limit.rlim_max < FILES_MIN)
        doctor_find(d, &(struct doctor_finding){
                           .grade = DOCTOR_WARNING,
                           .what = "few files may be open at once: with many "
                                   "clients, connections are refused",
                           .where = "the limits of this account",
                           .seen = jg_str(seen),
                           .fix = "LimitNOFILE=65536 in the service's unit, or "
                                  "ulimit -Hn 65536",
                       });
    else
        doctor_say(d, DOCTOR_GOOD, NULL, "limits: %s", seen);
}
