/*
 * The gateway that a command asks: which one, with which secret, and every
 * request of its control API. jotgate-broker --relay does the HTTP.
 *
 * The address is --address, JOTGATE_ADDRESS, that of the context in use, or
 * what the configuration says (cli_config_running). The secret is
 * --secret-file, JOTGATE_SECRET, or the context's or the configuration's, which
 * is sent to no other address than theirs.
 */
#ifndef JG_CLI_GATEWAY_H
#define JG_CLI_GATEWAY_H

#include "base/json.h"
#include "cli.h"

#define CLI_SECRET_MAX 4096 /* bytes of a file with a secret */

struct cli_call {
    const char *method;
    const char *path;      /* "/tyk/apis"; see cli_path() */
    struct jg_str body;    /* JSON; empty: none */
    struct jg_str tag;     /* If-Match; empty: whatever is there */
    bool only_new;         /* If-None-Match: * */
    const char *kind, *id; /* of what is asked about, for messages: "API" */
    /* Of another server than the command's gateway, for cli_try() only: its
     * address, and the secret for it. The gateway's goes to nobody else. */
    const char *other;
    struct jg_str other_secret;
};

/* In the arena of the command. */
struct cli_answer {
    int status;
    struct jg_str head, body;   /* header lines; a NUL is behind the body */
    const struct jg_json *json; /* NULL: it is none */
};

/* Rows for every command that asks a gateway. */
extern const struct cli_option cli_gateway_options[];

/*
 * Ask. CLI_OK for an answer with 2xx; anything else was said on stderr:
 * CLI_DENIED, CLI_UNREACHABLE, CLI_NOT_FOUND, CLI_CONFLICT, CLI_FAILED,
 * CLI_CONFIG, CLI_USAGE (there is no gateway to ask).
 */
int cli_call(struct cli *cli, const struct cli_call *call,
             struct cli_answer *out);

/* The same, but CLI_OK for an answer with any status, which is not said. */
int cli_ask(struct cli *cli, const struct cli_call *call,
            struct cli_answer *out);

/* The same, which also says nothing of a gateway that does not answer: status
 * 0, and why in the body. */
int cli_try(struct cli *cli, const struct cli_call *call,
            struct cli_answer *out);

/*
 * Is the gateway <gone>: the one that a configuration of this machine names,
 * and it does not answer? Nothing is said of that. CLI_OK, else as cli_ask().
 */
int cli_gateway_look(struct cli *cli, bool *gone);

/* Does it answer, whatever it says? Nothing is said. CLI_OK, else as cli_ask().
 */
int cli_gateway_answers(struct cli *cli, bool *answers);

/* Say what an answer that is not 2xx means. Its exit code. */
int cli_answer_fail(struct cli *cli, const struct cli_call *call,
                    const struct cli_answer *answer);

/* Is the answer to cli_ask() 2xx, and JSON? CLI_OK, or said. */
int cli_answer_check(struct cli *cli, const struct cli_call *call,
                     const struct cli_answer *answer);

/* cli_call() for an answer that is to be JSON: out->json is not NULL. */
int cli_call_json(struct cli *cli, const struct cli_call *call,
                  struct cli_answer *out);

/* The same with GET <path>; <kind> and <id> as in struct cli_call. */
int cli_get(struct cli *cli, const char *path, const char *kind, const char *id,
            struct cli_answer *out);

/* The member <name> of an answer, of NULL the answer; NULL: it is no list. */
const struct jg_json *cli_answer_list(const struct cli_answer *answer,
                                      const char *name);

/* cli_get() of <path>, and its list. */
int cli_get_list(struct cli *cli, const char *path, const char *name,
                 struct cli_answer *out, const struct jg_json **list);

/* The value of a header line of <answer>; p == NULL: there is none. */
struct jg_str cli_answer_header(const struct cli_answer *answer,
                                const char *name);

/* <head>, <id> percent-encoded, <tail>: in the arena. NULL: no memory, said. */
const char *cli_path(struct cli *cli, const char *head, const char *id,
                     const char *tail);

/* "http://127.0.0.1:8081", once something was asked. */
const char *cli_gateway_address(const struct cli *cli);

/* End the relay; main() does it. */
void cli_gateway_close(struct cli *cli);

/* target.c: which gateway, and what opens it. */
struct cli_target {
    const char *address, *address_from; /* where we know it from, in words */
    struct jg_str secret;               /* p == NULL: none was found */
    const char *secret_from;
    const char *config; /* path of the configuration, or NULL */
};
/* A secret in a file, without the newline that editors put behind it. CLI_OK,
 * or said. */
int cli_secret_read(struct cli *cli, const char *path, struct jg_str *out);

/* "https://gateway.example:8081", and nothing else. */
bool cli_address_is_one(const char *text);

/* What the command line, the environment or the context in use names; NULL: the
 * configuration does. */
const char *cli_target_address(struct cli *cli);

/* An enum cli_exit; what is wrong was said. */
int cli_target_find(struct cli *cli, struct cli_target *out);

#endif
