/*
 * APIs with virtual endpoints, as one process of scripts knows them: definition
 * and texts of the scripts are read once for each load of the configuration,
 * so that a changed file counts from the next reload on, as in Tyk.
 */
#ifndef JG_BROKER_SCRIPT_APIS_H
#define JG_BROKER_SCRIPT_APIS_H

#include "known.h"
#include "script_process.h"

#define JG_SCRIPT_APIS_MAX 32              /* that are kept at a time */
#define JG_SCRIPT_SOURCE_MAX (1024 * 1024) /* bytes of one text */
#define JG_SCRIPT_NAME_SHOWN 256        /* bytes of a text's name in errors */
#define JG_SCRIPT_FAULTS_MAX (8 * 1024) /* bytes of what is wrong with all */

struct jg_script_known {
    uint64_t epoch;        /* what it was read at */
    struct jg_api *api;    /* a reference; NULL: this place is free */
    struct jg_arena arena; /* of the texts */
    struct jg_script script;
    struct jg_buf faults; /* what could not be read, a line each */
    struct jg_buf errors; /* what could not be evaluated */
    bool meta_told;       /* the log has said that SessionMeta is not kept */
};

/* Zeroed is a good start. */
struct jg_script_apis {
    struct jg_known_apis known;
    struct jg_script_known items[JG_SCRIPT_APIS_MAX];
    size_t next; /* the place to use again */
};

/* The API <id> as it is now, or NULL: there is none. Borrowed until the next
 * call. */
struct jg_script_known *jg_script_apis_find(struct jg_script_apis *apis,
                                            const struct jg_broker *broker,
                                            struct jg_str id);
void jg_script_apis_free(struct jg_script_apis *apis);

/*
 * The script of <api>: tyk_js_path, then the text of each virtual endpoint of
 * each version, in their order; a text that several of them name stands where
 * the last of them has it. Those that cannot be read are left out, and a line
 * of <faults> each; of <told>, if the definition alone tells (jg_api_read()
 * does, too), which may be the same. The texts are in <a>.
 *   JG_E_NOMEM, JG_E_CRYPTO
 */
enum jg_err jg_script_of_api(const struct jg_conf *conf,
                             const struct jg_api *api, struct jg_arena *a,
                             struct jg_script *out, struct jg_buf *faults,
                             struct jg_buf *told);

#endif
