/*
 * What the files of the nginx module share. nginx does the HTTP; the core
 * decides; this folder only carries things between the two.
 *
 * Three lifetimes: a worker process (struct ngx_http_jotgate_process), a
 * snapshot (the core's) and a request (struct ngx_http_jotgate_ctx).
 */
#ifndef NGX_HTTP_JOTGATE_H
#define NGX_HTTP_JOTGATE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "access/decide.h"
#include "access/respond.h"
#include "store/counters.h"
#include "store/journal.h"
#include "store/store.h"

/* Two modules in one file, so that they share the core. */
extern ngx_module_t ngx_http_jotgate_module;
extern ngx_module_t ngx_http_jotgate_demo_module; /* demo.c */

/* Requests that one worker holds back at a time. */
#define JG_HELD_MAX 1024

/* Things that one request may have to ask the broker for, one after another. */
#define JG_WANTS_MAX 16
#define JG_WANT_NAME_MAX 512 /* bytes of a want's name */

/* The request arena: its first bytes come with the context, without malloc. */
#define JG_REQUEST_SEED_BYTES (8 * 1024)
#define JG_REQUEST_CHUNK_BYTES (16 * 1024)
#define JG_REQUEST_ARENA_MAX (2 * 1024 * 1024)

#define JG_SPARE_CONTEXTS_MAX 64 /* kept for the next requests of a worker */

#define JG_LOG_LINES_MAX 100 /* refusals logged by a worker in one second */

/* "http": where the store is. Read only after the configuration was read,
 * but for <process>, which a worker sets once when it starts. */
struct ngx_http_jotgate_main_conf {
    ngx_str_t store;
    struct ngx_http_jotgate_process *process;
};

/* "location" */
struct ngx_http_jotgate_loc_conf {
    ngx_flag_t enabled;
};

/* "upstream": limits of the idle connections, for each worker. */
struct ngx_http_jotgate_srv_conf {
    ngx_uint_t idle_max; /* of one host */
    ngx_msec_t idle_timeout_ms;
};

/* How many refusals were logged in the current second. */
struct ngx_http_jotgate_log_budget {
    time_t second;
    ngx_uint_t lines, suppressed;
};

/* One worker. Whatever could not be opened is NULL, and is tried again. */
struct ngx_http_jotgate_process {
    struct jg_store *store;
    struct jg_counters *counters;
    struct jg_journal *journal;
    struct jg_token_cache *cache; /* NULL also when it is switched off */
    struct jg_address_cache *addresses;
    struct jg_keysets *keysets;
    struct jg_revoked *revoked;
    struct jg_passwords *passwords;
    struct jg_matching *matching;
    struct jg_split_cache *splits;
    struct jg_snapshot
        *snapshot; /* of <epoch>, or older when building failed */
    uint64_t epoch;
    ngx_msec_t open_retry_ms, snapshot_retry_ms; /* is_past() */
    struct jg_hash_key key; /* request ids, identities, cache */
    uint64_t request_number;
    struct ngx_http_jotgate_log_budget log_budget;
    struct ngx_http_jotgate_idle *idle; /* upstream connections */
    struct ngx_http_jotgate_ctx *spare; /* list of unused contexts */
    ngx_uint_t spare_count;
    ngx_uint_t held; /* requests that wait: JG_HELD_MAX */
};

/* What the broker was asked for last. */
struct ngx_http_jotgate_want {
    enum jg_want_kind kind;
    char name[JG_WANT_NAME_MAX];
    size_t name_len;
    ngx_uint_t count; /* questions so far */
    ngx_uint_t status;
    bool waiting;
};

/* One request. Begins with what has to be zero. */
struct ngx_http_jotgate_ctx {
    struct ngx_http_jotgate_ctx *next_spare;
    struct ngx_http_jotgate_process *process;
    struct jg_snapshot *snapshot; /* with a reference; NULL: there is none */
    struct jg_decision decision;
    struct jg_request request;
    struct jg_arena arena;
    enum jg_err reason;  /* why it was refused or failed */
    uint64_t started_us; /* monotonic */
    uint64_t id[2];
    ngx_uint_t http_version;            /* the client's */
    const struct jg_peer *peer;         /* the one in use, or the last one */
    ngx_http_upstream_conf_t *own_conf; /* see balancer.c; NULL: none */
    struct ngx_http_jotgate_want want;
    bool held;                                          /* see hold.c */
    ngx_int_t (*process_header)(ngx_http_request_t *r); /* see interim.c */
    ngx_int_t (*reinit_request)(ngx_http_request_t *r);

    /* Not zeroed. */
    struct jg_header headers[JG_HEADERS_MAX];
    _Alignas(max_align_t) char seed[JG_REQUEST_SEED_BYTES];
};

/* Has nginx's monotonic clock, which may wrap, reached <ms>? */
static inline bool
ngx_http_jotgate_is_past(ngx_msec_t ms)
{
    return (ngx_msec_int_t)(ngx_current_msec - ms) >= 0;
}

/* nginx's strings as ours, and back (for reading only). */
static inline struct jg_str
ngx_http_jotgate_str(const ngx_str_t *s)
{
    return (struct jg_str){(const char *)s->data, s->len};
}

static inline ngx_str_t
ngx_http_jotgate_ngx_str(struct jg_str s)
{
    return (ngx_str_t){s.len, (u_char *)(uintptr_t)s.p};
}

/* conf.c: create, merge and set configuration. */
void *ngx_http_jotgate_create_main_conf(ngx_conf_t *cf);
void *ngx_http_jotgate_create_srv_conf(ngx_conf_t *cf);
void *ngx_http_jotgate_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_jotgate_merge_loc_conf(ngx_conf_t *cf, void *parent,
                                      void *child);
