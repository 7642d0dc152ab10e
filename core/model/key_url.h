/* URLs of key sets: which may be used, and when two are the same. */
#ifndef JG_MODEL_KEY_URL_H
#define JG_MODEL_KEY_URL_H

#include "model/api.h"

/*
 * May a key set, or a provider's metadata, be fetched from <url>? From https
 * alone, from http when <allow_http> or the host is this machine (localhost,
 * 127.0.0.0/8, ::1 in their plain spellings). No user, no fragment, no control
 * character, no space. What the name resolves to is not known here: whoever
 * connects looks at the address. The same rules hold for what such a document
 * names.
 *   JG_E_CONF_VALUE  <why> says what is wrong: static text
 *   JG_E_NOMEM
 */
enum jg_err jg_key_url_check(struct jg_str url, bool allow_http,
                             const char **why);

/* Is this text meant to be a URL? Says nothing about its use. */
bool jg_key_url_looks_so(struct jg_str text);

/*
 * The id of <url>, and a NUL: a hash of its url, discover, insecure and, with
 * discover, issuer, since the document must name exactly that one. The issuer
 * that a set is bound to, and the time to live, make no other fetch.
 *   JG_E_NOMEM
 */
enum jg_err jg_key_url_id(const struct jg_key_url *url,
                          char out[static JG_KEY_URL_ID_BYTES + 1]);

/*
 * Where the metadata of <issuer> is (OpenID Connect Discovery 4.1), in <a>.
 *   JG_E_CONF_VALUE  not a URL that could have any: <why> says why
 *   JG_E_NOMEM
 */
enum jg_err jg_key_url_discovery(struct jg_str issuer, struct jg_arena *a,
                                 struct jg_str *out, const char **why);

#endif
