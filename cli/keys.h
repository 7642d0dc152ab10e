/* The key that a command line names, in whatever form it is. */
#ifndef JG_CLI_KEYS_H
#define JG_CLI_KEYS_H

#include "cli.h"
#include "jose/jwks.h"
#include "jose/sign.h"

/* Rows for the options of a command that needs keys. */
#define CLI_OPTION_SECRET_FILE                            \
    {                                                     \
        "secret-file", 0, "FILE",                         \
            "HMAC secret: the bytes of FILE (- is stdin)" \
    }
#define CLI_OPTION_SECRET                                                      \
    {                                                                          \
        "secret", 0, "SECRET", "HMAC secret; everybody who can run ps sees it" \
    }

/*
 * The secret of --secret-file or --secret in the arena; p == NULL when neither
 * was given. One newline at the end of a file is not part of it, and stderr
 * says so. False: something is wrong, and was said.
 */
bool cli_secret(struct cli *cli, struct jg_str *out);

/* Is this the text of a JWK or JWK set, rather than PEM, DER or a secret? */
bool cli_is_json(struct jg_str text);

/* The JSON in <text>, which came from <path>; NULL: said on stderr. */
const struct jg_json *cli_json(struct cli *cli, const char *path,
                               struct jg_str text);

/*
 * The keys to verify with: --key, --jwks, --secret-file or --secret, exactly
 * one of them. An enum cli_exit; what is wrong was said.
 */
int cli_keys_verify(struct cli *cli, struct jg_jwks **out);

/*
 * The key to sign with: --key (PEM, DER, JWK, or the one of a JWK set that has
 * --kid or is alone), --secret-file or --secret. <kid> is the JWK's own, or
 * empty.
 */
int cli_keys_sign(struct cli *cli, struct jg_signer **out, struct jg_str *kid);

/* The private JWK of <json>: itself, or the one of a set. NULL: said. */
const struct jg_json *cli_jwk_choose(const struct jg_json *json,
                                     const char *kid, const char *path);

#endif
