"""POST /tyk/identity/claims: what a path yields in a token."""
import json

import pytest

from tokens import hs256

PATH = "/tyk/identity/claims"
CLAIMS = {
    "sub": "ann", "empty": "", "n": 7, "yes": True, "none": None,
    "scope": "read write", "scp": ["read", "write", 7, ["deep"]],
    "realm_access": {"roles": ["admin", "user"]},
    "realm_access.roles": "literal", "roles": {"admin": {"org": "x"}},
}


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_api()
    return module_gateway.start()


def ask(gw, paths, token=None):
    return gw.control_call("POST", PATH, {
        "token": hs256(CLAIMS) if token is None else token, "paths": paths})


@pytest.mark.parametrize("path, kind, identity, scopes", [
    ("sub", "string", True, ["ann"]),
    ("empty", "string", False, [""]),
    ("n", "number", False, []),
    ("yes", "boolean", False, []),
    ("none", "null", False, []),
    ("scope", "string", True, ["read", "write"]),
    ("scp", "array", False, ["read", "write", "deep"]),
    ("realm_access.roles", "string", True, ["literal"]),
    ("realm_access", "object", False, []),
    ("roles.admin.org", "string", True, ["x"]),
    ("roles.admin.nobody", "nothing", False, []),
    ("", "nothing", False, []),
    ("a..b", "nothing", False, []),
])
def test_a_path_yields_what_a_decision_would_find(gw, path, kind, identity,
                                                  scopes):
    answer = ask(gw, [path])
    assert answer.status == 200, answer.body
    found, = answer.json()["found"]
    assert (found["path"], found["kind"], found["identity"],
            found["scopes"]) == (path, kind, identity, scopes)
    assert answer.json()["claims"] == CLAIMS


def test_a_token_may_be_pasted_with_what_is_around_it(gw):
    token = hs256(CLAIMS)
    for text in (f"Bearer {token}", f"Authorization: Bearer {token}",
                 f"curl -H 'Authorization: Bearer {token}' http://x",
                 json.dumps({"access_token": token}), f"{token[:40]}\n{token[40:]}"):
        assert ask(gw, ["sub"], text).json()["found"][0]["value"] == "ann"


def test_nothing_is_verified_and_nothing_claimed(gw):
    answer = ask(gw, ["sub"], hs256(CLAIMS, secret="somebody else's"))
    assert answer.status == 200
    assert set(answer.json()) == {"header", "claims", "found"}


@pytest.mark.parametrize("token", [
    "opaque", "a.b.c", "", " ", "....", "eyJhbGciOiJIUzI1NiJ9.W10.x",
    "eyJhbGciOiJIUzI1NiJ9.e30", "x" * 100_000, "\u0000", "{}",
])
def test_what_is_no_token_is_told(gw, token):
    answer = ask(gw, ["sub"], token)
    assert answer.status == 400, answer.body
    assert len(answer.json()["message"]) > 15


@pytest.mark.parametrize("body", [
    "", "[]", "{", "7", {"token": 1, "paths": []}, {"paths": ["sub"]},
    {"token": "x"}, {"token": "x", "paths": "sub"},
    {"token": "x", "paths": [1]}, {"token": "x", "paths": [["sub"]]},
    {"token": "x", "paths": {"0": "sub"}}, {"token": "x", "paths": ["a"] * 65},
    {"token": "x", "paths": ["a" * 1025]}, {"token": None, "paths": None},
])
def test_a_malformed_question_is_refused(gw, body):
    answer = gw.control_call("POST", PATH, body)
    assert answer.status == 400, answer.body


def test_no_token_is_logged(gw):
    token = hs256({"sub": "nobody-logs-me"})
    ask(gw, ["sub"], token)
    assert token not in gw.log() and token.split(".")[2] not in gw.log()
