/* origin.c: requests that pages of other sites make browsers send. */
#include "check.h"

#include "admin/origin.h"

#define SHARED JG_PORT_SHARED
#define CONTROL JG_PORT_CONTROL
#define HERE "127.0.0.1"
#define ALL "0.0.0.0"

static const struct row {
    const char *listens, *host, *origin, *site;
    enum jg_admin_port port;
    bool foreign;
} rows[] = {
    /* Who is no browser may use any name of a gateway that is to be reached. */
    {ALL, "gateway:9696", "", "", CONTROL, false},
    {ALL, "gw.example.org", "", "", CONTROL, false},
    {ALL, "", "", "", CONTROL, false},
    {HERE, "", "", "", CONTROL, false},
    {HERE, "localhost:8081", "", "", CONTROL, false},
    {HERE, "gateway:8081", "", "", CONTROL, false},
    {HERE, "127.0.0.1:8081", "", "", CONTROL, false},
    {HERE, "[::1]:8081", "", "", CONTROL, false},
    {HERE, "192.168.7.1:8081", "", "", CONTROL, false},
    {HERE, "jotgate.localhost:8081", "", "", CONTROL, false},
    /* The dashboard's own. */
    {HERE, "127.0.0.1:8081", "http://127.0.0.1:8081", "", CONTROL, false},
    {HERE, "LOCALHOST:8081", "http://localhost:8081", "same-origin", CONTROL,
     false},
    {ALL, "gw.example.org:8081", "http://gw.example.org:8081", "", CONTROL,
     false},
    {HERE, "127.0.0.1:8081", "", "none", CONTROL, false},
    /* Behind a proxy that sends a Host of its own. */
    {HERE, "127.0.0.1:8081", "https://admin.example", "same-origin", CONTROL,
     false},
    /* Another site's page. */
    {HERE, "127.0.0.1:8081", "https://evil.example", "", CONTROL, true},
    {HERE, "127.0.0.1:8081", "http://127.0.0.1:8080", "", CONTROL, true},
    {HERE, "127.0.0.1:8081", "null", "", CONTROL, true},
    {HERE, "127.0.0.1:8081", "127.0.0.1:8081", "", CONTROL, true},
    {HERE, "127.0.0.1:8081", "", "cross-site", CONTROL, true},
    {HERE, "127.0.0.1:8081", "", "same-site", CONTROL, true},
    {HERE, "127.0.0.1:8081", "http://127.0.0.1:8081", "x", CONTROL, true},
    {ALL, "gw.example.org", "https://evil.example", "", CONTROL, true},
    {ALL, "gw.example.org", "https://evil.example", "", SHARED, true},
    /* A name of somebody else's that leads to this machine. */
    {HERE, "evil.example:8081", "http://evil.example:8081", "same-origin",
     CONTROL, true},
    {HERE, "evil.example:8081", "", "", CONTROL, true},
    {"localhost", "evil.example.", "", "", CONTROL, true},
    {"::1", "127.0.0.1.evil.example", "", "", CONTROL, true},
    {"::1", "xlocalhost.example", "", "", CONTROL, true},
    {"127.0.0.2", "1.2.3", "", "", CONTROL, true},
    {HERE, "gw.example.org", "", "", SHARED, false},
};

static struct jg_admin_request
request_of(const struct row *row)
{
    return (struct jg_admin_request){
        .host = jg_str(row->host),
        .origin = jg_str(row->origin),
        .fetch_site = jg_str(row->site),
        .port = row->port,
    };
}

static void
pages_of_other_sites_are_known_by_their_browser(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        struct jg_conf conf = {.control_api_hostname = JG_STR(HERE)};
        struct jg_admin_request request = request_of(&rows[i]);

        conf.control_api_hostname = jg_str(rows[i].listens);
        if (jg_admin_is_foreign(&conf, &request) != rows[i].foreign)
            fail_msg("%s at %s: origin \"%s\", site \"%s\"", rows[i].host,
                     rows[i].listens, rows[i].origin, rows[i].site);
    }
}

static void
origins_that_are_listed_are_no_others(void **state)
{
    static const struct jg_str listed[] = {JG_STR("https://admin.example")};
    static const struct row own[] = {
        {HERE, "127.0.0.1:8081", "https://admin.example", "", CONTROL, false},
        {HERE, "127.0.0.1:8081", "https://ADMIN.example", "cross-site", CONTROL,
         false},
        {HERE, "admin.example", "", "", CONTROL, false},
        {HERE, "admin.example", "https://admin.example", "same-origin", CONTROL,
         false},
        {HERE, "admin.example:81", "", "", CONTROL, true},
        {HERE, "127.0.0.1:8081", "http://admin.example", "", CONTROL, true},
        {HERE, "127.0.0.1:8081", "https://admin.example.evil", "", CONTROL,
         true},
    };
    struct jg_conf conf = {.control_api_hostname = JG_STR(HERE)};

    (void)state;
    conf.control_api_origins = (struct jg_strs){listed, LEN(listed)};
    for (size_t i = 0; i < LEN(own); i++) {
        struct jg_admin_request request = request_of(&own[i]);

        if (jg_admin_is_foreign(&conf, &request) != own[i].foreign)
            fail_msg("%s: origin \"%s\"", own[i].host, own[i].origin);
    }
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_other_sites_are_known_by_their_browser),
        cmocka_unit_test(origins_that_are_listed_are_no_others),
    };

    return cmocka_run_group_tests_name("admin/origin", tests, NULL, NULL);
}