char *ngx_http_jotgate_set_store(ngx_conf_t *cf, ngx_command_t *cmd,
                                 void *conf);
char *ngx_http_jotgate_set_balancer(ngx_conf_t *cf, ngx_command_t *cmd,
                                    void *conf);
char *ngx_http_jotgate_set_handler(ngx_conf_t *cf, ngx_command_t *cmd,
                                   void *conf); /* cmd->post is the handler */

/* process.c: what a worker keeps open. */
ngx_int_t ngx_http_jotgate_init_process(ngx_cycle_t *cycle);
void ngx_http_jotgate_exit_process(ngx_cycle_t *cycle);

/* This worker's state, opened as far as possible; NULL only outside workers. */
struct ngx_http_jotgate_process *
ngx_http_jotgate_process(ngx_http_request_t *r);

uint64_t ngx_http_jotgate_now_us(void); /* monotonic */

/* snapshot.c: the newest snapshot with a reference, or NULL. */
struct jg_snapshot *
ngx_http_jotgate_snapshot(struct ngx_http_jotgate_process *p, ngx_log_t *log);

/* request.c: contexts, and an nginx request as the core sees it. */

/* The context of <r> or of its main request; NULL: there is none. It is found
 * again after nginx's internal redirects, which forget module contexts. */
struct ngx_http_jotgate_ctx *ngx_http_jotgate_ctx(ngx_http_request_t *r);

/* A new one, freed with r->pool; NULL: no memory. */
struct ngx_http_jotgate_ctx *ngx_http_jotgate_ctx_new(ngx_http_request_t *r);

/*
 * Describe <r> in ctx->request. The bytes stay nginx's.
 *   JG_E_HEADERS (more than JG_HEADERS_MAX), JG_E_NOMEM
 */
enum jg_err ngx_http_jotgate_read_request(ngx_http_request_t *r,
                                          struct ngx_http_jotgate_ctx *ctx);

/* access.c: the phase handler. */
ngx_int_t ngx_http_jotgate_access(ngx_http_request_t *r);

/*
 * hold.c: let the request wait for <pause_ms>, and run its phases again then.
 * NGX_AGAIN, NGX_BUSY (JG_HELD_MAX others wait), NGX_ERROR
 */
ngx_int_t ngx_http_jotgate_hold(ngx_http_request_t *r,
                                struct ngx_http_jotgate_ctx *ctx,
                                int64_t pause_ms);

/* It waits no more, for whatever reason; nothing when it does not wait. */
void ngx_http_jotgate_let_go(struct ngx_http_jotgate_ctx *ctx);

/* forward.c: make <r> what the decision says is to be sent. JG_E_NOMEM */
enum jg_err ngx_http_jotgate_forward(ngx_http_request_t *r,
                                     struct ngx_http_jotgate_ctx *ctx);

/*
 * respond.c: the one place that writes what the gateway answers itself, and
 * discards the request's body. All return what a content handler returns.
 */

/* What the decision wants to be answered, after JG_ANSWER. */
ngx_int_t ngx_http_jotgate_answer(ngx_http_request_t *r,
                                  const struct jg_answer *answer);

/* What the decision <d> says, after JG_DENY. */
ngx_int_t ngx_http_jotgate_refuse(ngx_http_request_t *r,
                                  const struct jg_decision *d);

/* For a reason that no decision gave; <status> instead of the reason's own
 * unless it is 0. */
ngx_int_t ngx_http_jotgate_respond(ngx_http_request_t *r, enum jg_err reason,
                                   ngx_uint_t status);

/* The same in the control API's form: {"status":"error","message":...}. */
ngx_int_t ngx_http_jotgate_respond_control(ngx_http_request_t *r,
                                           enum jg_err reason,
                                           ngx_uint_t status);

/* balancer.c */
ngx_int_t ngx_http_jotgate_init_upstream(ngx_conf_t *cf,
                                         ngx_http_upstream_srv_conf_t *us);

/*
 * A copy of the upstream configuration that belongs to this request alone and
 * may be changed, in place of the shared one; NULL: no memory.
 */
ngx_http_upstream_conf_t *
ngx_http_jotgate_own_upstream_conf(ngx_http_request_t *r);

/* interim.c: read 1xx responses of the upstream, and drop them. */
void ngx_http_jotgate_drop_interim(ngx_http_request_t *r,
                                   struct ngx_http_jotgate_ctx *ctx);

/* response.c: change the headers of <r>'s response as the decision says.
 * NGX_OK, NGX_ERROR (no memory) */
ngx_int_t
ngx_http_jotgate_response_headers(ngx_http_request_t *r,
                                  const struct ngx_http_jotgate_ctx *ctx);

/* stream.c: a header filter: which way a response takes. */
void ngx_http_jotgate_init_filter(void);

/* variables.c */
ngx_int_t ngx_http_jotgate_add_variables(ngx_conf_t *cf);

/* error.c: content handlers. */
ngx_int_t ngx_http_jotgate_error(ngx_http_request_t *r);
ngx_int_t ngx_http_jotgate_control_error(ngx_http_request_t *r);
ngx_int_t ngx_http_jotgate_not_found(ngx_http_request_t *r);
ngx_int_t ngx_http_jotgate_script_failed(ngx_http_request_t *r);

/* log.c: the log phase, and the phase that begins a request. */
ngx_int_t ngx_http_jotgate_log(ngx_http_request_t *r);
ngx_int_t ngx_http_jotgate_post_read(ngx_http_request_t *r);

/* Let nginx append nothing to its error lines that may hold a token. */
void ngx_http_jotgate_hide_tokens(ngx_http_request_t *r);

#endif
