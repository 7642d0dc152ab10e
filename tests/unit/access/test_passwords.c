/* passwords.c: right ones are known for a while, and the table stays small. */
#include "check.h"

#include "access/passwords.h"

static void
tag_of(struct jg_passwords *p, unsigned i,
       unsigned char out[static JG_PASSWORD_TAG_BYTES])
{
    char text[16];

    snprintf(text, sizeof(text), "%u", i);
    assert_err(
        jg_passwords_tag(p, jg_str(jg_password_nobody), jg_str(text), out),
        JG_OK);
}

static void
one_is_known_until_its_time(void **state)
{
    unsigned char tag[JG_PASSWORD_TAG_BYTES], other[JG_PASSWORD_TAG_BYTES];
    struct jg_passwords *p;

    (void)state;
    assert_err(jg_passwords_new(&p), JG_OK);
    tag_of(p, 1, tag);
    tag_of(p, 2, other);
    assert_false(jg_passwords_know(p, tag, 100));
    jg_passwords_keep(p, tag, 100, 100); /* for no time at all */
    assert_false(jg_passwords_know(p, tag, 100));
    jg_passwords_keep(p, tag, 100, 160);
    assert_true(jg_passwords_know(p, tag, 100));
    assert_true(jg_passwords_know(p, tag, 159));
    assert_false(jg_passwords_know(p, tag, 160));
    assert_false(jg_passwords_know(p, other, 100));
    jg_passwords_free(p);
    jg_passwords_free(NULL);
}

/* Two processes have no name in common. */
static void
names_are_of_one_process(void **state)
{
    unsigned char tag[JG_PASSWORD_TAG_BYTES], other[JG_PASSWORD_TAG_BYTES];
    struct jg_passwords *p, *q;

    (void)state;
    assert_err(jg_passwords_new(&p), JG_OK);
    assert_err(jg_passwords_new(&q), JG_OK);
    tag_of(p, 1, tag);
    tag_of(q, 1, other);
    assert_memory_not_equal(tag, other, sizeof(tag));
    jg_passwords_free(p);
    jg_passwords_free(q);
}

static void
the_last_ones_stay_when_it_is_full(void **state)
{
    unsigned char tag[JG_PASSWORD_TAG_BYTES];
    unsigned old = 0, young = 0;
    struct jg_passwords *p;

    (void)state;
    assert_err(jg_passwords_new(&p), JG_OK);
    for (unsigned i = 0; i < 20 * JG_PASSWORDS_MAX; i++) {
        tag_of(p, i, tag);
        jg_passwords_keep(p, tag, 100, 200 + i);
        assert_true(jg_passwords_know(p, tag, 100));
    }
    for (unsigned i = 0; i < JG_PASSWORDS_MAX; i++) {
        tag_of(p, i, tag);
        old += jg_passwords_know(p, tag, 100);
        tag_of(p, 19 * JG_PASSWORDS_MAX + i, tag);
        young += jg_passwords_know(p, tag, 100);
    }
    assert_int_equal(old, 0);
    assert_true(young > JG_PASSWORDS_MAX / 2);
    jg_passwords_free(p);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_known_until_its_time),
        cmocka_unit_test(names_are_of_one_process),
        cmocka_unit_test(the_last_ones_stay_when_it_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
