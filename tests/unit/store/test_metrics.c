/* The table of metrics is what Prometheus' text format allows. */
#include "check.h"
#include "store/counters.h"

static void
every_metric_has_a_name_that_prometheus_takes(void **state)
{
    (void)state;
    for (int m = 0; m < JG_METRIC_COUNT; m++) {
        const struct jg_metric_info *info = jg_metric_info((enum jg_metric)m);
        struct jg_str name = jg_str(info->name), help = jg_str(info->help);

        assert_true(jg_str_starts(name, JG_STR("jotgate_")));
        assert_int_equal(strspn(name.p, "abcdefghijklmnopqrstuvwxyz_"),
                         name.len);
        assert_true(jg_str_ends(name, JG_STR("_total")) == !info->gauge);
        assert_true(help.len > 0 && jg_str_ends(help, JG_STR(".")));
    }
}

static void
rows_of_one_name_are_together_and_differ_in_their_labels(void **state)
{
    (void)state;
    for (int a = 0; a < JG_METRIC_COUNT; a++)
        for (int b = a + 1; b < JG_METRIC_COUNT; b++) {
            const struct jg_metric_info *x = jg_metric_info((enum jg_metric)a);
            const struct jg_metric_info *y = jg_metric_info((enum jg_metric)b);
            const struct jg_metric_info *before =
                jg_metric_info((enum jg_metric)(b - 1));

            if (strcmp(x->name, y->name) != 0)
                continue;
            assert_string_equal(before->name, y->name);
            assert_string_not_equal(x->labels, y->labels);
            assert_string_equal(x->help, y->help);
            assert_int_equal(x->gauge, y->gauge);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_metric_has_a_name_that_prometheus_takes),
        cmocka_unit_test(
            rows_of_one_name_are_together_and_differ_in_their_labels),
    };

    return cmocka_run_group_tests_name("store/metrics", tests, NULL, NULL);
}
