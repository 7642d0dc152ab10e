/*
 * JSON as values in an arena (RFC 8259), strictly: one value and nothing
 * behind it, UTF-8, no member name twice, no NUL in a string. Hostile input
 * costs no more than its length and its limits: the parser does not recurse.
 */
#ifndef JG_BASE_JSON_H
#define JG_BASE_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum jg_json_type {
    JG_JSON_NULL,
    JG_JSON_BOOL,
    JG_JSON_INT,
    JG_JSON_REAL,
    JG_JSON_STRING,
    JG_JSON_ARRAY,
    JG_JSON_OBJECT,
};

struct jg_json_member;

/* One value. Everything it points to lives in the arena it was parsed into. */
struct jg_json {
    enum jg_json_type type;
    uint32_t count; /* of items or members */
    union {
        bool boolean;
        int64_t integer;
        double real;          /* finite */
        struct jg_str string; /* UTF-8, no NUL inside, a NUL behind */
        const struct jg_json *items;
        const struct jg_json_member *members; /* in the order of the text */
    };
};

struct jg_json_member {
    struct jg_str name;
    struct jg_json value;
};

/* Limits of one kind of document; all of them must be set. */
struct jg_json_limits {
    size_t max_bytes;
    unsigned max_depth;  /* nested arrays and objects; [] is 1 */
    unsigned max_values; /* values in all; a member counts as its value */
    size_t max_string;   /* raw bytes between two quotes */
};

extern const struct jg_json_limits jg_json_limits_token; /* 64 KiB, 32, 1000 */
extern const struct jg_json_limits jg_json_limits_conf;  /* 10 MiB, 64, 500k */

/* Where and why a text is not JSON: 1-based, in bytes. */
struct jg_json_fault {
    unsigned line, column;
    char what[160]; /* printable ASCII */
};

/*
 * Parse the one JSON value that <text> is; <out> does not point into it.
 * <fault> may be NULL. Needs the "C" locale for numbers, which a process has
 * that never calls setlocale().
 *   JG_E_JSON            not JSON, or bytes behind it, or a number that
 *                        neither int64_t nor a finite double can hold
 *   JG_E_JSON_DUPLICATE  a member name occurs twice in one object
 *   JG_E_JSON_LIMIT      past one of <limits>
 *   JG_E_NOMEM
 */
enum jg_err jg_json_parse(struct jg_str text,
                          const struct jg_json_limits *limits,
                          struct jg_arena *a, const struct jg_json **out,
                          struct jg_json_fault *fault);

/* The member <name> of <object>, or NULL; NULL also when it is no object. */
const struct jg_json *jg_json_get(const struct jg_json *object,
                                  struct jg_str name);

/*
 * The value at a claim path: the member literally called <path> first, then
 * member by member along its dots (reference 2.8). NULL when there is none.
 */
const struct jg_json *jg_json_path(const struct jg_json *object,
                                   struct jg_str path);

/* The string in <value>; p == NULL when it is NULL or not a string. */
struct jg_str jg_json_string(const struct jg_json *value);

/* Is it the value true? False also for NULL. */
bool jg_json_is_true(const struct jg_json *value);

/*
 * The number in <value> as an integer: also 1.0, but not 1.5, nor what does
 * not fit. False, and <out> untouched, for anything else, and for NULL.
 */
bool jg_json_to_int(const struct jg_json *value, int64_t *out);

/* <n> as a value: without a fraction below 2^53, as Go has it: 5, not 5.0. */
struct jg_json jg_json_of_number(double n);

/*
 * Deep equality; 1 and 1.0 are equal, member order does not count. Fast when
 * the order is the same, else quadratic in the members of one object.
 */
bool jg_json_equal(const struct jg_json *a, const struct jg_json *b);

/*
 * Copy <from> with all that it points to into <a>. False without memory;
 * <to> must not be used then.
 */
bool jg_json_copy(const struct jg_json *from, struct jg_arena *a,
                  struct jg_json *to);

/* "string", "number", ...: for messages. */
const char *jg_json_type_name(const struct jg_json *value);

/* Append <value> as JSON; <indent> spaces a level, 0 for one line. */
void jg_json_write(struct jg_buf *b, const struct jg_json *value,
                   unsigned indent);

/*
 * Where the value at <path> starts in <text>, which jg_json_parse() accepted.
 * <path> holds member names and array indexes from the root ("proxy",
 * "target_list", "2"). When the last part is missing, the place of the value
 * that should hold it. For messages only: it reads the text again.
 */
void jg_json_locate(struct jg_str text, const struct jg_str *path, size_t depth,
                    unsigned *line, unsigned *column);

#endif
