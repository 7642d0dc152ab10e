/* The text of a JSON object, changed in one place and nowhere else. */
#ifndef JG_ADMIN_TEXT_H
#define JG_ADMIN_TEXT_H

#include "base/json.h"

/* JSON's white space (RFC 8259 2). */
bool jg_text_is_space(char c);

/* Length of the string that <s> begins with, both quotes included; of all of
 * <s> when it does not end. */
size_t jg_text_string_len(struct jg_str s);

/* Walks over the members of an object's text, or the items of an array's. */
struct jg_text_walk {
    struct jg_str rest;
};

/* <text> must be an object, or an array, that jg_json_parse() accepted. */
void jg_text_walk(struct jg_text_walk *walk, struct jg_str text);

/* The next member's value as it is written; false at the end. Members come in
 * the order of struct jg_json. */
bool jg_text_next(struct jg_text_walk *walk, struct jg_str *value);

/* The next item of an array as it is written; false at the end. */
bool jg_text_next_item(struct jg_text_walk *walk, struct jg_str *value);

/* Where the value of <name> is written in <text>, whose parsed form is
 * <object>; p == NULL: there is none. */
struct jg_str jg_text_find(struct jg_str text, const struct jg_json *object,
                           struct jg_str name);

/*
 * <text>, whose parsed form is <object>, with the member <name> set to <value>,
 * which is JSON: its old value is replaced, or the member is put in front of
 * all others. Everything else stays byte for byte.  JG_E_NOMEM
 */
enum jg_err jg_text_put(struct jg_str text, const struct jg_json *object,
                        struct jg_str name, struct jg_str value,
                        struct jg_arena *a, struct jg_str *out);

/* The same with a string. */
enum jg_err jg_text_set(struct jg_str text, const struct jg_json *object,
                        struct jg_str name, struct jg_str value,
                        struct jg_arena *a, struct jg_str *out);

#endif
