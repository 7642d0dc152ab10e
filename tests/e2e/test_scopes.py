"""Scopes of a token give policies: four shapes of the claim, Tyk's words."""
import pytest
from test_oas import document, put
from tokens import hs256

SCOPES = {"read": "reader", "write": "writer", "lost": "nowhere",
          "single": "single", "split": "split"}
NO_SCOPE = "key not authorized: no matching policy found in scope claim"
SEVERAL = "key not authorized: could not apply several policies"
NONE = "key not authorized: no matching policy found"
DISALLOWED = "Access to this API has been disallowed"


def oas(api, upstream, **scopes):
    mapping = [{"scope": s, "policyId": p} for s, p in SCOPES.items()]
    return document(api, upstream, defaultPolicies=[],
                    scopes={"scopeToPolicyMapping": mapping, **scopes})


@pytest.fixture(scope="module")
def gw(module_gateway, upstream):
    gw = module_gateway
    apis = ["plain", "nested", "old", "deflt", "oas", "oasnested", "oasone"]
    gw.add_policy("reader", apis)
    gw.add_policy("writer", ["other"])
    gw.add_policy("base", ["other"])
    gw.add_policy("default", apis)
    gw.add_policy("single", apis, partitions={"per_api": True})
    gw.add_policy("split", apis, partitions={"acl": True})
    jwt = {"scope_to_policy": SCOPES}
    gw.add_api("plain", jwt_default_policies=[], scopes={"jwt": jwt})
    gw.add_api("deflt", scopes={"jwt": jwt})
    gw.add_api("nested", jwt_default_policies=[], scopes={
        "jwt": {"scope_claim_name": "scope1.scope2", **jwt}})
    gw.add_api("old", jwt_default_policies=[], jwt_scope_claim_name="our",
               jwt_scope_to_policy_mapping=SCOPES)
    put(gw, "oas.json", oas("oas", upstream, claims=["no", "our"]))
    put(gw, "oasnested.json", oas("oasnested", upstream, claims=["a.b"]))
    put(gw, "oasone.json", oas("oasone", upstream, claimName="our"))
    return gw.start()


def ask(gw, api, **claims):
    token = hs256({"sub": "ada", **claims})
    return gw.get(f"/{api}/", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize("api, claims", [
    ("plain", {"scope": "read"}),
    ("plain", {"scope": "openid read email"}),
    ("plain", {"scope": ["email", "read"]}),
    ("plain", {"scope": [["read"]]}),
    ("plain", {"scope": "lost read"}),
    ("plain", {"scope": "write read"}),
    ("plain", {"scope": "read", "pol": "base"}),
    ("nested", {"scope1": {"scope2": "email read"}}),
    ("nested", {"scope1": {"scope2": ["email", "read"]}}),
    ("nested", {"scope1.scope2": "read", "scope1": {"scope2": "x"}}),
    ("old", {"our": "read"}),
    ("deflt", {"scope": "read"}),
    ("deflt", {}),
    ("oas", {"our": "read"}),
    ("oas", {"scope": "read"}),
    ("oasnested", {"a": {"b": ["read"]}}),
    ("oasone", {"our": "read", "scope": "x"}),
    ("oasone", {"scope": "read"}),  # in a classic definition it would not be
])
def test_a_scope_lets_in(gw, api, claims):
    assert ask(gw, api, **claims).status == 200


@pytest.mark.parametrize("api, claims, text", [
    ("plain", {}, NONE),
    ("plain", {"scope": 7}, NONE),
    ("plain", {"scope": []}, NONE),
    ("plain", {"scope": ""}, NO_SCOPE),
    ("plain", {"scope": "READ"}, NO_SCOPE),
    ("plain", {"scope": "read2 xread"}, NO_SCOPE),
    ("plain", {"scope": ["read write"]}, NO_SCOPE),
    ("plain", {"scope": "lost"}, SEVERAL),
    ("plain", {"scope": "single split"}, SEVERAL),
    ("plain", {"scope": "write"}, DISALLOWED),
    ("plain", {"scope": "x", "pol": "base"}, DISALLOWED),
    ("plain", {"scope": "read", "pol": "gone"},
     "key not authorized: no matching policy"),
    ("nested", {"scope": "read"}, NONE),
    ("nested", {"scope1": "read"}, NONE),
    ("old", {"scope": "read"}, NONE),
    ("deflt", {"scope": "x"}, NO_SCOPE),
    ("deflt", {"scope": "write"}, DISALLOWED),
    ("oas", {"our": "x", "scope": "read"}, NO_SCOPE),
])
def test_what_keeps_out_says_why_in_tyks_words(gw, api, claims, text):
    answer = ask(gw, api, **claims)
    assert answer.status == 403
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body == f'{{\n    "error": "{text}"\n}}'.encode()


def test_a_scope_that_is_gone_is_gone_at_once(gw):
    """Nothing sticks to the caller: each token says it all."""
    assert ask(gw, "plain", scope="read").status == 200
    assert ask(gw, "plain", pol="base").error == DISALLOWED
    assert ask(gw, "plain").error == NONE
