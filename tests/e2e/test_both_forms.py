"""The same rules in a classic definition and in an OpenAPI document: where the
token is, who it is about, times, base policies and scopes, in Tyk's words."""
import json
import time

import pytest
from test_oas import document, put
from tokens import hs256, raw

FORMS = ["classic", "oas"]
DAY = 86400
SAYS = "Key not authorized: "
EXPIRED = SAYS + "token has expired"
EARLY = SAYS + "token used before issued"
NOT_YET = SAYS + "token is not valid yet"
NOBODY = "no suitable claims for user ID were found"
EMPTY = "found an empty user ID in predefined base claim, claim: "
MISSING = "Authorization field missing"
UNKNOWN = "key not authorized: no matching policy"
NONE = "key not authorized: no matching policy found"
NO_SCOPE = "key not authorized: no matching policy found in scope claim"
RENEW = "Key has expired, please renew"
DISALLOWED = "Access to this API has been disallowed"
# The product page's own mapping.
SCOPES = {"admin": "59672779fa4387000129507d",
          "developer": "53222349fa4387004324324e"}
NO_DEFAULT = ({"jwt_default_policies": []}, {"defaultPolicies": []})


def place(**places):
    return {"auth_configs": {"jwt": places}}


def mapping():
    return [{"scope": s, "policyId": p} for s, p in SCOPES.items()]


# name: (members of a classic definition, members of the document's scheme).
APIS = {
    "plain": ({}, {}),
    "skewed": ({"jwt_expires_at_validation_skew": 100,
                "jwt_issued_at_validation_skew": 100,
                "jwt_not_before_validation_skew": 100},
               {"expiresAtValidationSkew": 100, "issuedAtValidationSkew": 100,
                "notBeforeValidationSkew": 100}),
    "timeless": ({"jwt_expires_at_validation_skew": 9999999999,
                  "jwt_issued_at_validation_skew": 9999999999,
                  "jwt_not_before_validation_skew": 9999999999},
                 {"expiresAtValidationSkew": 9999999999,
                  "issuedAtValidationSkew": 9999999999,
                  "notBeforeValidationSkew": 9999999999}),
    "mail": ({"jwt_identity_base_field": "email"},
             {"identityBaseField": "email"}),
    "deep": ({"jwt_identity_base_field": "a.b"}, {"subjectClaims": ["a.b"]}),
    "nodefault": NO_DEFAULT,
    "nested": ({"jwt_policy_field_name": "x.pol", **NO_DEFAULT[0]},
               {"policyFieldName": "x.pol", **NO_DEFAULT[1]}),
    "client": ({"jwt_policy_field_name": "", "jwt_client_base_field": "azp",
                **NO_DEFAULT[0]},
               {"clientBaseField": "azp", **NO_DEFAULT[1]}),
    "never": ({"jwt_client_base_field": "azp", **NO_DEFAULT[0]},
              {"policyFieldName": "pol", "clientBaseField": "azp",
               **NO_DEFAULT[1]}),
    "scoped": ({"jwt_scope_to_policy_mapping": SCOPES,
                "jwt_scope_claim_name": "our_scope", **NO_DEFAULT[0]},
               {"scopes": {"claimName": "our_scope",
                           "scopeToPolicyMapping": mapping()},
                **NO_DEFAULT[1]}),
    "mapped": ({"scopes": {"jwt": {"scope_claim_name": "our_scope",
                                   "scope_to_policy": SCOPES}},
                "jwt_scope_to_policy_mapping": {"x": "nodefault"},
                "jwt_scope_claim_name": "sub", **NO_DEFAULT[0]},
               {"scopes": {"claims": ["x", "realm_access.roles", "our_scope"],
                           "scopeToPolicyMapping": mapping()},
                **NO_DEFAULT[1]}),
    "query": (place(disable_header=True, use_param=True, param_name="tok"),
              {"header": None, "query": {"enabled": True, "name": "tok"}}),
    "cookie": (place(disable_header=True, use_cookie=True, cookie_name="tok"),
               {"header": None, "cookie": {"enabled": True, "name": "tok"}}),
    "header": (place(auth_header_name="X-Token"),
               {"header": {"enabled": True, "name": "X-Token"}}),
    "closed": (place(disable_header=True), {"header": None}),
}


def names():
    return [f"{form}-{name}" for form in FORMS for name in APIS]


@pytest.fixture(scope="module")
def gw(module_gateway, upstream):
    gw = module_gateway
    for name, (classic, scheme) in APIS.items():
        gw.add_api(f"classic-{name}", **classic)
        put(gw, f"oas-{name}.json", document(
            f"oas-{name}", upstream, **{"policyFieldName": "pol", **scheme}
            if "clientBaseField" not in scheme else scheme))
    for policy, more in {"default": {}, "gold": {"key_expires_in": 3600},
                         "asleep": {"is_inactive": True},
                         "inactive": {"active": False}}.items():
        gw.add_policy(policy, names(), **more)
    gw.add_policy("other", ["elsewhere"])
    per_api = {"partitions": {"per_api": True}}
    gw.add_policy(SCOPES["admin"], names(), **per_api)
    gw.add_policy(SCOPES["developer"], ["elsewhere"], **per_api)
    gw.start()
    made = gw.control_call("POST", "/tyk/keys/the-client", {
        "org_id": "default", "apply_policies": ["gold"]})
    assert made.status == 200, made.body
    return gw


