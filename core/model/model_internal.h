/* What the files of core/model share; nobody else includes this. */
#ifndef JG_MODEL_INTERNAL_H
#define JG_MODEL_INTERNAL_H

#include "model/api.h"

/* Memory that is needed only while one document is read. */
#define JG_SCRATCH_CHUNK_BYTES (16 * 1024)
#define JG_SCRATCH_MAX_BYTES (96 * 1024 * 1024)

/* One API definition while it is read. */
struct jg_api_reading {
    const struct jg_bind_source *source;
    const struct jg_conf *conf;
    const struct jg_json *root;
    struct jg_arena *scratch;
    struct jg_api *api;
};

/*
 * Steps of jg_api_read(): each compiles its part of reading->api, reports
 * every problem that it sees, and returns the first that keeps the API from
 * being routed.
 */
enum jg_err jg_api_read_listen(struct jg_api_reading *r);  /* listen.c */
enum jg_err jg_api_read_domain(struct jg_api_reading *r);  /* listen.c */
enum jg_err jg_api_read_targets(struct jg_api_reading *r); /* target.c */
enum jg_err jg_api_read_auth(struct jg_api_reading *r);    /* api_auth.c */
enum jg_err jg_api_read_key(struct jg_api_reading *r);     /* api_key.c */

/*
 * A listen path as requests are compared with it: begins with '/', without
 * empty, "." and ".." segments, a '/' at its end kept. <out> may be <path>.
 *   JG_E_CONF_VALUE  (<why> says what is wrong: static text), JG_E_NOMEM
 */
enum jg_err jg_listen_path_clean(struct jg_str path, struct jg_arena *a,
                                 struct jg_str *out, const char **why);

/*
 * Host[:port] as an authority is written, IPv6 in brackets: <host> in lower
 * case and without brackets, in <authority> or in <a>; <port> 0 when there is
 * none.
 *   JG_E_CONF_VALUE, JG_E_NOMEM
 */
enum jg_err jg_host_read(struct jg_str authority, struct jg_arena *a,
                         struct jg_str *host, uint16_t *port, const char **why);

#endif
