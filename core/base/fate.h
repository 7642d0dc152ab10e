/*
 * What becomes of the fields of a document that was made for Tyk: read off the
 * tables of base/bind.h, so that the compatibility page and the report of an
 * import cannot disagree.
 */
#ifndef JG_BASE_FATE_H
#define JG_BASE_FATE_H

#include "base/bind.h"

enum jg_fate {
    JG_FATE_SAME,    /* means and does what it does in Tyk */
    JG_FATE_DIFFERS, /* has its effect, with a difference that is named */
    JG_FATE_ADDED,   /* not in Tyk */
    JG_FATE_WARNED,  /* without effect, and somebody would notice */
    JG_FATE_UNUSED,  /* without effect, and nothing is missing for it */
    JG_FATE_UNKNOWN, /* in no table */
    JG_FATES,
};

/* "same", "differs", "added", "ignored, with a warning", ... */
const char *jg_fate_name(enum jg_fate fate);

/* What becomes of <row>; never JG_FATE_UNKNOWN. */
enum jg_fate jg_field_fate(const struct jg_field *row);

/* What the row says about it, without the words that the fate says already;
 * "": nothing. */
const char *jg_field_remark(const struct jg_field *row);

/* Is the field told by itself? Objects are told by their members, unless there
 * is something to say about them as a whole. */
bool jg_field_is_told(const struct jg_field *row);

/* The field called <name>, else the one that is when letter case does not
 * count, or NULL: of a table, which may be NULL. */
const struct jg_field *jg_field_find(const struct jg_field_table *table,
                                     struct jg_str name);

#define JG_FATE_PATH_MAX 512 /* bytes of a path; longer ones are cut */

/*
 * One field of a document. <path> is as in the compatibility page: "[]" stands
 * for each item, "*" for each name that the document chose; an unknown member
 * has its own name, escaped where it is not printable ASCII.
 */
typedef void jg_fate_visit(void *arg, const char *path, enum jg_fate fate,
                           const char *remark);

/*
 * Visit each field that <object> sets. As for warnings, a value that Go has
 * when the field is absent (false, 0, "", [], {}) and null set nothing; of a
 * field whose effect is not quite Tyk's, neither does it differ then.
 */
void jg_fate_walk(const struct jg_field_table *table,
                  const struct jg_json *object, jg_fate_visit *visit,
                  void *arg);

#endif
