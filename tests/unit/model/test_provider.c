/* provider.c: whose issuer is it, and what do its tokens hold? */
#include "model/provider.h"
#include "model_check.h"

static void
a_provider_is_told_by_its_addresses(void **state)
{
    static const struct {
        const char *issuer, *jwks_uri, *id;
    } rows[] = {
        {"https://kc.example/realms/shop", "", "keycloak"},
        {"http://localhost:8080/auth/realms/shop", "", "keycloak"},
        {"https://acme.eu.auth0.com/", "", "auth0"},
        {"https://acme.EU.AUTH0.com/", "", "auth0"},
        {"https://acme.okta.com/oauth2/default", "", "okta"},
        {"https://acme.oktapreview.com:443/oauth2/default", "", "okta"},
        {"https://login.microsoftonline.com/t/v2.0", "", "entra"},
        {"https://sts.windows.net/t/", "", "entra"},
        {"https://acme.ciamlogin.com/t/v2.0", "", "entra"},
        {"https://cognito-idp.eu-west-1.amazonaws.com/p", "", "cognito"},
        {"https://acme.zitadel.cloud", "", "zitadel"},
        {"https://id.example", "https://id.example/oauth/v2/keys", "zitadel"},
        {"https://sso.example/application/o/shop/", "", "authentik"},

        /* Names that only look like them. */
        {"https://auth0.com.evil.example/", "", "oidc"},
        {"https://xauth0.com/", "", "oidc"},
        {"https://evil.example/?x=.auth0.com", "", "oidc"},
        {"https://realms.example/", "", "oidc"},
        {"https://okta.com", "", "oidc"}, /* no organisation of theirs */
        {"/realms/", "", "oidc"},
        {"", "", "oidc"},
        {"://", "", "oidc"},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(
            jg_provider_of(jg_str(rows[i].issuer), jg_str(rows[i].jwks_uri))
                ->id,
            rows[i].id);
}

static void
every_provider_has_something_to_say(void **state)
{
    const struct jg_provider *p;
    size_t i = 0;

    (void)state;
    for (; (p = jg_provider_at(i)) != NULL; i++) {
        assert_true(strlen(p->id) > 0 && strlen(p->name) > 0);
        assert_true(strlen(p->identity_claim) > 0);
        assert_non_null(p->scope_claim);
        assert_non_null(p->audience);
        assert_true(strlen(p->advice) > 40);
        assert_true(p->advice[strlen(p->advice) - 1] == '.' ||
                    p->advice[strlen(p->advice) - 1] == '?');
    }
    assert_int_equal(i, 8);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_provider_is_told_by_its_addresses),
        cmocka_unit_test(every_provider_has_something_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
