/*
 * JSON documents into structs by tables: one row per field says its name, type,
 * place and range. The same rows give the errors with line and column, the
 * environment names of tyk.conf, and the compatibility page in docs/.
 */
#ifndef JG_BASE_BIND_H
#define JG_BASE_BIND_H

#include "base/diag.h"
#include "base/json.h"

/* What a field holds in the struct at its offset. */
enum jg_field_type {
    JG_FIELD_BOOL,     /* bool */
    JG_FIELD_INT,      /* int64_t, within min..max */
    JG_FIELD_NUMBER,   /* double, within min..max */
    JG_FIELD_DURATION, /* int64_t milliseconds, from text as in Go ("1h30m");
                        * as in Tyk, what is none counts as 0, and warns */
    JG_FIELD_STR,      /* struct jg_str, at most max bytes (0: 64 KiB) */
    JG_FIELD_STRS,     /* struct jg_strs */
    JG_FIELD_STR_MAP,  /* struct jg_pairs: object with string values */
    JG_FIELD_OBJECT,   /* a struct, by <table> */
    JG_FIELD_MADE,     /* a pointer to a struct, by <table>, which is made when
                        * the member is there; NULL otherwise */
    JG_FIELD_LIST,    /* struct jg_list of structs, by <table>, from an array */
    JG_FIELD_MAP,     /* struct jg_list of structs, by <table>, from an object:
                       * the member name goes to the struct jg_str at offset 0 */
    JG_FIELD_ANY,     /* const struct jg_json *, NULL when absent */
    JG_FIELD_IGNORED, /* Tyk's, without effect here: a warning when it is set
                       * to anything but null, false, 0, "", [] or {} */
    JG_FIELD_SILENT,  /* Tyk's, without meaning for a gateway: no warning */
};

struct jg_strs {
    const struct jg_str *items;
    size_t count;
};

struct jg_pair {
    struct jg_str name, value;
};

struct jg_pairs {
    const struct jg_pair *items;
    size_t count;
};

/* Structs of one kind, one after the other. */
struct jg_list {
    void *items;
    size_t count;
};

struct jg_field_table;

/*
 * One field. Absent, and null, leave the struct's value as it is. As in Go, a
 * name in other letter case is accepted when the exact one is absent, with a
 * warning.
 */
struct jg_field {
    const char *name;
    enum jg_field_type type;
    size_t offset;
    const struct jg_field_table *table; /* OBJECT, MADE, LIST, MAP */
    double min, max;  /* INT, NUMBER: range when min < max; STR, and each of
                       * STRS and STR_MAP: max bytes */
    const char *note; /* for docs/tyk-compatibility.md: how it differs, or why
                       * it is ignored; NULL: as in Tyk */
    bool secret;      /* no message ever shows its value */
};

struct jg_field_table {
    size_t size; /* of the struct */
    const struct jg_field *fields;
    size_t count;
    const void *defaults; /* what a new list item starts with; NULL: zeros */
    bool open;   /* unknown members are no warning (documents of other tools) */
    bool strict; /* they are a fault: nothing of Tyk's is there, so it is a
                  * typing error that would change what the rest means */
};

#define JG_FIELD_STR_MAX (64 * 1024) /* bytes, where a row says nothing */
#define JG_BIND_MEMBERS_MAX 4096     /* of one object with a table */

#define JG_FIELD_COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What jg_bind_report() calls the path <from>, and all paths below it, in a
 * document that has the same things in other places. */
struct jg_bind_alias {
    struct jg_str from, to;
};

/* The document being bound, for messages. Zero what is not set. */
struct jg_bind_source {
    struct jg_str file;
    struct jg_str text;     /* what jg_json_parse() was given */
    struct jg_diags *diags; /* NULL: problems are not told, only returned */
    const struct jg_bind_alias *aliases; /* the first that fits counts */
    size_t alias_count;
};

/*
 * Parse source->text, and report why when that does not work.
 *   JG_E_CONF_JSON   reported, also a duplicate member or a limit
 *   JG_E_NOMEM
 */
enum jg_err jg_bind_parse(const struct jg_bind_source *source,
                          const struct jg_json_limits *limits,
                          struct jg_arena *a, const struct jg_json **out);

/*
 * Fill <out> from <object> by <table>, everything into <a>. Reports every
 * problem, not only the first, and leaves the value of a faulty field at its
 * default. Strings, and ANY values, are copied into <a>. Warnings (unknown,
 * ignored and misspelt members) do not count as a fault.
 *   JG_E_CONF_TYPE   at least one fault was reported
 *   JG_E_NOMEM
 */
enum jg_err jg_bind(const struct jg_field_table *table,
                    const struct jg_json *object, void *out, struct jg_arena *a,
                    const struct jg_bind_source *source);

/*
 * Report a problem that the tables cannot see, at the dotted <path>
 * ("proxy.target_url"; indexes are parts). <found> is shown, shortened; NULL
 * when it is absent or a secret: then the line of the file is shown without
 * it, as all texts are that stand beside the one that is meant. <fix> may be
 * NULL. Returns <err>.
 */
enum jg_err jg_bind_report(const struct jg_bind_source *source,
                           enum jg_severity severity, enum jg_err err,
                           const char *path, const struct jg_json *found,
                           const char *fix, const char *format, ...)
    __attribute__((format(printf, 7, 8)));

#endif
