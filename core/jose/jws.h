/* A signed token in compact form (RFC 7515): cut, read, verified. */
#ifndef JG_JOSE_JWS_H
#define JG_JOSE_JWS_H

#include "base/arena.h"
#include "base/json.h"
#include "jose/jwks.h"

#define JG_TOKEN_MAX (64 * 1024) /* bytes of a whole token */
#define JG_KID_MAX 256

/*
 * A token cut at its dots. Every field points into the caller's bytes, so the
 * token must outlive it. Nothing here is decoded, and nothing is trusted.
 */
struct jg_jws {
    struct jg_str signed_part;     /* header '.' payload, exactly as received */
    struct jg_str header, payload; /* base64url text */
    struct jg_str signature; /* base64url text; may be empty, so that "none"
                              * is refused by its name; never verifies */
};

/*
 * Cut <token> into <out> (RFC 7515 3.1).
 *   JG_E_TOKEN_SIZE   empty, or longer than JG_TOKEN_MAX bytes
 *   JG_E_TOKEN_JWE    four dots: an encrypted token
 *   JG_E_TOKEN_SHAPE  not exactly two dots, or an empty header or payload
 */
enum jg_err jg_jws_split(struct jg_str token, struct jg_jws *out);

/* The header's fields that the gateway looks at. Nothing here is trusted. */
struct jg_jws_header {
    const struct jg_json *json; /* all of it, an object */
    const struct jg_alg *alg;   /* NULL: not a name that we know */
    struct jg_str kid;          /* p == NULL: absent, or not a string */
    struct jg_str typ;          /* p == NULL: absent */
};

/*
 * Decode and read the header into <a>.
 *   JG_E_BASE64, JG_E_JSON, JG_E_JSON_DUPLICATE, JG_E_JSON_LIMIT, JG_E_NOMEM
 *   JG_E_TOKEN_HEADER  alg missing or no string, typ no string, kid over
 *                      JG_KID_MAX bytes
 *   JG_E_TOKEN_CRIT    crit, b64 or zip is present
 *   JG_E_TOKEN_JWE     enc is present
 */
enum jg_err jg_jws_header(const struct jg_jws *jws, struct jg_arena *a,
                          struct jg_jws_header *out);

/*
 * Decode and read the claims into <a>: one JSON object.
 *   JG_E_BASE64, JG_E_JSON, JG_E_JSON_DUPLICATE, JG_E_JSON_LIMIT, JG_E_NOMEM
 */
enum jg_err jg_jws_claims(const struct jg_jws *jws, struct jg_arena *a,
                          const struct jg_json **out);

/*
 * The signature's bytes in <a>, when their spelling and number can be right
 * for <alg>: before the choice of a key, so that a token that no key can ever
 * verify makes nobody look for one.
 *   JG_E_BASE64, JG_E_SIGNATURE_SIZE, JG_E_NOMEM
 */
enum jg_err jg_jws_signature(const struct jg_jws *jws, const struct jg_alg *alg,
                             struct jg_arena *a, struct jg_str *out);

/*
 * Verify the signature with the keys of <set>. <key> is set to the one that
 * verified; success always means that a key was used. Spelling and length of
 * the signature are looked at before the kid, so that JG_E_KEY_UNKNOWN, for
 * which callers fetch key sets, is never the answer to plain nonsense.
 *   JG_E_KEY_UNKNOWN     no key has this kid, or none fits a token without
 *   JG_E_BASE64, JG_E_KEY_FIT, JG_E_SIGNATURE_SIZE, JG_E_SIGNATURE,
 *   JG_E_CRYPTO, JG_E_NOMEM  of the last key tried
 */
enum jg_err jg_jws_verify(const struct jg_jws *jws,
                          const struct jg_jws_header *header,
                          const struct jg_jwks *set, struct jg_arena *a,
                          const struct jg_key **key);

#endif