def ask(gw, api, claims, token=None):
    """Numbers of <claims> are seconds from now."""
    now = int(time.time())
    claims = {k: now + v if type(v) is int else v for k, v in claims.items()}
    return gw.get(f"/{api}/echo",
                  token or raw({"alg": "HS256"}, json.dumps(claims)))


def check(answer, status, text):
    assert answer.status == status, answer.body
    if text:
        assert answer.body == json.dumps({"error": text}, indent=4).encode()


ADA = {"sub": "ada"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("api, claims, status, text", [
    ("plain", {**ADA, "exp": -1}, 401, EXPIRED),
    ("plain", {**ADA, "exp": 300.5}, 401, EXPIRED), # of the year 1970
    ("plain", {**ADA, "iat": 300}, 401, EARLY),
    ("plain", {**ADA, "nbf": 300}, 401, NOT_YET),
    ("plain", {**ADA, "exp": -5, "iat": 300}, 401, EARLY),
    ("plain", {**ADA, "exp": -5, "iat": 300, "nbf": 300}, 401, NOT_YET),
    ("plain", {**ADA, "iat": True}, 401, EARLY),
    ("plain", {**ADA, "nbf": "1"}, 401, NOT_YET),
    ("skewed", {**ADA, "exp": -50, "pol": "gold"}, 200, None),
    # A skew does not make the session longer.
    ("skewed", {**ADA, "exp": -50}, 401, RENEW),
    ("skewed", {**ADA, "exp": -200, "pol": "gold"}, 401, EXPIRED),
    ("skewed", {**ADA, "iat": 50, "nbf": 50}, 200, None),
    ("skewed", {**ADA, "iat": 300}, 401, EARLY),
    ("skewed", {**ADA, "nbf": 300}, 401, NOT_YET),
    ("timeless", {**ADA, "exp": -90 * DAY, "pol": "gold"}, 200, None),
    ("timeless", {**ADA, "iat": 90 * DAY, "nbf": 90 * DAY}, 200, None),
    ("plain", {"name": "x"}, 403, NOBODY),
    ("plain", {"sub": None}, 403, NOBODY),
    ("mail", {"email": "a@b"}, 200, None),
    ("mail", {"sub": "x"}, 200, None),
    ("mail", {"email": "", "sub": "x"}, 403, EMPTY + "email"),
    ("mail", {"email": ["a@b"]}, 403, NOBODY),
    ("deep", {"a": {"b": "x"}}, 200, None),
    ("deep", {"a.b": "x"}, 200, None),
    ("plain", {**ADA, "pol": "gold"}, 200, None),
    ("plain", {**ADA, "pol": "inactive"}, 200, None),
    ("plain", {**ADA, "pol": ["gold"]}, 200, None), # no text: the default
    ("plain", {**ADA, "pol": ""}, 200, None),
    ("plain", {**ADA, "pol": "gone"}, 403, UNKNOWN),
    ("plain", {**ADA, "pol": "asleep"}, 403, "Key is inactive, please renew"),
    ("plain", {**ADA, "pol": "other"}, 403, DISALLOWED),
    ("nodefault", ADA, 403, NONE),
    ("nodefault", {**ADA, "pol": "gold"}, 200, None),
    ("nested", {**ADA, "x": {"pol": "gold"}}, 200, None),
    ("nested", {**ADA, "pol": "gold"}, 403, NONE),
    ("client", {**ADA, "azp": "the-client"}, 200, None),
    ("client", {**ADA, "azp": "nobody"}, 403, NONE),
    ("client", {**ADA, "azp": {}}, 403, NONE),
    # With a policy field nobody looks at the client's.
    ("never", {**ADA, "azp": "the-client"}, 403, NONE),
    ("closed", ADA, 400, MISSING),
])
def test_a_token_is_judged_the_same(gw, form, api, claims, status, text):
    for _ in range(2): # the second time from the cache
        check(ask(gw, f"{form}-{api}", claims), status, text)


@pytest.mark.parametrize("form, text", [
    ("classic", "found an empty user ID in sub claim"),
    ("oas", "found an empty user ID in predefined base claim, claim: sub"),
])
def test_an_empty_subject_has_another_name_in_documents(gw, form, text):
    check(ask(gw, f"{form}-mail", {"sub": ""}), 403, text)


@pytest.mark.parametrize("claims, status, text", [
    ({"b": "x"}, 200, None),
    ({"user": {"id": "x"}}, 200, None),
    ({"sub": "x"}, 200, None),
    ({"a": "", "b": "x"}, 403, EMPTY + "a"),
    ({"a": 1}, 403, NOBODY),
])
def test_a_document_may_name_several_subjects(gateway, upstream, claims,
                                              status, text):
    gateway.add_policy()
    put(gateway, "api.json", document("api", upstream, subjectClaims=[
        "a", "b", "user.id"]))
    check(ask(gateway.start(), "api", claims), status, text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("api", ["scoped", "mapped"])
@pytest.mark.parametrize("scope, status, text", [
    ("admin", 200, None),
    ("admin developer", 200, None),
    ("openid admin email", 200, None),
    (["x", "developer", "admin"], 200, None),
    ("developer", 403, DISALLOWED),
    ("Admin", 403, NO_SCOPE),
    (["admin developer"], 403, NO_SCOPE),
    (None, 403, NONE),
])
def test_scopes_give_the_page_s_policies(gw, form, api, scope, status, text):
    claims = {**ADA, "our_scope": scope}
    check(ask(gw, f"{form}-{api}", claims), status, text)


def test_a_document_finds_scopes_of_a_nested_claim(gw):
    claims = {**ADA, "realm_access": {"roles": ["admin"]}}
    check(ask(gw, "oas-mapped", claims), 200, None)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("api, path, headers, status, text", [
    ("header", "", {"X-Token": "{}"}, 200, None),
    ("header", "", {"x-token": "Bearer {}"}, 200, None),
    ("header", "", {"Authorization": "Bearer {}"}, 400, MISSING),
    ("query", "?tok={}", {}, 200, None),
    ("query", "?a=b&tok={}&c", {}, 200, None),
    ("query", "?tok=", {}, 400, MISSING),
    ("query", "?TOK={}", {}, 400, MISSING),
    ("query", "", {"Authorization": "Bearer {}"}, 400, MISSING),
    ("cookie", "", {"Cookie": "a=b; tok={}; c=d"}, 200, None),
    ("cookie", "", {"Cookie": "token={}"}, 400, MISSING),
    ("cookie", "", {"Authorization": "Bearer {}"}, 400, MISSING),
    ("closed", "", {"Authorization": "Bearer {}"}, 400, MISSING),
])
def test_a_token_is_looked_for_where_it_is_said_to_be(
        gw, form, api, path, headers, status, text):
    token = hs256(ADA)
    answer = gw.get(f"/{form}-{api}/echo{path.format(token)}", headers={
        name: value.format(token) for name, value in headers.items()})
    check(answer, status, text)


@pytest.mark.parametrize("fields, path, headers, status", [
    ({"auth": {"auth_header_name": "X-Old"}}, "", {"X-Old": "{}"}, 200),
    ({"auth": {"auth_header_name": "X-Old"}, **place(
        auth_header_name="X-New")}, "", {"X-New": "{}"}, 200),
    ({"auth": {"auth_header_name": "X-Old"}, **place(
        auth_header_name="X-New")}, "", {"X-Old": "{}"}, 400),
    (place(disable_header=True, use_param=True), "?Authorization={}", {}, 200),
    (place(auth_header_name="X-H", use_param=True), "?X-H={}", {}, 200),
    (place(auth_header_name="X-H", use_cookie=True), "", {"Cookie": "X-H={}"},
     200),
])
def test_names_that_a_classic_definition_leaves_out(gateway, fields, path,
                                                    headers, status):
    gateway.add_policy()
    gateway.add_api(**fields)
    gateway.start()
    token = hs256(ADA)
    assert gateway.get(f"/api/echo{path.format(token)}", headers={
        name: value.format(token) for name, value in headers.items()
    }).status == status


@pytest.mark.parametrize("rule, value, text", [
    ({"type": "required"}, 0, None),
    ({"type": "required"}, None, "custom claim c expects a non nil value"),
    *[({"type": "exact_match", "allowedValues": ["x", True, 3.5, {"k": [1]}]},
       value, text) for value, text in [
        ("x", None), (True, None), (3.5, None), ({"k": [1]}, None),
        ("X", "claim c value does not match any expected values"),
        ({"k": [2]}, "claim c value does not match any expected values")]],
    *[({"type": "contains", "allowedValues": ["x", "yz"]}, value, text)
      for value, text in [
        ("wxw", None), ("ayzb", None), (["q", "x"], None),
        ("y z", "claim c value does not contain any expected values"),
        (["xx"], "claim c value does not contain any expected values")]],
])
def test_a_custom_claim_has_the_value_that_is_wanted(gateway, upstream, rule,
                                                     value, text):
    gateway.add_policy()
    put(gateway, "api.json", document("api", upstream,
                                      customClaimValidation={"c": rule}))
    gateway.start()
    answer = gateway.get("/api/echo", raw({"alg": "HS256"},
                                          json.dumps({**ADA, "c": value})))
    check(answer, 401 if text else 200, text and SAYS + text)
