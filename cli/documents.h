/*
 * Definitions and policies as documents, out of files or a gateway's answers:
 * what import, export, diff and apply have in their hands. A document is its
 * text; nothing in it is lost by going through here.
 */
#ifndef JG_CLI_DOCUMENTS_H
#define JG_CLI_DOCUMENTS_H

#include "base/diag.h"
#include "base/json.h"
#include "cli.h"
#include "model/conf.h"

enum cli_kind { CLI_API, CLI_OAS, CLI_POLICY, CLI_KINDS };

/* What differs between the kinds; one row each. */
struct cli_kind_info {
    const char *name;   /* "API", for people */
    const char *word;   /* "api", for --json */
    const char *folder; /* of an export */
    const char *ending; /* of the file's name, behind the id */
    const char *id;     /* the path of the id in a document */
    const char *list;   /* in the control API; one is behind it */
};

const struct cli_kind_info *cli_kind(enum cli_kind kind);

struct cli_document {
    enum cli_kind kind;
    struct jg_str id;
    struct jg_str text;         /* as it was written, trimmed */
    const struct jg_json *json; /* the same */
    struct jg_str from;         /* its file, with a NUL behind */
    bool half; /* the classic half of an OAS definition beside it */
};

/* A set of them. Everything lives in <arena>. */
struct cli_documents {
    struct jg_arena arena;
    struct cli_document *items;
    size_t count, room;
    bool quiet; /* what cannot be read is nobody's business */
    struct jg_str conf, conf_from; /* a tyk.conf among the files; p NULL: no */
};

#define CLI_DOCUMENTS_MAX_BYTES ((size_t)2 << 30) /* of memory */

void cli_documents_init(struct cli_documents *set);
void cli_documents_free(struct cli_documents *set);

/*
 * Take the documents in <text>: a definition of either form, also in the
 * wrapper of Tyk's Dashboard, a policy, an object or a list of policies, a
 * list of definitions, or a configuration. <from> is for messages. Says what is
 * wrong on stderr. CLI_OK, CLI_CONFIG, CLI_FAILED.
 */
int cli_documents_add(struct cli_documents *set, struct jg_str text,
                      struct jg_str from);

/* Take each item of the list <json>, whose text is <text>, as <kind>. Both must
 * outlive the set. */
int cli_documents_add_list(struct cli_documents *set, enum cli_kind kind,
                           const struct jg_json *json, struct jg_str text,
                           struct jg_str from);

/* cli_documents_add() with a file, and with each *.json file of a folder: all
 * of them, also when one cannot be taken. */
int cli_documents_add_file(struct cli_documents *set, const char *path);
int cli_documents_add_folder(struct cli_documents *set, const char *path);

/* Either of the two, by what is at <path>. */
int cli_documents_add_path(struct cli_documents *set, const char *path);

/*
 * Sort by kind and id, as people expect a list, and find the halves of OAS
 * definitions. Two documents with one id are said on stderr. CLI_OK, CLI_CONFIG
 */
int cli_documents_sort(struct cli_documents *set);

/* The document of the same kind (OAS and classic are one) and <id> in a sorted
 * set; halves are not found. NULL: none. */
const struct cli_document *cli_documents_find(const struct cli_documents *set,
                                              enum cli_kind kind,
                                              struct jg_str id);

/* How many of <kind> there are, halves left out. */
size_t cli_documents_count(const struct cli_documents *set, enum cli_kind kind);

/* What `jotgate check` would find in each. CLI_OK, or CLI_FAILED without
 * memory. */
int cli_documents_check(const struct cli_documents *set,
                        const struct jg_conf *conf, struct jg_diags *diags);

#endif
