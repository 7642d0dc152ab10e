/* The doctor's look at the ports: free, this gateway's, or somebody else's. */
#include <errno.h>
#include <stdio.h>

#include "doctor.h"
#include "gateway.h"

/* Who answers at the control port. */
enum who {
    UNKNOWN,  /* nobody was asked */
    OURS,     /* it takes this configuration's secret */
    OTHER,    /* a gateway that does not */
    STRANGER, /* something else */
};

struct port {
    const char *setting;
    struct jg_str address;
    int64_t number;
    int error; /* of an attempt to use it; 0: it is free */
    char owner[100];
};

static void
look(struct port *port)
{
    port->error =
        cli_ports_try(port->address, (unsigned)port->number, port->owner);
}

/* What only a jotgate knows, and tells whoever has its secret. */
static enum who
ask(struct doctor *d, char seen[static 200])
{
    const struct cli_call call = {.method = "GET", .path = "/tyk/access"};
    struct cli_answer answer;

    /* An address in the environment is another gateway's. */
    if (cli_target_address(d->cli) != NULL ||
        cli_try(d->cli, &call, &answer) != CLI_OK)
        return UNKNOWN;
    if (answer.status == 0)
        snprintf(seen, 200, "no answer: %.*s",
                 JG_STR_ARG(jg_str_head(answer.body, 150)));
    else
        snprintf(seen, 200, "GET /tyk/access: status %d", answer.status);
    if (answer.status == 401 || answer.status == 403)
        return OTHER;
    return answer.status == 200 &&
                   jg_json_get(answer.json, JG_STR("may")) != NULL
               ? OURS
               : STRANGER;
}

static void
tell_taken(struct doctor *d, const struct port *port, enum who who,
           const char *seen)
{
    bool other = who == OTHER;
    char what[250];

    snprintf(what, sizeof(what),
             other ? "%s: port %lld is another gateway's%s, or this one has "
                     "another secret by now"
                   : "%s: port %lld cannot be used%s",
             port->setting, (long long)port->number, port->owner);
    doctor_find(
        d, &(struct doctor_finding){
               .grade = DOCTOR_ERROR,
               .what = what,
               .where = d->serve.config.path,
               .seen = jg_str(seen[0] != '\0' ? seen : strerror(port->error)),
               .fix = other ? "restart it, if it is this one; else another port"
                      : port->error == EACCES
                          ? "a port above 1023, or start it as root"
                          : "another port, or stop that program",
               .more = other ? "jotgate stop; jotgate help files" : NULL,
           });
}

static void
tell(struct doctor *d, const struct port *port, enum who who, const char *seen)
{
    if (port->error == 0)
        doctor_say(d, DOCTOR_GOOD, NULL, "%s: port %lld is free", port->setting,
                   (long long)port->number);
    else if (port->error == EADDRINUSE && who == OURS)
        doctor_say(d, DOCTOR_GOOD, NULL,
                   "%s: port %lld is this gateway's, in use%s", port->setting,
                   (long long)port->number, port->owner);
    else
        tell_taken(d, port, who, seen);
}

void
doctor_ports(struct doctor *d)
{
    const struct jg_conf *conf = &d->serve.config.conf;
    struct port data = {"listen_port", conf->listen_address, conf->listen_port,
                        0, ""};
    struct port control = {"control_api_port", conf->control_api_hostname,
                           conf->control_api_port, 0, ""};
    bool own = conf->control_api_port != 0;
    enum who who = UNKNOWN;
    char seen[200] = "";

    look(&data);
    if (own)
        look(&control);
    if ((own ? control.error : data.error) == EADDRINUSE)
        who = ask(d, seen);
    tell(d, &data, who, own ? "" : seen);
    if (own)
        tell(d, &control, who, seen);
}
