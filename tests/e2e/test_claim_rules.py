"""Issuer, audience, id, subject and custom claims: rules, and Tyk's words."""
import pytest
from test_oas import document, put
from tokens import hs256

SAYS = "Key not authorized: "
RULES = {
    "allowedIssuers": ["https://idp"], "allowedAudiences": ["api"],
    "jtiValidation": {"enabled": True},
    "customClaimValidation": {
        "org.roles": {"type": "contains", "allowedValues": ["buyer", "ops"]},
        "level": {"type": "exact_match", "allowedValues": [1, 2]},
        "beta": {"type": "required", "nonBlocking": True}},
}
SNAKE = {
    "allowed_issuers": ["https://idp"], "allowed_audiences": ["api"],
    "jti_validation": {"enabled": True},
    "custom_claim_validation": {
        "org.roles": {"type": "contains", "allowed_values": ["buyer", "ops"]},
        "level": {"type": "exact_match", "allowed_values": [1, 2]},
        "beta": {"type": "required", "non_blocking": True}},
}
GOOD = {"sub": "ada", "iss": "https://idp", "aud": "api", "jti": "1",
        "org": {"roles": ["buyer"]}, "level": 2}


@pytest.fixture(scope="module")
def gw(module_gateway, upstream):
    gw = module_gateway
    gw.add_policy(apis=["oas", "camel", "snake", "kid", "nokid"])
    put(gw, "oas.json", document("oas", upstream, **RULES))
    gw.add_api("camel", **RULES)
    gw.add_api("snake", **SNAKE)
    put(gw, "kid.json", document("kid", upstream, allowedSubjects=["ada"]))
    put(gw, "nokid.json", document("nokid", upstream, skipKid=True,
                                   allowedSubjects=["ada"]))
    return gw.start()


def ask(gw, api, claims, **headers):
    token = hs256(claims, headers=headers or None)
    return gw.get(f"/{api}/", headers={"Authorization": f"Bearer {token}"})


def without(*names, **more):
    return {**{k: v for k, v in GOOD.items() if k not in names}, **more}


@pytest.mark.parametrize("api", ["oas", "camel", "snake"])
@pytest.mark.parametrize("claims, text", [
    (GOOD, None),
    (without(aud=["x", "api"]), None),
    (without("iss"), "issuer claim is required but not present in token"),
    (without(iss="https://idp/"), "invalid issuer claim: https://idp/"),
    (without("aud"), "audience claim is required but not present in token"),
    (without(aud=["a", "b"]), "no matching audience found in token: [a b]"),
    (without("jti"),
     "JWT ID (jti) claim is required but not present in token"),
    (without("org"),
     "custom claim org.roles is required but not present in token"),
    (without(org={"roles": ["guest"]}),
     "claim org.roles value does not contain any expected values"),
    (without(level="2"), "claim level value does not match any expected "
     "values"),
    # The first that fails is the answer, and times come before.
    (without("iss", "aud", "jti"),
     "issuer claim is required but not present in token"),
    (without("iss", exp=1), "token has expired"),
])
def test_rules_are_the_same_in_every_form(gw, api, claims, text):
    for _ in range(2):  # the second time from the cache
        answer = ask(gw, api, claims)
        if text is None:
            assert answer.status == 200
        else:
            assert (answer.status, answer.error) == (401, SAYS + text)
            assert answer.headers["WWW-Authenticate"] == \
                'Bearer error="invalid_token"'


def test_a_kid_counts_as_the_subject_unless_it_is_skipped(gw):
    assert ask(gw, "kid", GOOD).status == 200
    assert ask(gw, "kid", GOOD, kid="k1").error == \
        SAYS + "invalid subject value: k1"
    assert ask(gw, "nokid", GOOD, kid="k1").status == 200
    assert ask(gw, "nokid", without(sub="eve"), kid="k1").error == \
        SAYS + "invalid subject value: eve"
    assert "the kid is compared" in gw.log()


def test_a_claim_in_an_answer_is_escaped(gw):
    answer = ask(gw, "oas", without(iss='a"\n<b>'))
    assert answer.status == 401
    assert answer.error == SAYS + 'invalid issuer claim: a"\n<b>'
